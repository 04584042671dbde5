import type { Edit } from "#src/catalog/entry/edit.ts";
import { ENTRY_ID, type Entry } from "#src/catalog/entry/schema.ts";
import { repositoryUrl, weightsUrl } from "#src/catalog/entry/urls.ts";
import type { Release, Repository, Tag } from "#src/sync/observe/observation.ts";
import { comparable, type HubModel, modelName, precisionInName, seriesOf } from "./hub-names.ts";
import { type Followed, knownId, newestOf, readmeHolder, type Signal } from "./signals.ts";

/** One fact that a proposal writes, for the table in its text. */
export type Change = {
  entry: string;
  /** Path in the entry's file, with dots. */
  field: string;
  before?: string | undefined;
  after: string;
  /** Where a person sees it. */
  evidence?: string | undefined;
};

/** What is to be written because of some signals. Only what the source can say for certain is. */
export type Draft = {
  edits: ReadonlyMap<string, readonly Edit[]>;
  /** New entries by id, with what their source states. */
  created: ReadonlyMap<string, NewEntry>;
  changes: readonly Change[];
};

type NewEntry = { [field: string]: NewValue };
type NewValue = string | number | boolean | NewValue[] | { [field: string]: NewValue };

const tagUrl = (repository: string, tag: string): string =>
  `${repositoryUrl(repository)}/releases/tag/${tag.split("/").map(encodeURIComponent).join("/")}`;

/** One edit with the line that tells people of it. */
type Written = { edit: Edit; change: Change };

const set = (entry: Entry, path: string[], value: string | number, about: Partial<Change> = {}): Written => ({
  edit: { kind: "set", path, value },
  change: { entry: entry.id, field: path.join("."), after: String(value), ...about },
});
const append = (entry: Entry, path: string[], value: NewEntry | string, after: string, evidence?: string): Written => ({
  edit: { kind: "append", path, value },
  change: { entry: entry.id, field: path.join("."), after, evidence },
});

/** Edits for the signals of one repository. Entries that do not note its number yet get it on the way. */
export function changesFor({ entries, observation }: Followed, signals: readonly Signal[]): Draft {
  const repository = observation.state === "found" ? observation.repository : undefined;
  const written = signals.flatMap((signal) => writtenFor(signal, entries, repository));
  const news = signals.filter((signal) => signal.kind === "weights");
  const created = repository ? newEntries(repository, entries, news) : new Map<string, NewEntry>();
  if (repository && signals.some(({ kind }) => kind === "baseline" || kind === "weights"))
    written.push(...readmeKnown(entries, repository));
  if (repository && (knownId(entries) ?? repository.id) === repository.id) {
    const unnumbered = entries.filter((entry) => entry.repository?.id === undefined);
    const evidence = repositoryUrl(repository.name);
    written.push(...unnumbered.map((entry) => set(entry, ["repository", "id"], repository.id, { evidence })));
  }
  const real = written.filter(({ change }) => change.before !== change.after);
  const edits = Map.groupBy(real, ({ change }) => change.entry);
  return {
    edits: new Map([...edits].map(([id, list]) => [id, list.map(({ edit }) => edit)])),
    created,
    changes: [
      ...real.map(({ change }) => change),
      ...[...created].map(([id, data]) => ({
        entry: id,
        field: "",
        after: String(data["name"]),
        evidence: readmeUrl(repository),
      })),
    ],
  };
}

function writtenFor(signal: Signal, entries: readonly Entry[], repository: Repository | undefined): Written[] {
  const evidence = repository && repositoryUrl(repository.name);
  switch (signal.kind) {
    case "release":
      return repository ? latest(signal.entry, ofRelease(signal.release, repository)) : [];
    case "tag":
      return repository ? latest(signal.entry, ofTag(signal.tag, repository)) : [];
    case "renamed":
      return entries
        .filter((entry) => entry.repository?.name === signal.from)
        .flatMap((entry) => renamed(entry, signal));
    case "archived":
      return statusOf("archived", entries, evidence);
    case "returned":
      return statusOf("active", entries, evidence);
    case "missing":
      return statusOf("gone", entries, evidence);
    case "reused": {
      const reason = `${signal.name} 现在是另一个仓库（编号 ${signal.was} 变为 ${signal.now}）`;
      return entries.map((entry) => set(entry, ["sync", "disabled"], reason, { evidence }));
    }
    case "weights": {
      const { entry, model } = signal;
      return entry ? [append(entry, ["weights"], candidate(model), model.id, weightsUrl(model))] : [];
    }
    case "baseline":
      return [];
  }
}

