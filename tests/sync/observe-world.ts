import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type ClientOptions, createClients } from "#src/sync/github/client.ts";
import { openCache, type SyncCache } from "#src/sync/observe/cache.ts";
import { observe } from "#src/sync/observe/observe.ts";
import type { Observation, ObservationRequest, Repository } from "#src/sync/sources/observation.ts";
import { type GithubOptions, type GithubStandIn, startGithub, TOKEN } from "#tests/stand-ins/github.ts";

export const silent = pino({ level: "silent" });

export type World = {
  github: GithubStandIn;
  cache: SyncCache;
  /** Looks once at what is asked for, with a new client. */
  look: (
    asks: readonly (ObservationRequest | string)[],
    options?: Partial<ClientOptions>,
  ) => ReturnType<typeof observe>;
  /** What was asked of GitHub since the last call, the question about the quota left out: `GET /repos/a/b`. */
  asked: () => string[];
};

/** GitHub, and someone who looks at it: with a token, or anonymously. */
export async function startWorld(options: GithubOptions & { anonymous?: boolean } = {}): Promise<World> {
  const { anonymous = false, ...rest } = options;
  const github = await startGithub(rest);
  onTestFinished(() => github.close());
  const cache = openCache(undefined);
  let from = 0;
  return {
    github,
    cache,
    look: async (asks, clientOptions = {}) => {
      const identity = anonymous ? undefined : { kind: "token" as const, token: TOKEN };
      const { reader } = await createClients(
        { apiUrl: github.url, identity },
        { log: silent, pace: "none", ...clientOptions },
      );
      const signal = clientOptions.signal ?? new AbortController().signal;
      const whole = asks.map((ask) => (typeof ask === "string" ? { name: ask } : ask));
      return observe(whole, { reader, cache, log: silent, signal });
    },
    asked: () => {
      const since = github.requests.slice(from);
      from = github.requests.length;
      return since.map(({ method, path }) => `${method} ${path}`).filter((line) => line !== "GET /rate_limit");
    },
  };
}

/** The repository of an observation that found one. */
export function found(observation: Observation | undefined): Repository {
  if (observation?.state !== "found") throw new Error(`not found: ${JSON.stringify(observation)}`);
  return observation.repository;
}

/** States and reasons in short: `found`, `missing`, `quota`, `failed`. */
export const states = (observations: readonly Observation[]): string[] =>
  observations.map((item) => (item.state === "unreached" ? item.reason : item.state));
