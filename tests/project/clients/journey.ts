// From sign-up to the deletion of the account: node journey.mjs ADDRESS CLIENT MAILS

import type { Api, Reply } from "./api";
import { openPage } from "./browser";
import { summary } from "./checks";
import { connect as connectHeyApi } from "./client.hey-api";
import { connect as connectOpenApiFetch } from "./client.openapi-fetch";
import { connect as connectOrval } from "./client.orval";
import { equal, png } from "./expect";
import { takeLink } from "./mails";

declare const process: { argv: string[] };

const CLIENTS: Record<string, (origin: string) => Api> = {
  "hey-api": connectHeyApi,
  "openapi-fetch": connectOpenApiFetch,
  orval: connectOrval,
};
const PASSWORD = "long-enough-4-this";
const CHANGED_PASSWORD = "changed-4-this";
const RESET_PASSWORD = "reset-4-this";

// Return what a successful reply holds.
async function wanted<T>(reply: Promise<Reply<T>>, status = 200): Promise<T> {
  const { status: found, data, problem } = await reply;
  equal(found, status, problem?.detail ?? "status");
  return data as T;
}

// Expect a problem with this status, and with errors of these fields.
async function refused(reply: Promise<Reply<unknown>>, status: number, ...fields: string[]) {
  const { status: found, problem } = await reply;
  equal([found, problem?.status], [status, status], "status of the response and of the problem");
  equal((problem?.errors ?? []).map((error) => error.field), fields, "fields");
}

async function signUp(api: Api, email: string): Promise<void> {
  await api.prepare();
  await refused(api.getMe(), 401);
  await refused(api.createPost({ title: "title", body: "body" }), 401);
  const empty = { email: "nobody", name: "", password: "" };
  await refused(api.signUp(empty), 400, "email", "name", "password");
  const common = { email, name: "Front end", password: "qwerty" };
  await refused(api.signUp(common), 400, "password", "password");
  await wanted(api.signUp({ email, name: "Front end", password: PASSWORD }), 201);
  await refused(api.signUp({ email, name: "Front end", password: PASSWORD }), 400, "email");
  await refused(api.signIn(email, "wrong-password"), 401);
  await wanted(api.signIn(email, PASSWORD));
}

async function changeName(api: Api, email: string): Promise<void> {
  equal((await wanted(api.getMe())).email, email, "email");
  equal((await wanted(api.updateMe({ name: "New" }))).name, "New", "name");
  await refused(api.updateMe({ name: "" }), 400, "name");
  await api.renew();
  equal((await wanted(api.getMe())).name, "New", "name");
}

async function write(api: Api): Promise<number> {
  await refused(api.createPost({ title: "", body: "body" }), 400, "title");
  const draft = { title: "Draft", body: "body", tags: ["Typed", "client"] };
  const { id, tags, image } = await wanted(api.createPost(draft), 201);
  equal(tags, ["client", "typed"], "tags");
  equal(image, null, "image");
  equal((await wanted(api.updatePost(id, { title: "Title" }))).tags, tags, "tags");
  const replaced = await wanted(api.replacePost(id, { title: "New", body: "new", tags: ["typed"] }));
  equal([replaced.title, replaced.tags], ["New", ["typed"]], "replaced");
  return id;
}

async function upload(api: Api, id: number): Promise<void> {
  await refused(api.uploadPostImage(id, new Blob(["text"])), 400, "image");
  const file = new File([png()], "photo.png", { type: "image/png" });
  const { image } = await wanted(api.uploadPostImage(id, file));
  equal((await wanted(api.getPost(id))).image, image, "image");
  const response = await fetch(image);
  equal([response.status, response.headers.get("Content-Type")], [200, "image/png"], "image");
  await wanted(api.deletePostImage(id), 204);
  equal((await wanted(api.getPost(id))).image, null, "image");
}

async function list(api: Api, id: number): Promise<void> {
  const post = await wanted(api.getPost(id));
  const query = { page_size: 2, ordering: "-like_count" } as const;
  const first = await wanted(api.listPosts(query));
  const cursor = new URL(first.next ?? "").searchParams.get("cursor") ?? "";
  const second = await wanted(api.listPosts({ ...query, cursor }));
  equal([first.results.length, second.results.length], [2, 2], "results");
  equal([first.previous, typeof second.previous], [null, "string"], "previous");
  const likes = [...first.results, ...second.results].map((one) => one.like_count);
  equal(likes, likes.toSorted((a, b) => b - a), "order");
  for (const filter of [
    { tag: "typed", author: post.author.id },
    { author: post.author.id },
    { search: "new", author: post.author.id },
    { created_after: post.created_at },
  ]) {
    const { results } = await wanted(api.listPosts(filter));
    equal(results.map((one) => one.id), [id], JSON.stringify(filter));
  }
  equal((await wanted(api.listPosts({ tag: "no such tag" }))).results, [], "results");
}

