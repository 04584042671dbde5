import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";

/** What an entry brought on one date. */
export type Update = {
  entry: Entry;
  /** As precise as it is known: YYYY, YYYY-MM or YYYY-MM-DD. */
  date: string;
  /** Its first open weights came out. */
  first: boolean;
  /** Later releases of the series, and variants that came later. */
  names: string[];
  /** The repository's newest release or tag. */
  release: Entry["latestRelease"];
};

/** Everything dated that came out, newest first; a month or year known only as such stands after its days. */
export function updatesOf(entries: readonly Entry[]): Update[] {
  return entries
    .flatMap(updatesOfEntry)
    .toSorted((a, b) => b.date.localeCompare(a.date, "en") || a.entry.name.localeCompare(b.entry.name, "en"));
}

function updatesOfEntry(entry: Entry): Update[] {
  const byDate = new Map<string, Update>();
  const at = (date: string): Update => {
    const update = byDate.get(date) ?? { entry, date, first: false, names: [], release: undefined };
    byDate.set(date, update);
    return update;
  };
  if (entry.released !== undefined) at(entry.released).first = true;
  const named = [...(entry.updates ?? []), ...(entry.variants ?? [])];
  for (const { name, released } of named) {
    // What came with the entry itself is that entry.
    if (released === undefined || released === entry.released) continue;
    const { names } = at(released);
    if (!names.some((other) => foldName(other) === foldName(name))) names.push(name);
  }
  const { latestRelease } = entry;
  if (latestRelease?.date !== undefined) at(latestRelease.date).release = latestRelease;
  return [...byDate.values()];
}

/** Those that came out on a date or later; of a date known less precisely the whole month or year counts. */
export const updatesSince = (updates: readonly Update[], since: string): Update[] =>
  updates.filter(({ date }) => date >= since.slice(0, date.length));
