import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";
import { organizationOf } from "#src/sync/hubs/hub.ts";
import { ownOrganizations } from "#src/sync/names/organizations.ts";
import { splitMarker } from "#src/sync/propose/marker.ts";
import { branchOf } from "#src/sync/propose/propose.ts";
import { BRANCH_PREFIX, type PullRequest } from "#src/sync/propose/repository-state.ts";
import { addressesOf, knownIn, modelNameIn } from "#src/sync/sources/candidates.ts";
import { knownId } from "#src/sync/sources/followed.ts";
import type { FoundModels } from "./find-models.ts";
import type { Surroundings } from "./look-around.ts";

/** The model's key that a signal of weights names; nothing for other signals. */
export const weightsKey = (signalId: string): string[] =>
  signalId.startsWith("weights:") ? [signalId.slice("weights:".length)] : [];

/** Keys of the models that a pull request of ours is about. */
export const weightsIn = ({ body }: PullRequest): string[] =>
  splitMarker(body).marker?.signals.flatMap(weightsKey) ?? [];

type Known = {
  seen: Surroundings;
  models: FoundModels;
  entries: readonly Entry[];
  pulls: readonly PullRequest[];
  watch: Watch;
  /** Only some entries were looked at. */
  isPart: boolean;
  /** Ids of entries whose files cannot be read: their repositories were not looked at. */
  unreadable: readonly string[];
};

/**
 * Branches that a run must leave alone, because it does not know what their repositories, or the hubs, say today of what their
 * pull request is about.
 */
export function unknownBranches({
  seen,
  models,
  entries,
  pulls,
  watch,
  isPart,
  unreadable,
}: Known): (branch: string) => boolean {
  const { followed } = seen;
  const reached = followed.filter(({ observation }) => observation.state !== "unreached");
  const unreached = followed.filter(({ observation }) => observation.state === "unreached");
  const known = new Set(reached.map(branchOf));
  // A repository without a number may have any branch that is named after one.
  const anyBranch = isPart || unreadable.length > 0 || unreached.some((item) => knownId(item.entries) === undefined);
  const unknown = new Set([...unreached.map(branchOf), ...unreadable.map((id) => `${BRANCH_PREFIX}entry-${id}`)]);
  const isVanished = vanishedModels({ seen, models, entries, watch, isPart });
  const open = new Map(pulls.filter(({ state }) => state === "open").map((pull) => [pull.branch, pull]));
  return (branch) => {
    const pull = open.get(branch);
    if (pull !== undefined && weightsIn(pull).some((key) => isVanished(key) === "unknown")) return true;
    return unknown.has(branch) || (anyBranch && !known.has(branch) && !isOfEntry(branch));
  };
}

/** Branches of entries without a repository, and of new entries: what they hold comes from the hubs and from any README. */
const isOfEntry = (branch: string): boolean => /\/(?:new|entry)-/.test(branch);

/** Says of a model whether it was accounted for, is gone, or may be there where nobody could look. */
function vanishedModels({
  seen: { followed },
  models,
  entries,
  watch,
  isPart,
}: Omit<Known, "pulls" | "unreadable">): (key: string) => "accounted" | "gone" | "unknown" {
  const candidates = [
    ...models.placed.map(({ candidate }) => candidate),
    ...models.leftOut.map(({ candidate }) => candidate),
    ...models.older,
    ...models.declined,
  ];
  const nameOf = modelNameIn(watch);
  const accounted = new Set(candidates.flatMap(addressesOf).map(({ id }) => nameOf(id)));
  const isHeld = knownIn(entries, watch);
  const unreached = followed.filter(({ observation }) => observation.state === "unreached");
  const unread = ownOrganizations(
    unreached.flatMap((item) => item.entries),
    watch,
  );
  return (key) => {
    const id = key.slice(key.indexOf(":") + 1);
    if (accounted.has(nameOf(id)) || isHeld(id)) return "accounted";
    const organization = organizationOf(id);
    // A listing that lacks a model may be mistaken, so that only what its hub says when asked for the model itself counts.
    return isPart || unread.has(organization) || !models.gone.has(key) ? "unknown" : "gone";
  };
}
