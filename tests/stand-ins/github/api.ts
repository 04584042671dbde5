import type { IncomingHttpHeaders } from "node:http";
import type { createAccess } from "./access.ts";
import { type Answer, answerOrRefusal, bytes, conditional, json } from "./answer.ts";
import { archive } from "./git.ts";
import { answerGraphql, rateLimited } from "./graphql.ts";
import type { Hub } from "./hub.ts";
import type { Budget, createLimits } from "./limits.ts";
import { notFound, Refused } from "./refused.ts";
import { ownerOf, resolveCommit, shortNameOf } from "./repository.ts";
import { answerRest } from "./rest.ts";
import type { Fault, Received } from "./types.ts";

export type Host = "api" | "codeload";

/** One request with all that is known before it is answered. */
export type Incoming = Received & {
  host: Host;
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
  body: unknown;
};

/** Answers a request; what GitHub would refuse is thrown as `Refused`. */
export type Api = (request: Incoming, fault: Fault | undefined) => Promise<Answer>;

type Parts = {
  hub: Hub;
  access: ReturnType<typeof createAccess>;
  budgetOf: ReturnType<typeof createLimits>;
  codeloadUrl: () => string;
  hasGraphql: boolean;
  /** Told the points of each GraphQL query. */
  onPoints: (points: number) => void;
};

/** Who asks, what they have left, and which of the two APIs answers. */
export function createApi({ hub, access, budgetOf, codeloadUrl, hasGraphql, onPoints }: Parts): Api {
  const graphql = async (request: Incoming, fault: Fault | undefined, who: string | undefined): Promise<Answer> => {
    if (!hasGraphql) throw notFound();
    if (who === undefined) throw new Refused(401, "This endpoint requires you to be authenticated.");
    const budget = budgetOf(who, "graphql");
    if (isExhausted(budget, fault)) return withBudget(budget, rateLimited(), fault);
    const spend = (points: number): void => {
      budget.used += points;
      onPoints(points);
    };
    return withBudget(budget, await answerGraphql({ hub, who, budget, spend }, request.body, fault));
  };

  const rest = async (request: Incoming, fault: Fault | undefined, who: string | undefined): Promise<Answer> => {
    const { method, path, body, query: search, headers } = request;
    const budget = budgetOf(who, "core");
    if (path === "/rate_limit" && method === "GET") {
      const resources = { core: budgetShape(budget), graphql: budgetShape(budgetOf(who, "graphql")) };
      return withBudget(budget, json(200, { resources, rate: resources.core }));
    }
    if (isExhausted(budget, fault)) {
      return withBudget(budget, json(403, { message: "API rate limit exceeded for this client." }), fault);
    }
    const accept = headers.accept ?? "*/*";
    const answer = await answerOrRefusal(() =>
      answerRest(hub, codeloadUrl(), { method, path, search, body, accept, who }),
    );
    const fresh = method === "GET" ? conditional(answer, who ?? "", headers["if-none-match"]) : answer;
    // What the client has already costs nothing.
    if (fresh.status !== 304) budget.used++;
    return withBudget(budget, fresh);
  };

  return async (request, fault) => {
    const { method, path, headers } = request;
    const [, installation] = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path) ?? [];
    if (installation !== undefined && method === "POST") {
      return access.issue(Number(installation), headers.authorization);
    }
    if (fault === "expired-token") throw new Refused(401, "Bad credentials");
    const who = access.identify(headers.authorization);
    return path === "/graphql" ? graphql(request, fault, who) : rest(request, fault, who);
  };
}

/** The host of archives, which knows no token. */
export async function answerCodeload(hub: Hub, { path, headers }: Incoming): Promise<Answer> {
  if (headers.authorization !== undefined) hub.violation(`the token was sent to another host: ${path}`);
  const [, name = "", ref = ""] = /^\/([^/]+\/[^/]+)\/legacy\.tar\.gz\/(.+)$/.exec(path) ?? [];
  const repository = hub.find(name)?.repository;
  const commit = repository === undefined ? undefined : resolveCommit(repository, decodeURIComponent(ref));
  if (repository?.gitDir === undefined || commit === undefined) throw notFound();
  const folder = `${ownerOf(repository)}-${shortNameOf(repository)}-${commit.slice(0, 7)}`;
  return bytes(200, await archive(repository.gitDir, commit, folder), "application/x-gzip", {
    "content-disposition": `attachment; filename=${folder}.tar.gz`,
  });
}

function isExhausted(budget: Budget, fault: Fault | undefined): boolean {
  return fault === "primary-limit" || budget.remaining() === 0;
}

function withBudget(budget: Budget, answer: Answer, fault?: Fault): Answer {
  const spent = fault === "primary-limit" ? { "x-ratelimit-remaining": "0" } : {};
  return { ...answer, headers: { ...budget.headers(), ...spent, ...answer.headers } };
}

function budgetShape({ limit, used, remaining, reset }: Budget) {
  return { limit, used, remaining: remaining(), reset: reset() };
}
