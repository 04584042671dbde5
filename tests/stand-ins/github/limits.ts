import type { GithubOptions } from "./types.ts";

const WINDOW_MS = 3_600_000;
const ANONYMOUS_LIMIT = 60;
const TOKEN_LIMIT = 5000;

export type Resource = "core" | "graphql";

/** What may still be asked in the hour. */
export type Budget = {
  readonly limit: number;
  used: number;
  remaining(): number;
  /** Seconds since 1970. */
  reset(): number;
  headers(): Record<string, string>;
};

/** A budget for each who asks and what for; each starts over an hour after its first use. */
export function createLimits({ restLimit, pointLimit = TOKEN_LIMIT }: GithubOptions, clock: () => Date) {
  const budgets = new Map<string, Budget & { resetAt: number }>();
  return (who: string | undefined, resource: Resource): Budget => {
    const now = clock().getTime();
    const key = `${resource} ${who ?? ""}`;
    const known = budgets.get(key);
    if (known !== undefined && now < known.resetAt) return known;
    const limit =
      resource === "graphql" ? pointLimit : (restLimit ?? (who === undefined ? ANONYMOUS_LIMIT : TOKEN_LIMIT));
    const budget = newBudget(limit, resource, now + WINDOW_MS);
    budgets.set(key, budget);
    return budget;
  };
}

function newBudget(limit: number, resource: Resource, resetAt: number): Budget & { resetAt: number } {
  const budget = {
    ...{ limit, resetAt, used: 0 },
    remaining: (): number => Math.max(0, limit - budget.used),
    reset: (): number => Math.floor(resetAt / 1000),
    headers: (): Record<string, string> => ({
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(budget.remaining()),
      "x-ratelimit-used": String(budget.used),
      "x-ratelimit-reset": String(budget.reset()),
      "x-ratelimit-resource": resource,
    }),
  };
  return budget;
}
