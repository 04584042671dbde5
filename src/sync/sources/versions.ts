import type { Entry } from "#src/catalog/entry/schema.ts";
import { fitsGlob } from "#src/sync/names/glob.ts";
import { entryOfRelease } from "#src/sync/names/release-entry.ts";
import { newestEntry } from "./followed.ts";
import type { Notice, Signal } from "./signal.ts";
import type { SeenRepository, Source } from "./source.ts";

/** What may be newer than the release that an entry names. */
type Version = {
  /** ISO 8601. */
  date: string;
  tag: string;
  title: string;
  signal: (entry: Entry) => Signal;
};

/** A source of versions; several compete, as the newest of all is the entry's. */
export type VersionSource = {
  name: string;
  findVersions: (seen: SeenRepository, rules: VersionRules) => { versions: Version[]; notices: Notice[] };
};

/** Which versions the entries of a repository take. */
type VersionRules = {
  trustsTags: boolean;
  isWanted: (tag: string) => boolean;
  isOldEnough: (date: string) => boolean;
  /** Whether an entry names that tag already. */
  isRecorded: (tag: string) => boolean;
};

/** Whether a tag says by a word that the version is not final, whatever GitHub's flag says: `v0.2.1dev2023`, `v2-rc.1`. */
export const namesPrerelease = (tag: string): boolean =>
  /(?<![a-z])(?:dev|alpha|beta|rc|pre|nightly)(?![a-z])/i.test(tag);

/** Hours that a release must have stood before it is proposed: the first ones are often replaced. */
const MINIMUM_AGE_HOURS = 24;
const HOUR_MS = 3_600_000;

/** Makes one source of several: each entry gets the newest version that is its own. */
export const newestVersions = (sources: readonly VersionSource[]): Source => ({
  name: sources.map(({ name }) => name).join(", "),
  find: (seen, { now }) => {
    const rules = rulesOf(seen.entries, now);
    const found = sources.map(({ findVersions }) => findVersions(seen, rules));
    const newest = found.flatMap(({ versions }) => versions).toSorted((a, b) => b.date.localeCompare(a.date, "en"));
    return { signals: newestFor(seen.entries, newest), notices: found.flatMap(({ notices }) => notices) };
  },
});

function rulesOf(entries: readonly Entry[], now: number): VersionRules {
  const settings = entries.flatMap((entry) => entry.sync ?? []);
  const ages = settings.flatMap(({ minimumAgeHours }) => minimumAgeHours ?? []);
  const least = ages.length > 0 ? Math.max(...ages) : MINIMUM_AGE_HOURS;
  const recorded = new Set(entries.flatMap((entry) => entry.latestRelease?.tag ?? []));
  return {
    trustsTags: settings.some(({ mode }) => mode === "tags"),
    isWanted: (tag) =>
      settings.every(({ include, exclude }) => {
        const matches = (glob: string): boolean => fitsGlob(glob, tag);
        return (include === undefined || include.some(matches)) && !(exclude ?? []).some(matches);
      }),
    isOldEnough: (date) => Date.parse(date) <= now - least * HOUR_MS,
    isRecorded: (tag) => recorded.has(tag),
  };
}

/** For each entry the newest version that is its own: by name or version, else the repository's newest entry takes it. */
function newestFor(entries: readonly Entry[], newest: readonly Version[]): Signal[] {
  const taken = new Map<Entry, Version>();
  const fallback = newestEntry(entries);
  for (const version of newest) {
    const entry = entryOfRelease(version, entries) ?? fallback;
    if (entry !== undefined && !taken.has(entry)) taken.set(entry, version);
  }
  return [...taken].flatMap(([entry, { tag, date, signal }]) => {
    const { latestRelease } = entry;
    // The catalog may know a month only. A date of that month begins with it and sorts behind it, so it is not older.
    const isOlder = latestRelease?.date !== undefined && date < latestRelease.date;
    return latestRelease?.tag === tag || isOlder ? [] : [signal(entry)];
  });
}
