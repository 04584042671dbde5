import { z } from "zod";
import type { GithubStandIn } from "./types.ts";

export type Reply = { status: number; headers: Headers; text: string; data: unknown };

/** Calls the stand-in as a careful client would; `headers` set to null are left out. */
export function createClient(github: GithubStandIn, token: string | null = github.token) {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string | null> = {},
  ): Promise<Reply> => {
    const all: Record<string, string | null> = {
      "user-agent": "mulu-test",
      "x-github-api-version": "2022-11-28",
      authorization: token === null ? null : `Bearer ${token}`,
      ...headers,
    };
    const sent = Object.entries(all).filter((header): header is [string, string] => header[1] !== null);
    const reply = await fetch(path.startsWith("http") ? path : `${github.url}${path}`, {
      method,
      headers: sent,
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const isJson = reply.headers.get("content-type")?.startsWith("application/json") === true && text !== "";
    return { status: reply.status, headers: reply.headers, text, data: isJson ? JSON.parse(text) : undefined };
  };
  const graphql = async (query: string, variables: Record<string, unknown> = {}) => {
    const { status, data } = await call("POST", "/graphql", { query, variables });
    return { status, ...answer.parse(data) };
  };
  return { call, graphql };
}

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() }).loose()).optional(),
});

/** `sha` of what was made. */
export function shaOf({ data }: Reply): string {
  return z.object({ sha: z.string() }).parse(data).sha;
}
