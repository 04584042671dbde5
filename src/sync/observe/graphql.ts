import { z } from "zod";
import { inBatches, type Remainder } from "#src/sync/github/batches.ts";
import type { Client } from "#src/sync/github/client.ts";
import { type GraphqlAnswer, type Points, queryGraphql } from "#src/sync/github/graphql.ts";
import type { Release, Tag } from "./observation.ts";
import {
  type Blob,
  licenseName,
  MAX_README_BYTES,
  newestFirst,
  objectId,
  type Question,
  repositoryName,
  type Sight,
  shortNotes,
  utcDate,
  webAddress,
} from "./snapshot.ts";

export type GraphqlReader = { reader: Client; points: Points; signal: AbortSignal };

/** A blob of a repository, for a question. */
export type BlobAsk = { question: Question; repository: string; oid: string };

const REPOSITORIES_A_QUERY = 50;
const BLOBS_A_QUERY = 10;
/** Names that a README is looked for under; the first that exists is it. */
const README_NAMES = ["README.md", "readme.md", "README_zh.md", "README_CN.md", "README.rst", "README"];

const SEEN = `fragment Seen on Repository {
  databaseId nameWithOwner isArchived isDisabled
  defaultBranchRef { name target { oid } }
  licenseInfo { spdxId }
  releases(first: 5) { nodes { databaseId tagName name publishedAt isDraft isPrerelease url description } }
  refs(refPrefix: "refs/tags/", first: 5, orderBy: { field: TAG_COMMIT_DATE, direction: DESC }) {
    nodes {
      name
      target {
        ...AtCommit
        ... on Tag { tagger { date } target { ...AtCommit } }
      }
    }
  }
  ${README_NAMES.map((name, index) => `readme${index}: object(expression: "HEAD:${name}") { __typename oid }`).join("\n  ")}
}
fragment AtCommit on GitObject { __typename oid ... on Commit { committedDate } }`;

const nodes = z.object({ nodes: z.array(z.unknown()).nullable() });
const repositoryShape = z.looseObject({
  databaseId: z.number(),
  nameWithOwner: repositoryName,
  isArchived: z.boolean(),
  isDisabled: z.boolean(),
  defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: objectId }).nullable() }).nullable(),
  licenseInfo: z.object({ spdxId: z.string().nullable() }).nullable(),
  releases: nodes,
  refs: nodes.nullable(),
});
const releaseShape = z.object({
  databaseId: z.number(),
  tagName: z.string(),
  name: z.string().nullable(),
  publishedAt: utcDate,
  isDraft: z.literal(false),
  isPrerelease: z.boolean(),
  url: webAddress,
  description: z.string().nullable(),
});
const commitShape = z.object({ __typename: z.literal("Commit"), oid: objectId, committedDate: utcDate });
const tagShape = z.object({
  name: z.string(),
  target: z.union([
    commitShape.transform(({ oid, committedDate }) => ({ commit: oid, date: committedDate })),
    z
      .object({
        __typename: z.literal("Tag"),
        tagger: z.object({ date: utcDate.nullable() }).nullable(),
        target: commitShape,
      })
      .transform(({ tagger, target }) => ({ commit: target.oid, date: tagger?.date ?? target.committedDate })),
  ]),
});
const blobOid = z.object({ __typename: z.literal("Blob"), oid: objectId });
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
 * Looks at repositories, fifty a query. `seen` is called with each that was found, `unclear` with each that GitHub says
 * is not there or not for us: one query alone does not prove that.
 */
export function lookAtAll(
  { reader, points, signal }: GraphqlReader,
  questions: readonly Question[],
  { seen, unclear }: { seen: (question: Question, sight: Sight) => void; unclear: (question: Question) => void },
): Promise<Remainder<Question>> {
  return inBatches(questions, REPOSITORIES_A_QUERY, async (batch) => {
    const query = `${aliased(batch.length, "", "...Seen")}\n${SEEN}`;
    const answer = await queryGraphql(reader, points, query, variablesFor(batch.map(({ name }) => name)), signal);
    return batch.filter((question, index) => {
      const errors = errorsOf(answer, index);
      const value = answer.fields[`r${index}`] ?? undefined;
      const isAway = errors.every(
        ({ type, path }) => path.length === 1 && (type === "NOT_FOUND" || type === "FORBIDDEN"),
      );
      if (value === undefined && isAway) unclear(question);
      if (errors.length > 0 || value === undefined) return !isAway;
      const sight = sightOf(value);
      if (sight) seen(question, sight);
      return sight === undefined;
    });
  });
}

/** Reads blobs, ten a query. */
export function readBlobs(
  { reader, points, signal }: GraphqlReader,
  asks: readonly BlobAsk[],
  read: (ask: BlobAsk, blob: Blob) => void,
): Promise<Remainder<BlobAsk>> {
  return inBatches(asks, BLOBS_A_QUERY, async (batch) => {
    const field = (index: number): string => `object(oid: $b${index}) { ... on Blob { byteSize isTruncated text } }`;
    const query = aliased(batch.length, "GitObjectID!", field);
    const variables = {
      ...variablesFor(batch.map(({ repository }) => repository)),
      ...Object.fromEntries(batch.map(({ oid }, index) => [`b${index}`, oid])),
    };
    const answer = await queryGraphql(reader, points, query, variables, signal);
    return batch.filter((ask, index) => {
      const parsed = blobShape.safeParse(answer.fields[`r${index}`]);
      if (errorsOf(answer, index).length > 0 || !parsed.success) return true;
      const { object } = parsed.data;
      // A binary blob has no text either.
      const legible = object && !object.isTruncated && object.byteSize <= MAX_README_BYTES;
      read(ask, object === null ? "gone" : { text: legible ? (object.text ?? undefined) : undefined });
      return false;
    });
  });
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

function sightOf(value: unknown): Sight | undefined {
  const parsed = repositoryShape.safeParse(value);
  if (!parsed.success) return undefined;
  const { databaseId, nameWithOwner, isArchived, isDisabled, defaultBranchRef, licenseInfo, releases, refs } =
    parsed.data;
  const [readme] = README_NAMES.flatMap((path, index) => {
    const blob = blobOid.safeParse(parsed.data[`readme${index}`]);
    return blob.success ? [{ oid: blob.data.oid, path }] : [];
  });
  return {
    id: databaseId,
    name: nameWithOwner,
    archived: isArchived,
    disabled: isDisabled,
    defaultBranch: defaultBranchRef?.name,
    head: defaultBranchRef?.target?.oid,
    license: licenseName(licenseInfo?.spdxId),
    releases: newestFirst((releases.nodes ?? []).flatMap(releaseOf)),
    tags: (refs?.nodes ?? []).flatMap(tagOf),
    readme,
  };
}

/** A draft, or a tag that points at no commit, counts as none. */
function releaseOf(node: unknown): Release[] {
  const parsed = releaseShape.safeParse(node);
  if (!parsed.success) return [];
  const { databaseId: id, tagName: tag, name, publishedAt, isPrerelease, url, description } = parsed.data;
  return [{ id, tag, title: name || tag, notes: shortNotes(description), publishedAt, url, prerelease: isPrerelease }];
}

function tagOf(node: unknown): Tag[] {
  const parsed = tagShape.safeParse(node);
  return parsed.success ? [{ name: parsed.data.name, ...parsed.data.target }] : [];
}
