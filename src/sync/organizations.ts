import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";
import { organizationOf } from "#src/sync/hubs/hub.ts";
import type { HubOrganization } from "#src/sync/hubs/look-at-hubs.ts";
import { sameOrganization } from "#src/sync/names/organizations.ts";

export type WatchedOrganizations = {
  organizations: HubOrganization[];
  /** The newest date that the entries state of an organisation, by its name in lower case. */
  newest: ReadonlyMap<string, string>;
};

/**
 * The organisations on the hubs whose models are the entries' own, each once. One that `watch` does not know is looked for
 * where the entries have weights of it, else on Hugging Face.
 */
export function watchedOrganizations(entries: readonly Entry[], watch: Watch): WatchedOrganizations {
  const same = sameOrganization(watch);
  const hubs = hubsOf(entries);
  const named = [
    ...entries.flatMap((entry) => (entry.sync?.hubOrgs ?? []).map((name) => ({ name, date: newestDate(entry) }))),
    ...watch.owners.flatMap(({ hubOrgs = [] }) => hubOrgs.map((name) => ({ name, date: "" }))),
  ];
  const dates = named.flatMap(({ name, date }) => same(name).map((each) => [each.toLowerCase(), date] as const));
  return {
    organizations: [
      ...new Map(
        named.map(({ name }) => [(same(name)[0] ?? name).toLowerCase(), organizationFor(name, watch, hubs)]),
      ).values(),
    ],
    // Of several the last counts, which is the newest.
    newest: new Map(dates.toSorted(([, a], [, b]) => a.localeCompare(b, "en"))),
  };
}

function organizationFor(
  name: string,
  { organizations }: Watch,
  hubs: ReadonlyMap<string, ReadonlySet<string>>,
): HubOrganization {
  const key = name.toLowerCase();
  const known = organizations.find(({ huggingface, modelscope }) =>
    [...huggingface, ...modelscope].some((other) => other.toLowerCase() === key),
  );
  if (known !== undefined) return known;
  const own = hubs.get(key);
  const isOnModelscopeOnly = own?.has("modelscope") === true && !own.has("huggingface");
  return isOnModelscopeOnly ? { huggingface: [], modelscope: [name] } : { huggingface: [name], modelscope: [] };
}

/** The hubs on which the entries have weights of an organisation, by its name in lower case. */
function hubsOf(entries: readonly Entry[]): Map<string, Set<string>> {
  const hubs = new Map<string, Set<string>>();
  for (const { row } of entries.flatMap(everyWeights)) {
    if (row.id === undefined) continue;
    const key = organizationOf(row.id).toLowerCase();
    hubs.set(key, (hubs.get(key) ?? new Set<string>()).add(row.hub));
  }
  return hubs;
}

/** ISO 8601, whole or in part; empty where the entry states none. */
const newestDate = ({ released, updates = [], variants = [] }: Entry): string =>
  [released, ...updates.map((update) => update.released), ...variants.map((variant) => variant.released)]
    .flatMap((date) => date ?? [])
    .toSorted()
    .at(-1) ?? "";
