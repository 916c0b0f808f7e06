import { credentials, type Api } from "./api";
import { client } from "./hey-api/src/api/client.gen";
import * as sdk from "./hey-api/src/api";
import { fromResult as reply } from "./replies";
import * as signing from "./signing";

export function connect(origin: string): Api {
  client.setConfig({ baseUrl: origin });
  client.interceptors.request.use((request) => {
    for (const [name, value] of Object.entries(credentials)) {
      request.headers.set(name, value);
    }
    return request;
  });
  return {
    ...signing.heyApi(),
    signUp: (body) => reply(sdk.signUp({ body })),
    getMe: () => reply(sdk.getMe()),
    updateMe: (body) => reply(sdk.updateMe({ body })),
    deleteMe: (password) => reply(sdk.deleteMe({ body: { password } })),
    requestPasswordReset: (email) => reply(sdk.requestPasswordReset({ body: { email } })),
    resetPassword: (body) => reply(sdk.resetPassword({ body })),
    requestConfirmation: (email) => reply(sdk.requestConfirmation({ body: { email } })),
    confirmEmail: (token) => reply(sdk.confirmEmail({ body: { token } })),
    listPosts: (query) => reply(sdk.listPosts({ query })),
    createPost: (body) => reply(sdk.createPost({ body })),
    getPost: (id) => reply(sdk.getPost({ path: { id } })),
    replacePost: (id, body) => reply(sdk.replacePost({ path: { id }, body })),
    updatePost: (id, body) => reply(sdk.updatePost({ path: { id }, body })),
    deletePost: (id) => reply(sdk.deletePost({ path: { id } })),
    uploadPostImage: (id, image) => reply(sdk.uploadPostImage({ path: { id }, body: { image } })),
    deletePostImage: (id) => reply(sdk.deletePostImage({ path: { id } })),
    likePost: (id) => reply(sdk.likePost({ path: { id } })),
    unlikePost: (id) => reply(sdk.unlikePost({ path: { id } })),
    listComments: (post_id) => reply(sdk.listPostsComments({ path: { post_id } })),
    createComment: (post_id, body) =>
      reply(sdk.createPostsComment({ path: { post_id }, body: { body } })),
    getComment: (post_id, id) => reply(sdk.getPostsComment({ path: { post_id, id } })),
    replaceComment: (post_id, id, body) =>
      reply(sdk.replacePostsComment({ path: { post_id, id }, body: { body } })),
    updateComment: (post_id, id, body) =>
      reply(sdk.updatePostsComment({ path: { post_id, id }, body: { body } })),
    deleteComment: (post_id, id) => reply(sdk.deletePostsComment({ path: { post_id, id } })),
  };
}
