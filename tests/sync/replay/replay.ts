import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { SyncReport } from "#src/sync/run.ts";
import { type Named, type Opened, openReplay, publishUntil, type ReplayOptions } from "./open-replay.ts";
import type { Project } from "./projects.ts";
import { readmeRevisions } from "./readmes.ts";
import { keyOf } from "./scenario.ts";

/** What came of a model that a project named. */
export type Outcome = {
  /** As the READMEs have it, first of all. */
  ids: string[];
  /** The catalog once it was merged; undefined where it never was proposed. */
  merged: { entries: readonly Entry[]; revision: number } | undefined;
  /** Where it stands if it is not proposed. */
  elsewhere: "leftOut" | "older" | "declined" | "lost";
  rule: string | undefined;
};

export type Replay = {
  project: Project;
  options: ReplayOptions;
  /** Every model of an own organisation that the READMEs name and the catalog lacked at first. */
  outcomes: Outcome[];
  /** Proposed though no README named it: from the hubs' lists. */
  unnamed: string[];
  /** Ids of the entries that were there at first. */
  before: ReadonlySet<string>;
  /** The catalog at the end. */
  entries: readonly Entry[];
  trouble: string[];
};

const MOST_ROUNDS = 12;
const DAY_MS = 24 * 3_600_000;

/** Goes through a project's history: at each revision the READMEs change, the sync runs, and a person merges what it proposes. */
export async function replay(project: Project, options: ReplayOptions): Promise<Replay> {
  const revisions = readmeRevisions(project);
  const opened = await openReplay(project, options);
  const { world, files, clock, named, trouble } = opened;
  const { github } = world;
  const createdAt = new Date(clock.now).toISOString();
  const upstream = github.upstream(project.repository, { createdAt, readme: "# soon\n" });
  const texts = new Map(Object.entries(files).map(([id, text]) => [`${id}.yaml`, text]));
  const states = [entriesIn(texts, trouble)];
  let last: SyncReport | undefined;
  for (const { date, readmes } of revisions) {
    const day = date.slice(0, "YYYY-MM-DD".length);
    clock.now = Math.max(clock.now, Date.parse(`${day}T06:00:00Z`));
    publishUntil(day, opened);
    upstream.readmes(Object.fromEntries(readmes.map(({ path, text }) => [path, text])));
    last = await syncAndMerge(opened, texts);
    states.push(entriesIn(texts, trouble));
  }
  clock.now += DAY_MS;
  for (const { branch, title } of (await world.sync({ now: clock.now })).desired.proposals)
    trouble.push(`proposed again: ${branch} ${title}`);
  trouble.push(...world.hubs.violations());
  const board = world.catalog.issues.find(({ state }) => state === "open")?.body ?? "";
  const before = new Set(Object.keys(files));
  return judged({ project, options, named, states, before, trouble, last: last && { report: last, board } });
}

/** A run opens a few pull requests only: it comes again once these are merged. */
async function syncAndMerge({ world, clock, trouble }: Opened, texts: Map<string, string>): Promise<SyncReport> {
  for (let round = 1; ; round++) {
    clock.now += DAY_MS / 4;
    const report = await world.sync({ now: clock.now });
    for (const result of report.done) if (result.outcome !== "done") trouble.push(JSON.stringify(result));
    for (const problem of [...report.problems, ...report.desired.uneditable]) trouble.push(JSON.stringify(problem));
    for (const { state, number } of world.catalog.pulls) if (state === "open") await world.catalog.person.merge(number);
    for (const { file } of report.desired.proposals.flatMap((proposal) => proposal.files)) {
      const text = await world.entry(file.replace(/\.yaml$/, ""));
      if (text !== "") texts.set(file, text);
    }
    if (report.plan?.waiting.length === 0 || round === MOST_ROUNDS) return report;
  }
}

function entriesIn(texts: ReadonlyMap<string, string>, trouble: string[]): Entry[] {
  return [...texts].flatMap(([file, text]) => {
    const { entry, problems } = parseEntry(file, text);
    if (entry === undefined) trouble.push(`${file}: ${JSON.stringify(problems)}`);
    return entry ?? [];
  });
}

type Seen = { report: SyncReport; board: string };

function judged({
  named,
  states,
  last,
  ...known
}: Omit<Replay, "outcomes" | "unnamed" | "entries"> & {
  named: readonly Named[];
  states: readonly (readonly Entry[])[];
  last: Seen | undefined;
}): Replay {
  const keys = states.map(keysIn);
  const [start = new Set<string>()] = keys;
  const byKey = Map.groupBy(named, ({ id }) => keyOf(id));
  const outcomes = [...byKey].flatMap(([key, ids]): Outcome[] => {
    if (start.has(key)) return [];
    const revision = keys.findIndex((each) => each.has(key));
    const entries = states[revision];
    const same = (model: string): boolean => keyOf(model) === key;
    const rule = last?.report.models.leftOut.find(({ model }) => same(model))?.rule;
    const isShown = ids.some(({ id }) => last?.board.includes(id) === true);
    const elsewhere = !isShown
      ? "lost"
      : rule !== undefined
        ? "leftOut"
        : last?.report.models.older.some(same)
          ? "older"
          : last?.report.models.declined.some(same)
            ? "declined"
            : "lost";
    return [
      {
        ids: [...new Set(ids.map(({ id }) => id))],
        merged: entries && { entries, revision: revision - 1 },
        ...{ elsewhere, rule },
      },
    ];
  });
  const unnamed = [...(keys.at(-1) ?? [])].filter((key) => !start.has(key) && !byKey.has(key));
  return { ...known, outcomes, unnamed, entries: states.at(-1) ?? [] };
}

const keysIn = (entries: readonly Entry[]): Set<string> =>
  new Set(
    entries.flatMap(({ weights = [], variants = [] }) =>
      [...weights, ...variants.flatMap((variant) => variant.weights ?? [])].flatMap(({ id, formerId }) =>
        [id, formerId].flatMap((name) => (name === undefined ? [] : [keyOf(name)])),
      ),
    ),
  );
