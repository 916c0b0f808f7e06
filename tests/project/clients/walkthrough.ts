// What docs/frontend.md shows, called one after the other: node walkthrough.mjs ADDRESS MAILS

import { openPage } from "./browser";
import { equal, png } from "./expect";
import { takeAddress } from "./mails";

declare const process: { argv: string[] };

// A session has the one, tokens have the other.
interface Renewal {
  fetchToken?: () => Promise<void>;
  renew?: () => Promise<void>;
}

// Open the page that a mail leads to.
async function follow(mails: string, email: string, page: string): Promise<void> {
  const address = await takeAddress(mails, email);
  equal(address.pathname, page, "page");
  Object.assign(globalThis, { location: address });
}

async function main(origin: string, mails: string): Promise<void> {
  openPage(origin);
  // openapi-fetch takes the `fetch` that is there when the client is made.
  const guide = await import("./openapi-fetch/src/guide");
  const { fetchToken, renew }: Renewal = guide;
  const account = { email: `guide-${Date.now()}@example.com`, password: "long-enough-4-this" };

  await fetchToken?.();
  await guide.api.POST("/api/auth/signup/", { body: { ...account, name: "Guide" } });
  const wrong = await guide.signIn(account.email, "wrong-password").catch(String);
  equal(typeof wrong, "string", "an error with its detail");
  await guide.signIn(account.email, account.password);
  await Promise.all([renew?.(), renew?.()]);
  const { data: me } = await guide.api.GET("/api/auth/me/");
  equal(me?.email, account.email, "email");

  const titles: string[] = [];
  for (const title of ["1", "2", "3", "4", "5"]) {
    const body = { title, body: "body", tags: ["guide"] };
    const { data: post } = await guide.api.POST("/api/posts/", { body });
    titles.unshift(post?.title ?? "");
  }
  const found = [];
  for await (const post of guide.allPosts("guide")) {
    found.push(post);
  }
  equal(found.map((post) => post.title), titles, "posts, over several pages");

  const image = await guide.uploadImage(found[0]?.id ?? 0, png());
  equal((await fetch(image ?? "")).status, 200, "image");

  await guide.changePassword(account.password, "changed-4-this");
  await guide.requestConfirmation(account.email);
  await follow(mails, account.email, "/email/confirm/");
  await guide.confirmEmail();
  await guide.signOut();
  equal((await guide.api.GET("/api/auth/me/")).response.status, 401, "status");

  await guide.requestPasswordReset(account.email);
  await follow(mails, account.email, "/password/reset/");
  await guide.resetPassword("reset-4-this");
  const again = await guide.resetPassword("another-4-this").catch(String);
  equal(typeof again, "string", "a link works once");
  await guide.signIn(account.email, "reset-4-this");
  await guide.deleteAccount("reset-4-this");
  equal((await guide.api.GET("/api/auth/me/")).response.status, 401, "status");
  console.log("The guide works.");
}

await main(process.argv[2] ?? "", process.argv[3] ?? "");
