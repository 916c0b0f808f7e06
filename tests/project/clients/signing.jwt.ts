// Signing in with tokens, for each client.

import { credentials, type PasswordChange, type Reply, type Signing } from "./api";
import type { Client } from "./client.openapi-fetch";
import * as sdk from "./hey-api/src/api";
import * as orval from "./orval/src/api";
import { fromAnswer, fromResult } from "./replies";

interface Tokens {
  access: string;
  refresh: string;
}

interface Operations {
  obtainToken(body: { email: string; password: string }): Promise<Reply<Tokens>>;
  refreshToken(body: { refresh: string }): Promise<Reply<Tokens>>;
  signOut(): Promise<Reply<unknown>>;
  changePassword(body: PasswordChange): Promise<Reply<Tokens>>;
}

function signingWith(operations: Operations): Signing {
  let refresh = "";

  function keep({ data }: Reply<Tokens>): void {
    if (data) {
      credentials["Authorization"] = `Bearer ${data.access}`;
      refresh = data.refresh;
    }
  }

  return {
    async prepare() {},
    async signIn(email, password) {
      const reply = await operations.obtainToken({ email, password });
      keep(reply);
      return reply;
    },
    async renew() {
      keep(await operations.refreshToken({ refresh }));
    },
    signOut: () => operations.signOut(),
    async changePassword(passwords) {
      const reply = await operations.changePassword(passwords);
      keep(reply);
      return reply;
    },
    changed: 200,
  };
}

export const openApiFetch = (client: Client) =>
  signingWith({
    obtainToken: (body) => fromResult(client.POST("/api/auth/token/", { body })),
    refreshToken: (body) => fromResult(client.POST("/api/auth/token/refresh/", { body })),
    signOut: () => fromResult(client.POST("/api/auth/logout/")),
    changePassword: (body) => fromResult(client.POST("/api/auth/password/change/", { body })),
  });

export const heyApi = () =>
  signingWith({
    obtainToken: (body) => fromResult(sdk.obtainToken({ body })),
    refreshToken: (body) => fromResult(sdk.refreshToken({ body })),
    signOut: () => fromResult(sdk.signOut()),
    changePassword: (body) => fromResult(sdk.changePassword({ body })),
  });

export const forOrval = () =>
  signingWith({
    obtainToken: (body) => fromAnswer(orval.obtainToken(body)),
    refreshToken: (body) => fromAnswer(orval.refreshToken(body)),
    signOut: () => fromAnswer(orval.signOut({ headers: credentials })),
    changePassword: (body) => fromAnswer(orval.changePassword(body, { headers: credentials })),
  });
