// What the clients return, in one form.

import type { Problem, Reply } from "./api";

interface Result<T> {
  data?: T | undefined;
  error?: Problem | undefined;
  response?: Response;
}

// openapi-fetch's and hey-api's
export async function fromResult<T>(result: Promise<Result<T>>): Promise<Reply<T>> {
  const { data, error, response } = await result;
  if (!response) {
    throw error;
  }
  return { status: response.status, data, problem: error };
}

interface Answer {
  status: number;
  data: unknown;
}

type Success<A> = Extract<A, { status: 200 | 201 | 204 }> extends { data: infer T } ? T : never;

// orval's
export async function fromAnswer<A extends Answer>(answer: Promise<A>): Promise<Reply<Success<A>>> {
  const { status, data } = await answer;
  return status < 300
    ? { status, data: data as Success<A> }
    : { status, problem: data as Problem };
}
