import { z } from "zod";
import { identity } from "./identity.ts";
import { license } from "./license.ts";
import type { Repository } from "./observation.ts";
import { type ReadmeBlob, readmes } from "./readmes.ts";
import { releases } from "./releases.ts";
import type { RepositoryPart, RepositoryRequests } from "./source.ts";
import { tags } from "./tags.ts";

/** A repository as read, texts apart: most are kept already. */
export type Snapshot = Omit<Repository, "readmes"> & { readmes: readonly ReadmeBlob[] };

/** Every part that is read, in the order of the query. */
const PARTS: readonly RepositoryPart<unknown>[] = [identity, license, releases, tags, readmes];

/** All fields on GraphQL's Repository that a snapshot is made of. */
export const SNAPSHOT_FIELDS = PARTS.map(({ graphql }) => graphql).join("\n  ");

/** REST requests that one repository takes at most, texts of READMEs apart. */
export const MOST_REST_REQUESTS = PARTS.reduce((sum, { restRequests }) => sum + restRequests, 0);

/** The snapshot in an answer with SNAPSHOT_FIELDS; undefined where it does not fit. */
export function snapshotFromGraphql(fields: unknown): Snapshot | undefined {
  try {
    return {
      ...identity.shape.parse(fields),
      license: license.shape.parse(fields),
      releases: releases.shape.parse(fields),
      tags: tags.shape.parse(fields),
      readmes: readmes.shape.parse(fields),
    };
  } catch (error) {
    if (error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** The same over REST. Throws GithubFailure. */
export async function snapshotFromRest(requests: RepositoryRequests): Promise<Snapshot> {
  const [known, spdxName, published, tagged, blobs] = await Promise.all([
    identity.rest(requests),
    license.rest(requests),
    releases.rest(requests),
    tags.rest(requests),
    readmes.rest(requests),
  ]);
  return { ...known, license: spdxName, releases: published, tags: tagged, readmes: blobs };
}
