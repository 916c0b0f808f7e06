// Responses against the schemas for zod that two tools have generated for their operations.

import type { ZodType } from "zod";

import * as heyApi from "./zod/hey-api/zod.gen";
import * as orval from "./zod/orval";
import schema from "./schema.json" with { type: "json" };

type Methods = Record<string, { operationId: string }>;

const left = new Set<string>();
const operations: { method: string; path: RegExp; name: string }[] = [];
for (const [path, methods] of Object.entries(schema.paths)) {
  for (const [method, { operationId }] of Object.entries(methods as Methods)) {
    const name = operationId.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
    operations.push({ method: method.toUpperCase(), path: pattern, name });
    left.add(name);
  }
}

let checked = 0;

function find(module: object, ...names: string[]): ZodType {
  const known = module as Record<string, ZodType | undefined>;
  const found = names.map((name) => known[name]).find(Boolean);
  if (!found) {
    throw new Error(`none of these schemas is generated: ${names.join(", ")}`);
  }
  return found;
}

// Throw unless the body is what the operation's schema for this status allows.
export function check(method: string, path: string, status: number, text: string): void {
  const operation = operations.find((one) => one.method === method && one.path.test(path));
  if (!operation) {
    throw new Error(`${method} ${path} is no operation of the schema`);
  }
  const { name } = operation;
  const body: unknown = text ? JSON.parse(text) : undefined;
  const succeeded = status < 300;
  const schemas = {
    "hey-api": find(heyApi, succeeded ? `z${name}Response` : "zProblem"),
    orval: find(orval, `${name}${status}Response`, ...(succeeded ? [] : [`${name}DefaultResponse`])),
  };
  for (const [tool, zod] of Object.entries(schemas)) {
    const result = zod.safeParse(body);
    if (!result.success) {
      throw new Error(`${tool}: ${method} ${path} ${status}: ${result.error.message}\n${text}`);
    }
  }
  checked += 1;
  if (succeeded) {
    left.delete(name);
  }
}

// Return how many responses were checked; throw if an operation never succeeded.
export function summary(): string {
  if (left.size > 0) {
    throw new Error(`the journey never succeeds in: ${[...left].join(", ")}`);
  }
  return `${checked} responses are valid`;
}
