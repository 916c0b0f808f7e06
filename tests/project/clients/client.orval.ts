import { credentials, type Api } from "./api";
import * as orval from "./orval/src/api";
import { fromAnswer as reply } from "./replies";
import * as signing from "./signing";

const auth = () => ({ headers: credentials });

export function connect(): Api {
  return {
    ...signing.forOrval(),
    signUp: (body) => reply(orval.signUp(body, auth())),
    getMe: () => reply(orval.getMe(auth())),
    updateMe: (body) => reply(orval.updateMe(body, auth())),
    deleteMe: (password) => reply(orval.deleteMe({ password }, auth())),
    requestPasswordReset: (email) => reply(orval.requestPasswordReset({ email }, auth())),
    resetPassword: (body) => reply(orval.resetPassword(body, auth())),
    requestConfirmation: (email) => reply(orval.requestConfirmation({ email }, auth())),
    confirmEmail: (token) => reply(orval.confirmEmail({ token }, auth())),
    listPosts: (query) => reply(orval.listPosts(query, auth())),
    createPost: (body) => reply(orval.createPost(body, auth())),
    getPost: (id) => reply(orval.getPost(id, auth())),
    replacePost: (id, body) => reply(orval.replacePost(id, body, auth())),
    updatePost: (id, body) => reply(orval.updatePost(id, body, auth())),
    deletePost: (id) => reply(orval.deletePost(id, auth())),
    uploadPostImage: (id, image) => reply(orval.uploadPostImage(id, { image }, auth())),
    deletePostImage: (id) => reply(orval.deletePostImage(id, auth())),
    likePost: (id) => reply(orval.likePost(id, auth())),
    unlikePost: (id) => reply(orval.unlikePost(id, auth())),
    listComments: (post) => reply(orval.listPostsComments(post, {}, auth())),
    createComment: (post, body) => reply(orval.createPostsComment(post, { body }, auth())),
    getComment: (post, id) => reply(orval.getPostsComment(post, id, auth())),
    replaceComment: (post, id, body) =>
      reply(orval.replacePostsComment(post, id, { body }, auth())),
    updateComment: (post, id, body) =>
      reply(orval.updatePostsComment(post, id, { body }, auth())),
    deleteComment: (post, id) => reply(orval.deletePostsComment(post, id, auth())),
  };
}
