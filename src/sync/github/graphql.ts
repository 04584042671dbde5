import { z } from "zod";
import type { Client } from "./client.ts";
import { explainGithubError, GithubFailure, oneLine } from "./failure.ts";

/** GraphQL points of the hour: what was spent, and what is left as GitHub last said. */
export type Points = { spent: number; left: number | undefined; lastCost: number };

export type GraphqlAnswer = {
  fields: Record<string, unknown>;
  /** Each is about a field: `path` begins with its name. */
  errors: { type: string | undefined; path: readonly (string | number)[] }[];
};

const graphqlError = z.object({
  type: z.string().optional(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  message: z.string(),
});
const graphqlBody = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(graphqlError).optional(),
});
type GraphqlBody = z.infer<typeof graphqlBody>;
const rateLimit = z.object({ cost: z.number(), remaining: z.number() });
/** Octokit throws on errors although data came along; its plugins wrap the answer once more. */
const thrownAnswer = z.union([
  z.object({ name: z.literal("GraphqlResponseError"), response: graphqlBody }).transform(({ response }) => response),
  z.object({ response: z.object({ data: graphqlBody }) }).transform(({ response }) => response.data),
]);

/**
 * Sends a query, which should ask for `rateLimit { cost remaining }`. Gives what came of it also where GitHub answered
 * in part. Throws GithubFailure: `limit` also where the points left would not suffice, `unavailable` where the query was
 * too much for GitHub, `forbidden` or `notFound` where there is no GraphQL to be had.
 */
export async function queryGraphql(
  { octokit }: Client,
  points: Points,
  query: string,
  variables: Record<string, string>,
  signal: AbortSignal,
): Promise<GraphqlAnswer> {
  if (points.left !== undefined && points.left < points.lastCost)
    throw new GithubFailure("limit", { detail: `${points.left} points are left` });
  const body = await bodyOf(octokit.graphql(query, { ...variables, request: { signal, retries: 0 } }));
  const { data, errors = [] } = body;
  const spent = rateLimit.safeParse(data?.["rateLimit"]).data;
  if (spent !== undefined) {
    points.spent += spent.cost;
    points.left = spent.remaining;
    points.lastCost = Math.max(1, spent.cost);
  }
  const limit = errors.find(({ type, message }) => type?.startsWith("RATE_LIMIT") || /rate limit/i.test(message));
  if (limit) throw new GithubFailure("limit", { detail: oneLine(limit.message) });
  if (data === null || data === undefined) throw refusalOf(body);
  const general = errors.find(({ path = [] }) => path.length === 0);
  // Without a path it is not said what is lacking, down to the length of a list.
  if (general) throw new GithubFailure("unavailable", { detail: oneLine(general.message) });
  return { fields: data, errors: errors.map(({ type, path = [] }) => ({ type, path })) };
}

async function bodyOf(answer: Promise<unknown>): Promise<GraphqlBody> {
  try {
    return {
      data: z
        .record(z.string(), z.unknown())
        .nullish()
        .parse(await answer),
    };
  } catch (error) {
    const thrown = thrownAnswer.safeParse(error);
    // A proxy's 502 may be JSON as well.
    if (thrown.success && (thrown.data.data || thrown.data.errors?.length)) return thrown.data;
    if (error instanceof z.ZodError) throw new GithubFailure("unavailable", { detail: "no GraphQL answer" });
    throw explainGithubError(error) ?? error;
  }
}

/** A query that brought nothing at all: too much for GitHub, or one that this server does not understand. */
function refusalOf({ errors = [] }: GraphqlBody): GithubFailure {
  const detail = oneLine(errors.map(({ message }) => message).join("; "));
  const isTooMuch = errors.length === 0 || errors.some(({ type, message }) => TOO_MUCH.test(`${type} ${message}`));
  return new GithubFailure(isTooMuch ? "unavailable" : "forbidden", { detail });
}

const TOO_MUCH = /RESOURCE_LIMITS|MAX_NODE_LIMIT|something went wrong|timed? ?out|took too long/i;
