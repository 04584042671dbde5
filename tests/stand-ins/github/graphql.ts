import { readFileSync } from "node:fs";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { type Answer, json } from "./answer.ts";
import { type Cost, costOf } from "./graphql-cost.ts";
import { createCommitOnBranch, updateRefs } from "./graphql-mutations.ts";
import { ownerNode, repositoryNode, user } from "./graphql-repository.ts";
import { BOT, type Hub } from "./hub.ts";
import type { Budget } from "./limits.ts";
import { Refused } from "./refused.ts";
import type { Fault } from "./types.ts";

export const graphqlBody = z.strictObject({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).optional(),
  operationName: z.string().optional(),
});

type Parsed = { document: DocumentNode; operation: OperationDefinitionNode };
type Data = Record<string, unknown>;
type Context = { hub: Hub; who: string; budget: Budget; spend: (points: number) => void };

const WENT_WRONG =
  "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.";

let cachedSchema: GraphQLSchema | undefined;
const cachedDocuments = new LRUCache<string, Parsed | readonly GraphQLError[]>({ max: 200 });

/** GitHub's own schema; it takes a moment to build, so once a process. */
function schemaOnce(): GraphQLSchema {
  // Beside the package's entry, which would parse the whole schema as JSON as well.
  const file = new URL("schema.graphql", import.meta.resolve("@octokit/graphql-schema"));
  cachedSchema ??= buildSchema(readFileSync(file, "utf8"), { assumeValid: true, noLocation: true });
  return cachedSchema;
}

/** What a request is, as far as it can be told before it is let in. */
export function operationKind(query: string): "query" | "mutation" | undefined {
  const parsed = parseOnce(query);
  if (!("operation" in parsed)) return undefined;
  return parsed.operation.operation === "mutation" ? "mutation" : "query";
}

/** Runs a query against the schema, counts its points, and lets `fault` spoil the answer. */
export async function answerGraphql(context: Context, body: unknown, fault: Fault | undefined): Promise<Answer> {
  const { hub, budget } = context;
  const request = graphqlBody.safeParse(body);
  if (!request.success) {
    hub.violation(`/graphql: ${z.prettifyError(request.error)}`);
    return json(400, { message: "Problems parsing JSON" });
  }
  const { query, variables = {} } = request.data;
  const parsed = parseOnce(query);
  const errorsOnly = (errors: readonly GraphQLError[]): Answer => {
    for (const { message } of errors) hub.violation(`/graphql: ${message}`);
    return json(200, { errors: errors.map(errorShape) });
  };
  if (!("operation" in parsed)) return errorsOnly(parsed);
  let cost: Cost;
  try {
    cost = costOf(schemaOnce(), parsed.document, parsed.operation, variables);
  } catch (error) {
    if (error instanceof GraphQLError) return errorsOnly([error]);
    throw error;
  }
  if (budget.remaining() < cost.points) return rateLimited();
  context.spend(cost.points);
  const result = await execute({
    schema: schemaOnce(),
    document: parsed.document,
    variableValues: variables,
    rootValue: rootOf(context, cost),
    contextValue: hub,
    fieldResolver: readField,
  });
  // Variables that do not fit: nothing was run.
  if (result.data === undefined) return errorsOnly(result.errors ?? []);
  return json(200, spoil(result, fault));
}

export function rateLimited(): Answer {
  return json(200, { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded for user ID 1." }] });
}

function parseOnce(query: string): Parsed | readonly GraphQLError[] {
  const known = cachedDocuments.get(query);
  if (known !== undefined) return known;
  const parsed = parseQuery(query);
  cachedDocuments.set(query, parsed);
  return parsed;
}

function parseQuery(query: string): Parsed | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const errors = validate(schemaOnce(), document);
  if (errors.length > 0) return errors;
  const operation = getOperationAST(document);
  return operation == null ? [new GraphQLError("A request holds one operation")] : { document, operation };
}

function rootOf({ hub, who, budget }: Context, cost: Cost) {
  const refusable = <Args, Result>(act: (args: Args) => Result) => {
    return (args: Args): Result => {
      try {
        return act(args);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        throw new GraphQLError(error.message, { extensions: { type: error.type } });
      }
    };
  };
  return {
    rateLimit: () => ({
      ...{ cost: cost.points, nodeCount: cost.nodes, limit: budget.limit, used: budget.used },
      ...{ remaining: budget.remaining(), resetAt: new Date(budget.reset() * 1000).toISOString() },
    }),
    viewer: user(BOT),
    repository: ({ owner, name, followRenames }: { owner: string; name: string; followRenames: boolean }) => {
      const found = hub.find(`${owner}/${name}`);
      if (found !== undefined && (followRenames || !found.moved)) return repositoryNode(hub, found.repository);
      throw new GraphQLError(`Could not resolve to a Repository with the name '${owner}/${name}'.`, {
        extensions: { type: "NOT_FOUND" },
      });
    },
    // Nobody of that login is no error.
    repositoryOwner: ({ login }: { login: string }) => {
      const owner = hub.owner(login);
      return owner === undefined ? null : ownerNode(hub, owner);
    },
    updateRefs: refusable(({ input }: { input: Parameters<typeof updateRefs>[2] }) => updateRefs(hub, who, input)),
    createCommitOnBranch: refusable(({ input }: { input: Parameters<typeof createCommitOnBranch>[2] }) =>
      createCommitOnBranch(hub, who, input),
    ),
  };
}

/** A field as it stands, or called with its arguments; one that the stand-in does not have is no silent null. */
const readField: GraphQLFieldResolver<unknown, Hub> = (source, args, hub, { parentType, fieldName }) => {
  const value: unknown = typeof source === "object" && source !== null ? Reflect.get(source, fieldName) : undefined;
  if (value === undefined) {
    hub.violation(`the stand-in has no ${parentType.name}.${fieldName}`);
    throw new GraphQLError(`the stand-in has no ${parentType.name}.${fieldName}`);
  }
  return typeof value === "function" ? Reflect.apply(value, source, [args]) : value;
};

/** GitHub puts the kind of an error beside its message. */
function errorShape({ message, path, locations, extensions, originalError }: GraphQLError) {
  // A fault of the stand-in itself must not pass for an answer.
  if (originalError != null && !(originalError instanceof GraphQLError)) throw originalError;
  const { type } = extensions;
  return { ...(typeof type === "string" ? { type } : {}), path, locations, message };
}

function spoil({ data, errors = [] }: ExecutionResult, fault: Fault | undefined): object {
  const shapes: object[] = errors.map(errorShape);
  const whole = { data: data ?? null, ...(shapes.length > 0 ? { errors: shapes } : {}) };
  const spoilable = Object.keys(data ?? {}).filter((key) => key !== "rateLimit" && data?.[key] !== null);
  const without = (keys: string[], error: object): object => ({
    data: { ...data, ...Object.fromEntries(keys.map((key): [string, null] => [key, null])) } satisfies Data,
    errors: [...shapes, error],
  });
  const last = spoilable.slice(-1);
  if (fault === "partial") return without(last, { path: last, message: WENT_WRONG });
  if (fault === "partial-not-found") {
    return without(last, { type: "NOT_FOUND", path: last, message: "Could not resolve to a Repository." });
  }
  if (fault === "resource-limit") {
    const half = spoilable.slice(Math.floor(spoilable.length / 2));
    return without(half, {
      type: "RESOURCE_LIMITS_EXCEEDED",
      message: "Resource limits for this query exceeded.",
      extensions: { code: "RESOURCE_LIMITS_EXCEEDED" },
    });
  }
  return whole;
}
