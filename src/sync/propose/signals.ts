import { posix } from "node:path";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Observation, Release, Repository, Tag } from "#src/sync/observe/observation.ts";
import { fittingEntry, type HubModel, hubKey, knownModels, linkedModels, modelName, ownerOf } from "./hub-names.ts";

/** What the catalog states of one GitHub repository: the entries that name it, and what was seen of it. */
export type Followed = { entries: readonly Entry[]; observation: Observation };

/** Something observed upstream that the catalog does not say yet. The id is the same in every run. */
export type Signal = { id: string } & (
  | { kind: "baseline"; repository: Repository }
  | { kind: "release"; entry: Entry; release: Release }
  | { kind: "tag"; entry: Entry; tag: Tag }
  /** `entry` is absent where the name fits none: a new series. */
  | { kind: "weights"; entry: Entry | undefined; model: HubModel }
  | { kind: "renamed"; from: string; to: string }
  | { kind: "archived" | "returned"; repository: Repository }
  | { kind: "missing"; name: string }
  | { kind: "reused"; name: string; was: number; now: number }
);

/** Something seen that is for a person to judge; nothing is written from it. */
export type Notice =
  | { kind: "tag"; tag: string }
  | { kind: "prerelease"; tag: string }
  | { kind: "foreignEntry"; model: string; entry: string }
  | { kind: "undatedTag"; tag: string }
  | { kind: "license"; license: string }
  | { kind: "formerReadmeGone" };

export type Seen = { signals: Signal[]; notices: Notice[] };

/** Hours that a release must have stood before it is proposed: the first ones are often replaced. */
const MINIMUM_AGE_HOURS = 24;
const HOUR_MS = 3_600_000;

/** The repository's number as the catalog knows it, or undefined at first sight. */
export const knownId = (entries: readonly Entry[]): number | undefined =>
  entries.map((entry) => entry.repository?.id).find((id) => id !== undefined);

/** The entry that came out last; of several the first. */
export const newestOf = (entries: readonly Entry[]): Entry | undefined =>
  entries.toSorted((a, b) => (b.released ?? "").localeCompare(a.released ?? "", "en"))[0];

/** The entry of a repository that notes which README is known: the one that does already, else the newest. */
export function readmeHolder(entries: readonly Entry[]): Entry | undefined {
  return entries.find((entry) => entry.repository?.readme !== undefined) ?? newestOf(entries);
}

/** Signals of one repository, `all` being the whole catalog; `now` in milliseconds. Nothing where it was not reached. */
export function signalsOf({ entries, observation }: Followed, all: readonly Entry[], now: number): Seen {
  if (observation.state === "unreached") return { signals: [], notices: [] };
  const known = knownId(entries);
  if (observation.state === "missing") {
    const gone = entries.every((entry) => entry.repository?.status === "gone");
    const name = observation.asked;
    return {
      signals: gone ? [] : [{ id: `missing:${known ?? name.toLowerCase()}`, kind: "missing", name }],
      notices: [],
    };
  }
  const { repository } = observation;
  if (known !== undefined && known !== repository.id) {
    const id = `reused:${known}:${repository.id}`;
    return { signals: [{ id, kind: "reused", name: observation.asked, was: known, now: repository.id }], notices: [] };
  }
  const published = publications(entries, repository, now);
  const weights = newWeights(entries, repository, all);
  const first: Signal[] =
    known === undefined ? [{ id: `baseline:${repository.id}`, kind: "baseline", repository }] : [];
  return {
    signals: [...first, ...identity(entries, repository), ...published.signals, ...weights.signals],
    notices: [...published.notices, ...weights.notices, ...licenseNotice(entries, repository)],
  };
}

function identity(entries: readonly Entry[], repository: Repository): Signal[] {
  const { id, name, archived } = repository;
  const names = [...new Set(entries.flatMap((entry) => entry.repository?.name ?? []))];
  const status = (wanted: string): boolean => entries.every((entry) => entry.repository?.status === wanted);
  const wasAway = entries.some(({ repository: own }) => own?.status === "gone" || own?.status === "archived");
  return [
    ...names
      .filter((old) => old.toLowerCase() !== name.toLowerCase())
      .map((from): Signal => ({ id: `renamed:${id}:${name.toLowerCase()}`, kind: "renamed", from, to: name })),
    ...(archived && !status("archived") ? [{ id: `archived:${id}`, kind: "archived" as const, repository }] : []),
    ...(!archived && wasAway ? [{ id: `returned:${id}`, kind: "returned" as const, repository }] : []),
  ];
}

/** A release or tag as one thing that may be newer than what the catalog names. */
type Publication = { date: string; signal: (entry: Entry) => Signal; tag: string; title: string };

