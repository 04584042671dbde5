import type { Log } from "#src/base/log.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";
import type { Client } from "#src/sync/github/client.ts";
import type { HubsSeen } from "#src/sync/hubs/hub.ts";
import type { Hubs } from "#src/sync/hubs/hubs.ts";
import { lookAtHubs } from "#src/sync/hubs/look-at-hubs.ts";
import { repositoryRuleAgainst } from "#src/sync/names/left-out.ts";
import { openCache } from "#src/sync/observe/cache.ts";
import { type Cost, observe } from "#src/sync/observe/observe.ts";
import { observeOwners } from "#src/sync/observe/owners.ts";
import { type FollowedRepository, followedRepositories, observationRequests } from "#src/sync/sources/followed.ts";
import type { Observation, Repository } from "#src/sync/sources/observation.ts";
import type { OwnedRepository, OwnerObservation } from "#src/sync/sources/owner.ts";
import { watchedOrganizations } from "./organizations.ts";

/** A new repository of a known owner, in which the catalog has nothing yet. */
export type NewRepository = { owned: OwnedRepository; observation: Observation };

/** What one pass saw of GitHub and of the hubs. */
export type Surroundings = {
  observations: Observation[];
  followed: FollowedRepository[];
  owners: OwnerObservation[];
  newRepositories: NewRepository[];
  /** New ones that a rule of `watch` leaves out, by the rule's id. */
  leftOutRepositories: { owned: OwnedRepository; rule: string }[];
  hubs: HubsSeen;
  cost: Cost;
};

export type LookAround = {
  /** The entries that are followed, and the whole catalog. */
  chosen: readonly Entry[];
  entries: readonly Entry[];
  /** Ids of the entries that were asked for; undefined: all. */
  only: readonly string[] | undefined;
  watch: Watch;
  reader: Client;
  hubs: Hubs;
  dataDir: string;
  /** Everything is asked for anew. */
  lookAgain: boolean;
  log: Log;
  signal: AbortSignal;
  /** Milliseconds. */
  now: number;
  onProgress?: ((seen: number, of: number) => void) | undefined;
};

/** So many new repositories are looked into in a run, the newest; of the others the dashboard says that they are there. */
const MOST_NEW = 100;

/** Looks at the entries' repositories, at what their owners made anew, and at their organisations on the hubs. Throws GithubFailure. */
export async function lookAround(options: LookAround): Promise<Surroundings> {
  const { chosen, entries, watch, reader, dataDir, log, signal, now, onProgress, lookAgain } = options;
  const { organizations, newest } = watchedOrganizations(entriesOn(options), watch);
  const listing = lookAtHubs({ hubs: options.hubs, organizations, newest, lookAgain });
  const cache = openCache(dataDir, log);
  try {
    const today = new Date(now).toISOString().slice(0, "YYYY-MM-DD".length);
    const pass = { reader, cache, log, signal };
    const { owners, cost: ownersCost } = await observeOwners(ownersOf(chosen, entries, watch), {
      ...pass,
      since: watch.since ?? today,
      today,
    });
    const { fresh, leftOut } = newOf(owners, entries, watch);
    const followed = observationRequests(chosen);
    const requests = [...followed, ...fresh.slice(0, MOST_NEW).map(({ name }) => ({ name }))];
    const { observations, cost } = await observe(requests, { ...pass, onProgress });
    const own = observations.slice(0, followed.length);
    return {
      observations: own,
      followed: followedRepositories(chosen, own),
      owners,
      newRepositories: fresh.map((owned, index) => ({
        owned,
        observation: observations[own.length + index] ?? { asked: owned.name, state: "unreached", reason: "quota" },
      })),
      leftOutRepositories: leftOut,
      hubs: await listing,
      cost: {
        requests: ownersCost.requests + cost.requests,
        points: ownersCost.points + cost.points,
        remaining: cost.remaining ?? ownersCost.remaining,
      },
    };
  } finally {
    cache.close();
    // Where GitHub ends the run the hubs are not waited for, and not left unhandled.
    listing.catch(() => undefined);
  }
}

/** Entries whose organisations are listed: those that name no repository too. */
const entriesOn = ({ chosen, entries, only }: Pick<LookAround, "chosen" | "entries" | "only">): Entry[] =>
  entries.filter(
    (entry) => (entry.sync?.disabled === undefined && (only?.includes(entry.id) ?? true)) || chosen.includes(entry),
  );

/** Owners of the chosen entries' repositories; where all are chosen also those that `watch` adds. */
function ownersOf(chosen: readonly Entry[], entries: readonly Entry[], watch: Watch): string[] {
  const isWhole = entries.every(
    (entry) => entry.repository === undefined || chosen.includes(entry) || entry.sync?.disabled !== undefined,
  );
  const names = [
    ...chosen.flatMap(({ repository }) => repository?.name.split("/")[0] ?? []),
    ...(isWhole ? watch.owners.map(({ name }) => name) : []),
  ];
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

type NewOnes = { fresh: OwnedRepository[]; leftOut: Surroundings["leftOutRepositories"] };

/** New repositories that no entry names, newest first. */
function newOf(owners: readonly OwnerObservation[], entries: readonly Entry[], watch: Watch): NewOnes {
  const names = new Set(
    entries.flatMap(({ repository }) =>
      repository === undefined
        ? []
        : [repository.name, ...(repository.formerNames ?? []), ...(repository.others ?? [])].map((name) =>
            name.toLowerCase(),
          ),
    ),
  );
  const ids = new Set(entries.flatMap(({ repository }) => repository?.id ?? []));
  const fresh = owners
    .flatMap((owner) => (owner.state === "seen" ? owner.repositories : []))
    .filter(({ isNew, id, name }) => isNew && !ids.has(id) && !names.has(name.toLowerCase()))
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt, "en"));
  const judged = fresh.map((owned) => ({ owned, rule: repositoryRuleAgainst(owned.name, watch)?.id }));
  return {
    fresh: judged.flatMap(({ owned, rule }) => (rule === undefined ? [owned] : [])),
    leftOut: judged.flatMap(({ owned, rule }) => (rule === undefined ? [] : [{ owned, rule }])),
  };
}

/** The repositories that were found, with the entries that name them. */
export function seenRepositories({ followed, newRepositories }: Pick<Surroundings, "followed" | "newRepositories">): {
  entries: readonly Entry[];
  repository: Repository;
}[] {
  return [
    ...followed.flatMap(({ entries, observation }) =>
      observation.state === "found" ? [{ entries, repository: observation.repository }] : [],
    ),
    ...newRepositories.flatMap(({ observation }) =>
      observation.state === "found" ? [{ entries: [], repository: observation.repository }] : [],
    ),
  ];
}
