// What a step expects, and the image that it uploads.

export function equal(found: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) {
    throw new Error(`${what}: ${left} instead of ${right}`);
  }
}

// One pixel.
export function png(): Blob {
  const text =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA" +
    "AABJRU5ErkJggg==";
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/png" });
}
