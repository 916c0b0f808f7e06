// What a browser adds to `fetch`: addresses relative to the page's, and cookies. Each response of
// the API is checked on its way.

import { check } from "./checks";

const cookies = new Map<string, string>();

function keepCookies(response: Response): void {
  for (const line of response.headers.getSetCookie()) {
    const [pair = "", ...attributes] = line.split("; ");
    const [name = "", value = ""] = pair.split("=");
    if (attributes.includes("Max-Age=0")) {
      cookies.delete(name);
    } else {
      cookies.set(name, value);
    }
  }
}

export function openPage(origin: string): void {
  const network = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const whole = input instanceof Request ? input : new URL(input, origin);
    const request = new Request(whole, init);
    if (cookies.size > 0) {
      request.headers.set("Cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    }
    const response = await network(request);
    keepCookies(response);
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/api/")) {
      check(request.method, pathname, response.status, await response.clone().text());
    }
    return response;
  };
}
