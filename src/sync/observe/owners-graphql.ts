import { z } from "zod";
import { inBatches, type Remainder } from "#src/sync/github/batches.ts";
import { queryGraphql } from "#src/sync/github/graphql.ts";
import { repositoryName, utcDate } from "#src/sync/github/shapes.ts";
import type { OwnedRepository } from "#src/sync/sources/owner.ts";
import type { GraphqlReader } from "./graphql.ts";

/** A stretch of an owner's repositories, newest first, or that nobody has the login. */
export type OwnerPage = {
  login: string;
  /** Public ones, and no forks. */
  repositories: Omit<OwnedRepository, "isNew">[];
  /** When the last one of the page was made, whatever it is. */
  oldest: string | undefined;
  /** Where the next page begins; null at the end. */
  next: string | null;
};

/** A page to ask for. */
export type PageRequest = { owner: string; size: number; after: string | null };

/** Most owners make fewer in half a year. */
export const FIRST_PAGE = 10;
/** With ten repositories each an answer of some 200 kB; a query costs a point for each hundred owners, and one at least. */
const OWNERS_A_QUERY = 70;
const MAX_DESCRIPTION = 400;

/** One line, cut where it is too long. */
export const description = z
  .string()
  .nullish()
  .transform((text) => text?.replace(/\s+/g, " ").trim().slice(0, MAX_DESCRIPTION).toWellFormed() || undefined);

const nodeShape = z.object({
  databaseId: z.number(),
  nameWithOwner: repositoryName,
  createdAt: utcDate,
  isArchived: z.boolean(),
  isPrivate: z.boolean(),
  isTemplate: z.boolean(),
  description,
});
const ownerShape = z.object({
  login: z.string().regex(/^[\w-]+$/),
  repositories: z.object({
    nodes: z.array(nodeShape.nullable()),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

const FIELDS = `__typename login
  repositories(first: $size, after: $AFTER, orderBy: { field: CREATED_AT, direction: DESC }, isFork: false, ownerAffiliations: OWNER) {
    nodes { databaseId nameWithOwner createdAt isArchived isPrivate isTemplate description }
    pageInfo { hasNextPage endCursor }
  }`;

/** Reads a page of each owner, seventy a query; all pages are of the same size. `read` is called with each. */
export function pagesByGraphql(
  { reader, points, signal }: GraphqlReader,
  requests: readonly PageRequest[],
  read: (request: PageRequest, page: OwnerPage | "missing") => void,
): Promise<Remainder<string>> {
  return inBatches(requests, OWNERS_A_QUERY, async (batch) => {
    const answer = await queryGraphql(reader, points, queryFor(batch), variablesFor(batch), signal);
    return batch.filter((request, index) => {
      const errors = answer.errors.filter(({ path }) => path[0] === `o${index}`);
      const value = answer.fields[`o${index}`];
      const isAway = errors.every(({ type, path }) => path.length === 1 && type === "NOT_FOUND");
      if (value === null && isAway) {
        read(request, "missing");
        return false;
      }
      const parsed = ownerShape.safeParse(value);
      if (errors.length > 0 || !parsed.success) return true;
      read(request, pageFrom(parsed.data));
      return false;
    });
  }).then(({ failed, left }) => ({ failed: failed.map(({ owner }) => owner), left: left.map(({ owner }) => owner) }));
}

function pageFrom({ login, repositories: { nodes, pageInfo } }: z.infer<typeof ownerShape>): OwnerPage {
  const present = nodes.filter((node) => node !== null);
  return {
    login,
    repositories: present
      // The names of what only our token may see belong in no list that others read.
      .filter(({ isPrivate }) => !isPrivate)
      .map(
        ({ databaseId: id, nameWithOwner: name, createdAt, isArchived: archived, isTemplate: template, ...rest }) => ({
          ...{ id, name, createdAt, archived, template, description: rest.description },
        }),
      ),
    oldest: present.at(-1)?.createdAt,
    next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  };
}

/** `query { o0: repositoryOwner(login: $l0) { … } o1: … }`; cursors are written down only where there are any. */
function queryFor(batch: readonly PageRequest[]): string {
  const declared = batch.map(({ after }, i) => `$l${i}: String!${after === null ? "" : `, $a${i}: String!`}`);
  const fields = batch.map(({ after, size }, i) => {
    const page = FIELDS.replace("$size", String(size)).replace("$AFTER", after === null ? "null" : `$a${i}`);
    return `o${i}: repositoryOwner(login: $l${i}) { ${page} }`;
  });
  return `query (${declared.join(", ")}) {\n  rateLimit { cost remaining }\n  ${fields.join("\n  ")}\n}`;
}

const variablesFor = (batch: readonly PageRequest[]): Record<string, string> =>
  Object.fromEntries(
    batch.flatMap(({ owner, after }, i): [string, string][] => [
      [`l${i}`, owner],
      ...(after === null ? [] : [[`a${i}`, after] as [string, string]]),
    ]),
  );
