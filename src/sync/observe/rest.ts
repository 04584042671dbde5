import { z } from "zod";
import type { Client } from "#src/sync/github/client.ts";
import { explainGithubError, GithubFailure } from "#src/sync/github/failure.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import type { SyncCache } from "./cache.ts";
import type { Release, Tag } from "./observation.ts";
import {
  type Blob,
  type Look,
  licenseName,
  MAX_README_BYTES,
  neededBlobs,
  newestFirst,
  objectId,
  type Question,
  repositoryName,
  shortNotes,
  utcDate,
  webAddress,
} from "./snapshot.ts";

/** Requests that a repository may take: itself twice, releases, tags, README, head and a blob. */
const MOST_REQUESTS = 7;

const repositoryShape = z.object({
  id: z.number(),
  full_name: repositoryName,
  archived: z.boolean(),
  disabled: z.boolean(),
  default_branch: z.string().nullish(),
  license: z.object({ spdx_id: z.string().nullish() }).nullish(),
});
const releaseShape = z.object({
  id: z.number(),
  tag_name: z.string(),
  name: z.string().nullish(),
  body: z.string().nullish(),
  published_at: utcDate,
  html_url: webAddress,
  prerelease: z.boolean(),
  draft: z.literal(false),
});
const tagShape = z.object({ name: z.string(), commit: z.object({ sha: objectId }) });
const blobShape = z.object({
  sha: objectId,
  size: z.number().nullish(),
  encoding: z.string(),
  content: z.string(),
});
const readmeShape = blobShape.extend({ path: z.string() });
const refShape = z.object({ object: z.object({ sha: objectId }) });
const list = z.array(z.unknown());

export type RestReader = { reader: Client; cache: SyncCache; signal: AbortSignal };

/**
 * Looks at one repository. It is missing where GitHub says so twice; `isDoubted` where it did once already. Throws
 * GithubFailure, `limit` also where the requests left would not suffice.
 */
export async function lookAt(rest: RestReader, question: Question, isDoubted: boolean): Promise<Look> {
  const { remaining } = rest.reader;
  if ((remaining() ?? MOST_REQUESTS) < MOST_REQUESTS)
    throw new GithubFailure("limit", { detail: `${remaining()} requests are left` });
  const named = ownerAndRepo(question.name);
  const find = () => orAbsent(get(rest, "GET /repos/{owner}/{repo}", named, repositoryShape));
  const found = (await find()) ?? (isDoubted ? undefined : await find());
  if (found === undefined) return { state: "missing" };
  const now = ownerAndRepo(found.full_name);
  const [releases, tags, readme] = await Promise.all([
    get(rest, "GET /repos/{owner}/{repo}/releases", { ...now, per_page: 5 }, list),
    get(rest, "GET /repos/{owner}/{repo}/tags", { ...now, per_page: 5 }, list),
    orAbsent(get(rest, "GET /repos/{owner}/{repo}/readme", now, readmeShape)),
  ]);
  const sight = {
    id: found.id,
    name: found.full_name,
    archived: found.archived,
    disabled: found.disabled,
    defaultBranch: found.default_branch ?? undefined,
    head: undefined,
    license: licenseName(found.license?.spdx_id),
    releases: newestFirst(releases.flatMap(releaseOf)),
    tags: tags.flatMap(tagOf),
    readme: readme && { oid: readme.sha, path: readme.path },
  };
  const needed = neededBlobs(question, sight);
  if (readme === undefined || needed.length === 0) return { state: "found", sight, blobs: new Map() };
  const text = textOf(readme);
  rest.cache.keepReadme(readme.sha, text);
  const blobs = new Map<string, Blob>([[readme.sha, text]]);
  for (const oid of needed.slice(1)) blobs.set(oid, await readBlob(rest, now, oid));
  const head = await headOf(rest, now, sight.defaultBranch);
  return { state: "found", sight: { ...sight, head }, blobs };
}

async function readBlob(rest: RestReader, at: Place, oid: string): Promise<Blob> {
  const kept = rest.cache.readme(oid);
  if (kept) return kept;
  const asked = get(rest, "GET /repos/{owner}/{repo}/git/blobs/{file_sha}", { ...at, file_sha: oid }, blobShape);
  const blob = await orAbsent(asked);
  if (blob === undefined) return "gone";
  rest.cache.keepReadme(oid, textOf(blob));
  return textOf(blob);
}

const headOf = async (rest: RestReader, at: Place, branch: string | undefined): Promise<string | undefined> => {
  if (branch === undefined) return undefined;
  const ref = `heads/${branch}`;
  return (await orAbsent(get(rest, "GET /repos/{owner}/{repo}/git/ref/{ref}", { ...at, ref }, refShape)))?.object.sha;
};

type Place = ReturnType<typeof ownerAndRepo>;

/** Throws GithubFailure, also where the answer is none of GitHub's. */
async function get<Answer>(
  { reader, signal }: RestReader,
  route: string,
  parameters: Record<string, unknown>,
  shape: z.ZodType<Answer>,
): Promise<Answer> {
  try {
    const { data } = await reader.octokit.request(route, { ...parameters, request: { signal } });
    return shape.parse(data);
  } catch (error) {
    if (error instanceof z.ZodError) throw new GithubFailure("unavailable", { detail: `no answer to ${route}` });
    throw explainGithubError(error) ?? error;
  }
}

async function orAbsent<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GithubFailure && error.kind === "notFound") return undefined;
    throw error;
  }
}

/** GitHub gives a large file no content, with the encoding `none`. */
function textOf({ encoding, content, size }: z.infer<typeof blobShape>): { text: string | undefined } {
  if (encoding !== "base64" || (size ?? 0) > MAX_README_BYTES) return { text: undefined };
  const bytes = Buffer.from(content, "base64");
  return { text: bytes.length > MAX_README_BYTES || bytes.includes(0) ? undefined : bytes.toString("utf8") };
}

/** A draft counts as none. */
function releaseOf(item: unknown): Release[] {
  const parsed = releaseShape.safeParse(item);
  if (!parsed.success) return [];
  const { id, tag_name: tag, name, body, published_at: publishedAt, html_url: url, prerelease } = parsed.data;
  return [{ id, tag, title: name || tag, notes: shortNotes(body ?? null), publishedAt, url, prerelease }];
}

function tagOf(item: unknown): Tag[] {
  const parsed = tagShape.safeParse(item);
  return parsed.success ? [{ name: parsed.data.name, commit: parsed.data.commit.sha, date: undefined }] : [];
}