function statusOf(status: string, entries: readonly Entry[], evidence: string | undefined): Written[] {
  return entries
    .filter(({ repository }) => repository?.status !== status)
    .map((entry) => set(entry, ["repository", "status"], status, { before: entry.repository?.status, evidence }));
}

function renamed(entry: Entry, { from, to }: Extract<Signal, { kind: "renamed" }>): Written[] {
  const evidence = repositoryUrl(to);
  const noted = entry.repository?.formerNames?.includes(from) === true;
  return [
    set(entry, ["repository", "name"], to, { before: from, evidence }),
    ...(noted ? [] : [append(entry, ["repository", "formerNames"], from, from, evidence)]),
  ];
}

function latest(entry: Entry, { tag, date, url }: Latest): Written[] {
  const before = entry.latestRelease;
  return [
    set(entry, ["latestRelease", "tag"], tag, { before: before?.tag, evidence: url }),
    ...(date === undefined
      ? []
      : [set(entry, ["latestRelease", "date"], date, { before: before?.date, evidence: url })]),
    set(entry, ["latestRelease", "url"], url, { before: before?.url, evidence: url }),
  ];
}

/** Later runs compare the README with this one. */
function readmeKnown(entries: readonly Entry[], repository: Repository): Written[] {
  const holder = readmeHolder(entries);
  const oid = repository.readme?.oid;
  if (holder === undefined || oid === undefined || holder.repository?.readme === oid) return [];
  return [set(holder, ["repository", "readme"], oid, { evidence: readmeUrl(repository) })];
}

type Latest = { tag: string; date: string | undefined; url: string };
/** The address is made from the tag: what an answer says of itself is not followed. */
const ofRelease = ({ tag, publishedAt }: Release, { name }: Repository): Latest => ({
  tag,
  date: publishedAt.slice(0, 10),
  url: tagUrl(name, tag),
});
const ofTag = ({ name: tag, date }: Tag, { name }: Repository): Latest => ({
  tag,
  date: date?.slice(0, 10),
  url: tagUrl(name, tag),
});

/** The README as it was seen, for ever. */
const readmeUrl = (repository: Repository | undefined): string | undefined =>
  repository?.readme && repository.head !== undefined
    ? `${repositoryUrl(repository.name)}/blob/${repository.head}/${repository.readme.path}`
    : undefined;

function candidate({ hub, id }: HubModel): NewEntry {
  const name = modelName(id);
  const precision = precisionInName(name);
  return { label: name, ...(precision !== undefined && { precision }), hub, id, unreviewed: true };
}

/** New series by id, with nothing that their links do not state. */
function newEntries(
  repository: Repository,
  entries: readonly Entry[],
  signals: readonly Extract<Signal, { kind: "weights" }>[],
): Map<string, NewEntry> {
  const created = new Map<string, NewEntry>();
  const family = newestOf(entries)?.family;
  const series = Map.groupBy(
    signals.filter(({ entry }) => entry === undefined),
    ({ model }) => seriesOf(modelName(model.id)),
  );
  for (const [name, members] of series) {
    const id = comparable(name)
      .replace(/[^a-z0-9.]+/g, "-")
      .replace(/^[.-]+|[.-]+$/g, "");
    const owner = members[0]?.model.id.split("/")[0];
    if (!ENTRY_ID.test(id) || owner === undefined || created.has(id)) continue;
    const { readme, defaultBranch } = repository;
    // Not the commit, which would make a new proposal of every push to the project.
    const source = `${repositoryUrl(repository.name)}/blob/${defaultBranch ?? "HEAD"}/${readme?.path ?? "README.md"}`;
    created.set(id, {
      name,
      family: family ?? name,
      unreviewed: true,
      summary: {
        zh: `由程序根据 ${repository.name} 的 README 登记，尚未经人核对。`,
        en: `Registered by a program from the README of ${repository.name}; not yet checked by a person.`,
      },
      developers: [{ name: owner }],
      weights: members.map(({ model }) => candidate(model)),
      license: { commercial: "unknown" },
      repository: { name: repository.name, id: repository.id },
      sync: {
        mode: "readme",
        hubOrgs: [...new Set(members.map(({ model }) => model.id.slice(0, model.id.indexOf("/"))))],
      },
      sources: [source],
    });
  }
  return created;
}
