// What the journeys use of Node.js.

declare module "node:fs/promises" {
  export function readFile(path: string, encoding: "utf8"): Promise<string>;
  export function rm(path: string): Promise<void>;
}
