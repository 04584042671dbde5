import { z } from "zod";
import type { Client } from "#src/sync/github/client.ts";
import { GithubFailure } from "#src/sync/github/failure.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import { getRest, orAbsent } from "#src/sync/github/rest.ts";
import { objectId, repositoryName } from "#src/sync/github/shapes.ts";
import { restBlob, textOfBlob } from "#src/sync/sources/readme-weights.ts";
import { MOST_REST_REQUESTS, snapshotFromRest } from "#src/sync/sources/snapshot.ts";
import type { RepositoryRequests } from "#src/sync/sources/source.ts";
import type { SyncCache } from "./cache.ts";
import { type Blob, type Lookup, type LookupResult, neededBlobs } from "./lookup.ts";

const repositoryShape = z.looseObject({ full_name: repositoryName });
const refShape = z.object({ object: z.object({ sha: objectId }) });

export type RestReader = { reader: Client; cache: SyncCache; signal: AbortSignal };

/**
 * Looks one repository up. It is missing where GitHub says so twice; `isDoubted` where it did once already. Throws
 * GithubFailure, `limit` also where the requests left would not suffice.
 */
export async function lookUp(rest: RestReader, lookup: Lookup, isDoubted: boolean): Promise<LookupResult> {
  const { remaining } = rest.reader;
  if ((remaining() ?? MOST_REST_REQUESTS) < MOST_REST_REQUESTS)
    throw new GithubFailure("limit", { detail: `${remaining()} requests are left` });
  const find = () => orAbsent(requestsFor(rest, lookup.name).get("", repositoryShape));
  const answer = (await find()) ?? (isDoubted ? undefined : await find());
  if (answer === undefined) return { state: "missing" };
  const requests = requestsFor(rest, answer.full_name, answer);
  const snapshot = await snapshotFromRest(requests);
  const { readme, defaultBranch } = snapshot;
  const needed = neededBlobs(lookup, snapshot);
  if (readme?.content === undefined || needed.length === 0) return { state: "found", snapshot, blobs: new Map() };
  rest.cache.keepReadme(readme.oid, readme.content);
  const blobs = new Map<string, Blob>([[readme.oid, readme.content]]);
  for (const oid of needed.slice(1)) blobs.set(oid, await readBlob(rest, requests, oid));
  const head = defaultBranch === undefined ? undefined : await headOf(requests, defaultBranch);
  return { state: "found", snapshot: { ...snapshot, head }, blobs };
}

/** Requests about the repository of that name; `answer` is what GitHub says of it. */
function requestsFor({ reader, signal }: RestReader, name: string, answer?: unknown): RepositoryRequests {
  return {
    repository: (shape) => {
      const parsed = shape.safeParse(answer);
      if (!parsed.success) throw new GithubFailure("unavailable", { detail: `no answer about ${name}` });
      return parsed.data;
    },
    get: (path, shape, parameters = {}) =>
      getRest(reader, `GET /repos/{owner}/{repo}${path}`, { ...ownerAndRepo(name), ...parameters }, shape, signal),
  };
}

async function readBlob({ cache }: RestReader, { get }: RepositoryRequests, oid: string): Promise<Blob> {
  const kept = cache.readme(oid);
  if (kept) return kept;
  const blob = await orAbsent(get("/git/blobs/{file_sha}", restBlob, { file_sha: oid }));
  if (blob === undefined) return "gone";
  cache.keepReadme(oid, textOfBlob(blob));
  return textOfBlob(blob);
}

const headOf = async ({ get }: RepositoryRequests, branch: string): Promise<string | undefined> =>
  (await orAbsent(get("/git/ref/{ref}", refShape, { ref: `heads/${branch}` })))?.object.sha;
