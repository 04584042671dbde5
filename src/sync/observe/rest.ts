import { z } from "zod";
import type { Client } from "#src/sync/github/client.ts";
import { GithubFailure } from "#src/sync/github/failure.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import { getRest, orAbsent } from "#src/sync/github/rest.ts";
import { objectId, repositoryName } from "#src/sync/github/shapes.ts";
import { restBlob, textOfBlob } from "#src/sync/sources/readmes.ts";
import { MOST_REST_REQUESTS, snapshotFromRest } from "#src/sync/sources/snapshot.ts";
import type { RepositoryRequests } from "#src/sync/sources/source.ts";
import type { SyncCache } from "./cache.ts";
import { type Blob, type Lookup, type LookupResult, withTexts } from "./lookup.ts";

const repositoryShape = z.looseObject({ full_name: repositoryName });
const refShape = z.object({ object: z.object({ sha: objectId }) });

export type RestReader = { reader: Client; cache: SyncCache; signal: AbortSignal };

/**
 * Looks one repository up. It is missing where GitHub says so twice; `isDoubted` where it did once already. Throws
 * GithubFailure, `limit` also where the requests left would not suffice.
 */
export async function lookUp(rest: RestReader, lookup: Lookup, isDoubted: boolean): Promise<LookupResult> {
  spare(rest, MOST_REST_REQUESTS);
  const find = () => orAbsent(requestsFor(rest, lookup.name).get("", repositoryShape));
  const answer = (await find()) ?? (isDoubted ? undefined : await find());
  if (answer === undefined) return { state: "missing" };
  const requests = requestsFor(rest, answer.full_name, answer);
  const snapshot = await snapshotFromRest(requests);
  const texts = new Map<string, Blob>();
  const unknown: string[] = [];
  for (const { oid } of snapshot.readmes) {
    const kept = rest.cache.readme(oid);
    if (kept) texts.set(oid, kept);
    else unknown.push(oid);
  }
  spare(rest, unknown.length);
  for (const oid of unknown) texts.set(oid, await readBlob(rest, requests, oid));
  const { defaultBranch } = snapshot;
  // A link to the branch does as well where each request counts.
  const head =
    rest.reader.authenticated && defaultBranch !== undefined ? await headOf(requests, defaultBranch) : undefined;
  return withTexts({ ...snapshot, head }, texts);
}

/** Throws GithubFailure where fewer requests are left in the hour. */
function spare({ reader: { remaining } }: RestReader, requests: number): void {
  if ((remaining() ?? requests) < requests)
    throw new GithubFailure("limit", { detail: `${remaining()} requests are left` });
}

/** Requests about the repository of that name; `answer` is what GitHub says of it. */
function requestsFor({ reader, signal }: RestReader, name: string, answer?: unknown): RepositoryRequests {
  const get: RepositoryRequests["get"] = (path, shape, parameters = {}) =>
    getRest(reader, `GET /repos/{owner}/{repo}${path}`, { ...ownerAndRepo(name), ...parameters }, shape, signal);
  return {
    repository: (shape) => {
      const parsed = shape.safeParse(answer);
      if (!parsed.success) throw new GithubFailure("unavailable", { detail: `no answer about ${name}` });
      return parsed.data;
    },
    get,
    find: (path, shape, parameters) => orAbsent(get(path, shape, parameters)),
  };
}

async function readBlob({ cache }: RestReader, { find }: RepositoryRequests, oid: string): Promise<Blob> {
  const blob = await find("/git/blobs/{file_sha}", restBlob, { file_sha: oid });
  if (blob === undefined) return "gone";
  const text = textOfBlob(blob);
  cache.keepReadme(oid, text);
  return text;
}

/** A blob of the repository of that name. Throws GithubFailure. */
export const readWholeBlob = (rest: RestReader, name: string, oid: string): Promise<Blob> =>
  readBlob(rest, requestsFor(rest, name), oid);

const headOf = async ({ find }: RepositoryRequests, branch: string): Promise<string | undefined> =>
  (await find("/git/ref/{ref}", refShape, { ref: `heads/${branch}` }))?.object.sha;
