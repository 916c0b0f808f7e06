import createClient from "openapi-fetch";

import { credentials, type Api } from "./api";
import type { paths } from "./openapi-fetch/src/schema";
import { fromResult as reply } from "./replies";
import * as signing from "./signing";

export type Client = ReturnType<typeof createClient<paths>>;

// openapi-typescript has files as text.
function formOf(body: { image: string }): FormData {
  const form = new FormData();
  form.set("image", body.image as unknown as Blob);
  return form;
}

const one = (id: number) => ({ params: { path: { id } } });
const comment = (post_id: number, id: number) => ({ params: { path: { post_id, id } } });

export function connect(origin: string): Api {
  const client = createClient<paths>({ baseUrl: origin });
  client.use({
    onRequest({ request }) {
      for (const [name, value] of Object.entries(credentials)) {
        request.headers.set(name, value);
      }
    },
  });
  return {
    ...signing.openApiFetch(client),
    signUp: (body) => reply(client.POST("/api/auth/signup/", { body })),
    getMe: () => reply(client.GET("/api/auth/me/")),
    updateMe: (body) => reply(client.PATCH("/api/auth/me/", { body })),
    deleteMe: (password) => reply(client.DELETE("/api/auth/me/", { body: { password } })),
    requestPasswordReset: (email) =>
      reply(client.POST("/api/auth/password/reset/", { body: { email } })),
    resetPassword: (body) => reply(client.POST("/api/auth/password/reset/confirm/", { body })),
    requestConfirmation: (email) =>
      reply(client.POST("/api/auth/email/confirmation/", { body: { email } })),
    confirmEmail: (token) => reply(client.POST("/api/auth/email/confirm/", { body: { token } })),
    listPosts: (query) => reply(client.GET("/api/posts/", { params: { query } })),
    createPost: (body) => reply(client.POST("/api/posts/", { body })),
    getPost: (id) => reply(client.GET("/api/posts/{id}/", one(id))),
    replacePost: (id, body) => reply(client.PUT("/api/posts/{id}/", { ...one(id), body })),
    updatePost: (id, body) => reply(client.PATCH("/api/posts/{id}/", { ...one(id), body })),
    deletePost: (id) => reply(client.DELETE("/api/posts/{id}/", one(id))),
    uploadPostImage: (id, image) =>
      reply(
        client.PUT("/api/posts/{id}/image/", {
          ...one(id),
          body: { image: image as unknown as string },
          bodySerializer: formOf,
        }),
      ),
    deletePostImage: (id) => reply(client.DELETE("/api/posts/{id}/image/", one(id))),
    likePost: (id) => reply(client.POST("/api/posts/{id}/like/", one(id))),
    unlikePost: (id) => reply(client.DELETE("/api/posts/{id}/like/", one(id))),
    listComments: (post_id) =>
      reply(client.GET("/api/posts/{post_id}/comments/", { params: { path: { post_id } } })),
    createComment: (post_id, body) =>
      reply(
        client.POST("/api/posts/{post_id}/comments/", {
          params: { path: { post_id } },
          body: { body },
        }),
      ),
    getComment: (post, id) =>
      reply(client.GET("/api/posts/{post_id}/comments/{id}/", comment(post, id))),
    replaceComment: (post, id, body) =>
      reply(
        client.PUT("/api/posts/{post_id}/comments/{id}/", {
          ...comment(post, id),
          body: { body },
        }),
      ),
    updateComment: (post, id, body) =>
      reply(
        client.PATCH("/api/posts/{post_id}/comments/{id}/", {
          ...comment(post, id),
          body: { body },
        }),
      ),
    deleteComment: (post, id) =>
      reply(client.DELETE("/api/posts/{post_id}/comments/{id}/", comment(post, id))),
  };
}
