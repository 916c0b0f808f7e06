// What the journey needs of a client, whichever tool has generated it.

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
  errors?: { field: string; code: string; detail: string }[];
}

// `data` is there after a success, unless it is a 204; `problem` otherwise.
export interface Reply<T> {
  status: number;
  data?: T | undefined;
  problem?: Problem | undefined;
}

export interface User {
  id: number;
  email: string;
  name: string;
}

export interface Post {
  id: number;
  author: { id: number; name: string };
  title: string;
  body: string;
  image: string | null;
  tags: string[];
  like_count: number;
  comment_count: number;
  liked: boolean;
  created_at: string;
}

export interface Comment {
  id: number;
  body: string;
}

export interface Page<T> {
  next: string | null;
  previous: string | null;
  results: T[];
}

export interface PostQuery {
  author?: number;
  created_after?: string;
  cursor?: string;
  ordering?: "created_at" | "-created_at" | "like_count" | "-like_count";
  page_size?: number;
  search?: string;
  tag?: string;
}

export interface NewPost {
  title: string;
  body: string;
  tags?: string[];
}

export interface PasswordChange {
  current_password: string;
  new_password: string;
}

export interface NewPassword {
  uid: string;
  token: string;
  new_password: string;
}

export interface Signing {
  // Do what comes before the first request that writes.
  prepare(): Promise<void>;
  signIn(email: string, password: string): Promise<Reply<unknown>>;
  // Do what a page does after some minutes.
  renew(): Promise<void>;
  signOut(): Promise<Reply<unknown>>;
  // The requests after it are still the user's. A success has this status.
  changePassword(passwords: PasswordChange): Promise<Reply<unknown>>;
  changed: number;
}

export interface Api extends Signing {
  signUp(account: { email: string; name: string; password: string }): Promise<Reply<unknown>>;
  getMe(): Promise<Reply<User>>;
  updateMe(changes: { name?: string }): Promise<Reply<User>>;
  deleteMe(password: string): Promise<Reply<unknown>>;
  requestPasswordReset(email: string): Promise<Reply<unknown>>;
  resetPassword(values: NewPassword): Promise<Reply<unknown>>;
  requestConfirmation(email: string): Promise<Reply<unknown>>;
  confirmEmail(token: string): Promise<Reply<unknown>>;
  listPosts(query: PostQuery): Promise<Reply<Page<Post>>>;
  createPost(post: NewPost): Promise<Reply<Post>>;
  getPost(id: number): Promise<Reply<Post>>;
  replacePost(id: number, post: NewPost): Promise<Reply<Post>>;
  updatePost(id: number, changes: Partial<NewPost>): Promise<Reply<Post>>;
  deletePost(id: number): Promise<Reply<unknown>>;
  uploadPostImage(id: number, image: Blob): Promise<Reply<{ image: string }>>;
  deletePostImage(id: number): Promise<Reply<unknown>>;
  likePost(id: number): Promise<Reply<{ like_count: number; liked: boolean }>>;
  unlikePost(id: number): Promise<Reply<{ like_count: number; liked: boolean }>>;
  listComments(post: number): Promise<Reply<Page<Comment>>>;
  createComment(post: number, body: string): Promise<Reply<Comment>>;
  getComment(post: number, id: number): Promise<Reply<Comment>>;
  replaceComment(post: number, id: number, body: string): Promise<Reply<Comment>>;
  updateComment(post: number, id: number, body: string): Promise<Reply<Comment>>;
  deleteComment(post: number, id: number): Promise<Reply<unknown>>;
}

// The headers that make a request the user's: a token for each way of signing in.
export const credentials: Record<string, string> = {};
