// Signing in with a session cookie, for each client. Every request that writes carries a token,
// which changes with signing in.

import { credentials, type PasswordChange, type Reply, type Signing } from "./api";
import type { Client } from "./client.openapi-fetch";
import * as sdk from "./hey-api/src/api";
import * as orval from "./orval/src/api";
import { fromAnswer, fromResult } from "./replies";

interface Operations {
  getCsrfToken(): Promise<Reply<{ csrf_token: string }>>;
  signIn(body: { email: string; password: string }): Promise<Reply<unknown>>;
  signOut(): Promise<Reply<unknown>>;
  changePassword(body: PasswordChange): Promise<Reply<unknown>>;
}

function signingWith(operations: Operations): Signing {
  async function prepare(): Promise<void> {
    const { data } = await operations.getCsrfToken();
    credentials["X-CSRFToken"] = data?.csrf_token ?? "";
  }

  return {
    prepare,
    async signIn(email, password) {
      const reply = await operations.signIn({ email, password });
      await prepare();
      return reply;
    },
    renew: prepare,
    signOut: () => operations.signOut(),
    changePassword: (passwords) => operations.changePassword(passwords),
    changed: 204,
  };
}

export const openApiFetch = (client: Client) =>
  signingWith({
    getCsrfToken: () => fromResult(client.GET("/api/auth/csrf/")),
    signIn: (body) => fromResult(client.POST("/api/auth/login/", { body })),
    signOut: () => fromResult(client.POST("/api/auth/logout/")),
    changePassword: (body) => fromResult(client.POST("/api/auth/password/change/", { body })),
  });

export const heyApi = () =>
  signingWith({
    getCsrfToken: () => fromResult(sdk.getCsrfToken()),
    signIn: (body) => fromResult(sdk.signIn({ body })),
    signOut: () => fromResult(sdk.signOut()),
    changePassword: (body) => fromResult(sdk.changePassword({ body })),
  });

export const forOrval = () =>
  signingWith({
    getCsrfToken: () => fromAnswer(orval.getCsrfToken()),
    signIn: (body) => fromAnswer(orval.signIn(body, { headers: credentials })),
    signOut: () => fromAnswer(orval.signOut({ headers: credentials })),
    changePassword: (body) => fromAnswer(orval.changePassword(body, { headers: credentials })),
  });
