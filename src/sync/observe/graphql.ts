import { z } from "zod";
import { inBatches, type Remainder } from "#src/sync/github/batches.ts";
import type { Client } from "#src/sync/github/client.ts";
import { type GraphqlAnswer, type Points, queryGraphql } from "#src/sync/github/graphql.ts";
import { MAX_README_BYTES } from "#src/sync/sources/readmes.ts";
import { SNAPSHOT_FIELDS, type Snapshot, snapshotFromGraphql } from "#src/sync/sources/snapshot.ts";
import type { Blob, Lookup } from "./lookup.ts";

export type GraphqlReader = { reader: Client; points: Points; signal: AbortSignal };

/** A blob of a repository, which a lookup needs. */
export type BlobRequest = { lookup: Lookup; repository: string; oid: string };

/**
 * A query costs a point for each hundred connections, rounded: with three a repository, as SNAPSHOT_FIELDS has, one of
 * 50 would cost two ("Rate limits and query limits for the GraphQL API").
 */
const REPOSITORIES_A_QUERY = 49;
const BLOBS_A_QUERY = 20;

const blobShape = z.object({
  object: z
    .object({
      byteSize: z.number(),
      isTruncated: z.boolean(),
      text: z.string().nullable(),
    })
    .nullable(),
});

/**
 * Looks repositories up, some fifty a query. `found` is called with each that was found, `unclear` with each that GitHub says
 * is not there or not for us: one query alone does not prove that.
 */
export function lookUpAll(
  { reader, points, signal }: GraphqlReader,
  lookups: readonly Lookup[],
  { found, unclear }: { found: (lookup: Lookup, snapshot: Snapshot) => void; unclear: (lookup: Lookup) => void },
): Promise<Remainder<Lookup>> {
  return inBatches(lookups, REPOSITORIES_A_QUERY, async (batch) => {
    const query = `${aliased(batch.length, "", "...Snapshot")}\nfragment Snapshot on Repository {\n  ${SNAPSHOT_FIELDS}\n}`;
    const answer = await queryGraphql(reader, points, query, variablesFor(batch.map(({ name }) => name)), signal);
    return batch.filter((lookup, index) => {
      const errors = errorsOf(answer, index);
      const value = answer.fields[`r${index}`] ?? undefined;
      const isAway = errors.every(
        ({ type, path }) => path.length === 1 && (type === "NOT_FOUND" || type === "FORBIDDEN"),
      );
      if (value === undefined && isAway) unclear(lookup);
      if (errors.length > 0 || value === undefined) return !isAway;
      const snapshot = snapshotFromGraphql(value);
      if (snapshot) found(lookup, snapshot);
      return snapshot === undefined;
    });
  });
}

/** Reads blobs, twenty a query; `cut` is one of which GraphQL gives no more than its beginning, although it is not too large. */
export function readBlobs(
  { reader, points, signal }: GraphqlReader,
  requests: readonly BlobRequest[],
  read: (request: BlobRequest, blob: Blob | "cut") => void,
): Promise<Remainder<BlobRequest>> {
  return inBatches(requests, BLOBS_A_QUERY, async (batch) => {
    const field = (index: number): string => `object(oid: $b${index}) { ... on Blob { byteSize isTruncated text } }`;
    const query = aliased(batch.length, "GitObjectID!", field);
    const variables = {
      ...variablesFor(batch.map(({ repository }) => repository)),
      ...Object.fromEntries(batch.map(({ oid }, index) => [`b${index}`, oid])),
    };
    const answer = await queryGraphql(reader, points, query, variables, signal);
    return batch.filter((request, index) => {
      const parsed = blobShape.safeParse(answer.fields[`r${index}`]);
      if (errorsOf(answer, index).length > 0 || !parsed.success) return true;
      const { object } = parsed.data;
      read(request, object === null ? "gone" : textOf(object));
      return false;
    });
  });
}

/** A binary blob has no text either. */
function textOf({ byteSize, isTruncated, text }: NonNullable<z.infer<typeof blobShape>["object"]>): Blob | "cut" {
  if (byteSize > MAX_README_BYTES) return { text: undefined };
  return isTruncated && text !== null ? "cut" : { text: text ?? undefined };
}

/** `query { r0: repository(owner: $o0, name: $n0) { … } r1: … }`; `extra` is the type of a third variable, `$b0`. */
function aliased(count: number, extra: string, field: string | ((index: number) => string)): string {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const declared = indexes.map((i) => `$o${i}: String!, $n${i}: String!${extra === "" ? "" : `, $b${i}: ${extra}`}`);
  const fields = indexes.map(
    (i) => `r${i}: repository(owner: $o${i}, name: $n${i}) { ${typeof field === "string" ? field : field(i)} }`,
  );
  return `query (${declared.join(", ")}) {\n  rateLimit { cost remaining }\n  ${fields.join("\n  ")}\n}`;
}

const variablesFor = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name, index) => {
      const [owner = "", repository = ""] = name.split("/");
      return [
        [`o${index}`, owner],
        [`n${index}`, repository],
      ];
    }),
  );

const errorsOf = ({ errors }: GraphqlAnswer, index: number): GraphqlAnswer["errors"] =>
  errors.filter(({ path }) => path[0] === `r${index}`);
