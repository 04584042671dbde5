import { memoByObject } from "#src/base/memo.ts";
import { everyOllamaModel, everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import type { Fault } from "./fault.ts";

/** Ids of the entries that have a name, by the name as names are compared. */
type Printed = ReadonlyMap<string, ReadonlySet<string>>;

/** The names that pages and hubs print of an entry's parts: variants, weights with and without their owner, models in Ollama. */
export function printedNames(entries: readonly Entry[]): Printed {
  const printed = new Map<string, Set<string>>();
  for (const entry of entries) {
    for (const key of foldedParts(entry)) {
      const owners = printed.get(key) ?? new Set();
      printed.set(key, owners.add(entry.id));
    }
  }
  return printed;
}

/** Folding takes most of the time, and the sync checks the same entries again for each draft. */
const foldedParts = memoByObject((entry: Entry): string[] => partsOf(entry).map(foldName));

const partsOf = (entry: Entry): string[] => [
  ...(entry.variants ?? []).map(({ name }) => name),
  ...everyWeights(entry).flatMap(({ row: { id } }) => (id === undefined ? [] : [id, id.slice(id.indexOf("/") + 1)])),
  ...everyOllamaModel(entry).flatMap(({ row }) => (row.exact ? row.model : [])),
];

/** Its aliases as names are compared, in their order. */
export const foldedAliases = memoByObject(({ aliases }: Entry): string[] => aliases.map(foldName));

/** Aliases that are the name of another entry's part and of none of its own: who types one may mean either. */
export function aliasFaults(entry: Entry, printed: Printed): Fault[] {
  const { id, aliases } = entry;
  const folded = foldedAliases(entry);
  return aliases.flatMap((alias, at) => {
    const owners = printed.get(folded[at] ?? "");
    const [owner] = owners ?? [];
    if (owner === undefined || owners?.has(id)) return [];
    return [{ path: ["aliases", at], rule: "aliasOfVariant", params: { alias, owner } }];
  });
}