async function react(api: Api, id: number): Promise<void> {
  equal(await wanted(api.likePost(id)), { like_count: 1, liked: true }, "like");
  equal((await wanted(api.getPost(id))).liked, true, "liked");
  equal(await wanted(api.unlikePost(id)), { like_count: 0, liked: false }, "like");
  await refused(api.createComment(id, ""), 400, "body");
  const comment = await wanted(api.createComment(id, "First"), 201);
  await wanted(api.replaceComment(id, comment.id, "Second"));
  await wanted(api.updateComment(id, comment.id, "Third"));
  equal((await wanted(api.getComment(id, comment.id))).body, "Third", "body");
  const { results } = await wanted(api.listComments(id));
  equal(results.map((one) => one.body), ["Third"], "comments");
  await wanted(api.deleteComment(id, comment.id), 204);
  await refused(api.getComment(id, comment.id), 404);
}

async function trespass(api: Api, id: number): Promise<void> {
  const { results } = await wanted(api.listPosts({ ordering: "created_at" }));
  const theirs = results.find((post) => post.id !== id)?.id ?? 0;
  await refused(api.updatePost(theirs, { title: "mine" }), 403);
  await refused(api.deletePost(theirs), 403);
  await refused(api.uploadPostImage(theirs, new Blob(["text"])), 403);
  await refused(api.getPost(987654321), 404);
  await refused(api.likePost(987654321), 404);
  await refused(api.listComments(987654321), 404);
}

async function changePassword(api: Api): Promise<void> {
  const new_password = CHANGED_PASSWORD;
  const wrong = api.changePassword({ current_password: "wrong-password", new_password });
  await refused(wrong, 400, "current_password");
  const common = api.changePassword({ current_password: PASSWORD, new_password: "password123" });
  await refused(common, 400, "new_password");
  await wanted(api.changePassword({ current_password: PASSWORD, new_password }), api.changed);
  equal((await wanted(api.updateMe({ name: "Changed" }))).name, "Changed", "name");
  await api.renew();
  equal((await wanted(api.getMe())).name, "Changed", "name");
}

async function confirmEmail(api: Api, email: string, mails: string): Promise<void> {
  await wanted(api.requestConfirmation(email), 204);
  const link = await takeLink(mails, email, "/email/confirm/");
  const token = link.get("token") ?? "";
  await refused(api.confirmEmail(`${token}x`), 400, "token");
  await wanted(api.confirmEmail(token), 204);
}

async function resetPassword(api: Api, email: string, mails: string): Promise<void> {
  await wanted(api.requestPasswordReset(email), 204);
  const link = await takeLink(mails, email, "/password/reset/");
  const values = { uid: link.get("uid") ?? "", token: link.get("token") ?? "" };
  await refused(api.resetPassword({ ...values, new_password: "password123" }), 400, "new_password");
  await wanted(api.resetPassword({ ...values, new_password: RESET_PASSWORD }), 204);
  await refused(api.resetPassword({ ...values, new_password: PASSWORD }), 400, "token");
  await refused(api.signIn(email, CHANGED_PASSWORD), 401);
  await wanted(api.signIn(email, RESET_PASSWORD));
}

async function deleteAccount(api: Api, email: string): Promise<void> {
  await refused(api.deleteMe("wrong-password"), 400, "password");
  equal((await wanted(api.getMe())).email, email, "email");
  await wanted(api.deleteMe(RESET_PASSWORD), 204);
  await refused(api.getMe(), 401);
  await api.prepare();
  await refused(api.signIn(email, RESET_PASSWORD), 401);
}

async function main(origin: string, name: string, mails: string): Promise<void> {
  openPage(origin);
  const api = CLIENTS[name]!(origin);
  const email = `${name}-${Date.now()}@example.com`;
  await signUp(api, email);
  await changeName(api, email);
  const id = await write(api);
  await upload(api, id);
  await list(api, id);
  await react(api, id);
  await trespass(api, id);
  await wanted(api.deletePost(id), 204);
  await refused(api.getPost(id), 404);
  await changePassword(api);
  await confirmEmail(api, email, mails);
  await wanted(api.signOut(), 204);
  await refused(api.getMe(), 401);
  await resetPassword(api, email, mails);
  await deleteAccount(api, email);
  console.log(summary());
}

await main(process.argv[2] ?? "", process.argv[3] ?? "", process.argv[4] ?? "");
