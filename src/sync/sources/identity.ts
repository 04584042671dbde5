import { z } from "zod";
import { objectId, repositoryName } from "#src/sync/github/shapes.ts";
import { type FollowedRepository, knownId } from "./followed.ts";
import type { Repository } from "./observation.ts";
import { type Signal, signal } from "./signal.ts";
import type { RepositoryPart, Source } from "./source.ts";

type Identity = Pick<Repository, "id" | "name" | "archived" | "disabled" | "defaultBranch" | "head">;

/** Which repository it is, what it is called, and whether anybody works on it. */
export const identity: Source & RepositoryPart<Identity> = {
  name: "identity",
  graphql: `databaseId nameWithOwner isArchived isDisabled
  defaultBranchRef { name target { oid } }`,
  shape: z
    .object({
      databaseId: z.number(),
      nameWithOwner: repositoryName,
      isArchived: z.boolean(),
      isDisabled: z.boolean(),
      defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: objectId }).nullable() }).nullable(),
    })
    .transform((fields) => ({
      id: fields.databaseId,
      name: fields.nameWithOwner,
      archived: fields.isArchived,
      disabled: fields.isDisabled,
      defaultBranch: fields.defaultBranchRef?.name,
      head: fields.defaultBranchRef?.target?.oid,
    })),
  // The repository's own answer is there already; it may have taken two requests.
  restRequests: 2,
  rest: async ({ repository }) => repository(restIdentity),
  find: ({ entries, repository }) => {
    const { id, name, archived } = repository;
    const names = [...new Set(entries.flatMap((entry) => entry.repository?.name ?? []))];
    const everyStatus = (status: string): boolean => entries.every((entry) => entry.repository?.status === status);
    const wasAway = entries.some(({ repository: own }) => own?.status === "gone" || own?.status === "archived");
    const signals: Signal[] = [
      ...names
        .filter((old) => old.toLowerCase() !== name.toLowerCase())
        .map((from) => signal("renamed", id, { from, to: name })),
      ...(archived && !everyStatus("archived") ? [signal("archived", id, { repository })] : []),
      ...(!archived && wasAway ? [signal("returned", id, { repository })] : []),
    ];
    return { signals, notices: [] };
  },
};

const restIdentity = z
  .object({
    id: z.number(),
    full_name: repositoryName,
    archived: z.boolean(),
    disabled: z.boolean(),
    default_branch: z.string().nullish(),
  })
  .transform(({ id, full_name: name, archived, disabled, default_branch: defaultBranch }) => ({
    ...{ id, name, archived, disabled },
    defaultBranch: defaultBranch ?? undefined,
    head: undefined,
  }));

/** Signals of a repository that is not there, or no longer the one that the catalog knows; undefined where it is. */
export function lostSignals({ entries, observation }: FollowedRepository): Signal[] | undefined {
  const known = knownId(entries);
  if (observation.state === "missing") {
    const name = observation.asked;
    const isNoted = entries.every((entry) => entry.repository?.status === "gone");
    return isNoted ? [] : [signal("missing", known ?? name.toLowerCase(), { name })];
  }
  if (observation.state !== "found" || known === undefined || known === observation.repository.id) return undefined;
  const { id: now } = observation.repository;
  return [signal("reused", now, { name: observation.asked, was: known, now })];
}