function publications(entries: readonly Entry[], repository: Repository, now: number): Seen {
  const settings = entries.flatMap((entry) => entry.sync ?? []);
  const trustsTags = settings.some(({ mode }) => mode === "tags");
  const wanted = (tag: string): boolean =>
    settings.every(({ include, exclude }) => {
      const matches = (glob: string): boolean => posix.matchesGlob(tag, glob);
      return (include === undefined || include.some(matches)) && !(exclude ?? []).some(matches);
    });
  const ages = settings.flatMap(({ minimumAgeHours }) => minimumAgeHours ?? []);
  const least = ages.length > 0 ? Math.max(...ages) : MINIMUM_AGE_HOURS;
  const oldEnough = (date: string): boolean => Date.parse(date) <= now - least * HOUR_MS;

  const releases = repository.releases
    .filter(({ prerelease, tag, publishedAt }) => !prerelease && wanted(tag) && oldEnough(publishedAt))
    .map(
      (release): Publication => ({
        date: release.publishedAt,
        tag: release.tag,
        title: release.title,
        signal: (entry) => ({ id: `release:${repository.id}:${release.id}`, kind: "release", entry, release }),
      }),
    );
  const released = new Set(repository.releases.map(({ tag }) => tag));
  const bareTags = repository.tags.filter(({ name }) => !released.has(name) && wanted(name));
  const tags = bareTags.flatMap((tag): Publication[] =>
    tag.date !== undefined && trustsTags && oldEnough(tag.date)
      ? [
          {
            date: tag.date,
            tag: tag.name,
            title: tag.name,
            signal: (entry) => ({
              id: `tag:${repository.id}:${tag.name}@${tag.commit.slice(0, 12)}`,
              kind: "tag",
              entry,
              tag,
            }),
          },
        ]
      : [],
  );
  const newest = [...releases, ...tags].toSorted((a, b) => b.date.localeCompare(a.date, "en"));
  const recorded = new Set(entries.flatMap((entry) => entry.latestRelease?.tag ?? []));
  const unseen = bareTags.filter(({ name, date }) => !recorded.has(name) && (!trustsTags || date === undefined));
  return {
    signals: newestFor(entries, newest),
    notices: [
      ...repository.releases
        .filter(({ prerelease, tag }) => prerelease && wanted(tag) && !recorded.has(tag))
        .slice(0, 1)
        .map(({ tag }): Notice => ({ kind: "prerelease", tag })),
      ...unseen.slice(0, 1).map(({ name }): Notice => ({ kind: trustsTags ? "undatedTag" : "tag", tag: name })),
    ],
  };
}

/** For each entry the newest publication that is its own: by name, else the repository's newest entry takes it. */
function newestFor(entries: readonly Entry[], newest: readonly Publication[]): Signal[] {
  const taken = new Map<Entry, Publication>();
  const fallback = newestOf(entries);
  for (const item of newest) {
    const entry = fittingEntry(item.title, entries) ?? fittingEntry(item.tag, entries) ?? fallback;
    if (entry !== undefined && !taken.has(entry)) taken.set(entry, item);
  }
  return [...taken].flatMap(([entry, { tag, date, signal }]) => {
    const { latestRelease } = entry;
    const stale = latestRelease?.date !== undefined && date.slice(0, latestRelease.date.length) < latestRelease.date;
    return latestRelease?.tag === tag || stale ? [] : [signal(entry)];
  });
}

function newWeights(entries: readonly Entry[], { readme }: Repository, all: readonly Entry[]): Seen {
  const own = new Set(entries.flatMap((entry) => entry.sync?.hubOrgs ?? []).map((org) => org.toLowerCase()));
  if (readme?.text === undefined || own.size === 0) return { signals: [], notices: [] };
  const known = knownModels(all);
  const reviewed = new Set(linkedModels(readme.reviewedText ?? "").map(hubKey));
  const fresh = linkedModels(readme.text).filter(
    (model) => own.has(ownerOf(model.id)) && !known.has(hubKey(model)) && !reviewed.has(hubKey(model)),
  );
  // A model that stands on both hubs is one model: the catalog's or the first link's hub answers for it.
  const names = new Set([...known].map((key) => modelName(key)));
  const signals: Signal[] = [];
  const notices: Notice[] = readme.reviewedText === undefined ? [{ kind: "formerReadmeGone" }] : [];
  for (const model of fresh.toSorted((a, b) => a.hub.localeCompare(b.hub, "en"))) {
    const name = modelName(model.id);
    if (names.has(name.toLowerCase())) continue;
    names.add(name.toLowerCase());
    const entry = fittingEntry(name, entries);
    const other = entry === undefined ? fittingEntry(name, all) : undefined;
    if (other === undefined) signals.push({ id: `weights:${hubKey(model)}`, kind: "weights", entry, model });
    else notices.push({ kind: "foreignEntry", model: model.id, entry: other.id });
  }
  return { signals, notices };
}

/** A licence file is of the code; whether the weights' terms changed is for a person to read. */
function licenseNotice(entries: readonly Entry[], { license }: Repository): Notice[] {
  if (license === undefined || license === "NOASSERTION") return [];
  const stated = entries.flatMap((entry) => entry.license.code ?? []);
  const same = stated.some((code) => code.toLowerCase().includes(license.toLowerCase()));
  return stated.length === 0 || same ? [] : [{ kind: "license", license }];
}
