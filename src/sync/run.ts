import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Text } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import { writeFileWhole } from "#src/base/write-file.ts";
import { type CatalogFile, readCatalog, readCatalogFiles } from "#src/catalog/entry/load.ts";
import type { Problem } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Client, type ClientOptions, createClients } from "#src/sync/github/client.ts";
import type { GithubConfig } from "#src/sync/github/config.ts";
import { openCache } from "#src/sync/observe/cache.ts";
import type { Cost, Observation } from "#src/sync/observe/observation.ts";
import { observe } from "#src/sync/observe/observe.ts";
import { asksOf, chosenEntries, groupsOf } from "#src/sync/propose/follow.ts";
import { type Action, type Plan, plan } from "#src/sync/propose/plan.ts";
import { BASELINE_BRANCH, branchOf, type Desired, desiredProposals } from "#src/sync/propose/propose.ts";
import { type Followed, knownId } from "#src/sync/propose/signals.ts";
import { settledSignals, type Target } from "#src/sync/propose/target.ts";
import { type Done, publish } from "#src/sync/publish/publish.ts";
import { readTarget } from "#src/sync/publish/read-target.ts";
import { fetchCatalog } from "#src/sync/refresh/archive.ts";

/** `dry-run` changes nothing, `write` edits the files here, `pr` opens pull requests. */
export type SyncMode = "dry-run" | "write" | "pr";

export type SyncOptions = {
  mode: SyncMode;
  github: GithubConfig;
  catalogDir: string;
  dataDir: string;
  /** Only these entries, and those that share their repositories. */
  only?: readonly string[] | undefined;
  /** Of titles and texts. */
  text: Text;
  log: Log;
  signal: AbortSignal;
  onProgress?: (seen: number, of: number) => void;
  /** Milliseconds. */
  now?: () => number;
  pace?: ClientOptions["pace"];
};

export type SyncReport = {
  desired: Desired;
  /** Absent where no catalog repository was looked at. */
  plan: Plan | undefined;
  done: Done[];
  /** Files written here. */
  written: string[];
  /** Repositories seen, and those about which nothing is known. */
  seen: number;
  unreached: { name: string; reason: "quota" | "failed" }[];
  problems: Problem[];
  cost: Cost;
};

/** How a scheduled run went: to its end, not to its end, or not at all because another was under way. */
export type SyncRun =
  | { outcome: "done"; seconds: number; report: SyncReport }
  | { outcome: "failed"; seconds: number }
  | { outcome: "busy" };

/** What a run lacks before it can begin. */
export class SyncRefused extends Error {
  override name = "SyncRefused";
  readonly reason: "needsRepository" | "needsIdentity" | "unknownEntries";
  readonly ids: readonly string[];
  constructor(reason: SyncRefused["reason"], ids: readonly string[] = []) {
    super(`the sync cannot run: ${reason} ${ids.join(", ")}`.trim());
    this.reason = reason;
    this.ids = ids;
  }
}

type Source = { files: CatalogFile[]; entries: Entry[]; problems: Problem[]; commit: string | undefined };

/**
 * One run: looks at the repositories, works out what to propose, and does it as far as the mode allows. Throws
 * SyncRefused, and what GitHub refuses altogether.
 */
export async function runSync(options: SyncOptions): Promise<SyncReport> {
  const { mode, github, only, log, signal, text, pace } = options;
  refuseEarly(mode, github);
  const { reader, writer } = await createClients(github, { log, signal, ...(pace && { pace }) });
  const remote = mode === "write" ? undefined : github.catalog;
  const source = remote ? await fetched(reader, remote, signal) : await local(options.catalogDir);
  refuseUnknown(only, source.entries);

  const chosen = chosenEntries(source.entries, only);
  const { observations, cost } = await look(chosen, reader, options);
  const groups = groupsOf(chosen, observations);
  const target = await targetOf(remote, source, writer ?? reader);
  const desired = desiredProposals({
    groups,
    entries: source.entries,
    texts: new Map(source.files.map(({ file, text: content }) => [file.replace(/\.yaml$/, ""), content])),
    settled: settledSignals(target?.pulls ?? []),
    text,
    now: (options.now ?? Date.now)(),
  });
  const planned = target && planFor(desired, groups, target, only !== undefined);
  const published = mode === "pr" && writer && target && planned;
  return {
    desired,
    plan: planned,
    done: published ? await publish(planned.actions, { client: writer, target, text, log }) : [],
    written: mode === "write" ? await writeFiles(desired, options.catalogDir) : [],
    ...reachedOf(observations),
    problems: source.problems,
    cost: { ...cost, requests: reader.requests() + (writer?.requests() ?? 0) },
  };
}

function refuseEarly(mode: SyncMode, { catalog, identity }: GithubConfig): void {
  if (mode === "pr" && catalog === undefined) throw new SyncRefused("needsRepository");
  if (mode === "pr" && identity === undefined) throw new SyncRefused("needsIdentity");
}

function refuseUnknown(only: readonly string[] | undefined, entries: readonly Entry[]): void {
  const unknown = only?.filter((id) => !entries.some((entry) => entry.id === id)) ?? [];
  if (unknown.length > 0) throw new SyncRefused("unknownEntries", unknown);
}

const reachedOf = (observations: readonly Observation[]): Pick<SyncReport, "seen" | "unreached"> => ({
  seen: observations.filter(({ state }) => state !== "unreached").length,
  unreached: observations.flatMap((item) =>
    item.state === "unreached" ? [{ name: item.asked, reason: item.reason }] : [],
  ),
});

const targetOf = async (
  remote: GithubConfig["catalog"],
  { commit }: Source,
  client: Client,
): Promise<Target | undefined> =>
  remote && commit !== undefined ? readTarget(client, { ...remote, commit }) : undefined;

const planFor = ({ proposals }: Desired, groups: readonly Followed[], target: Target, partly: boolean): Plan =>
  plan({ proposals, unknown: unknownBranches(groups, target, partly) }, target);

async function look(
  entries: readonly Entry[],
  reader: Client,
  { dataDir, log, signal, onProgress }: SyncOptions,
): Promise<{ observations: Observation[]; cost: Cost }> {
  const cache = openCache(dataDir, log);
  try {
    return await observe(asksOf(entries), { reader, cache, signal, log, ...(onProgress && { onProgress }) });
  } finally {
    cache.close();
  }
}

async function fetched(
  reader: Client,
  { repository, branch }: { repository: string; branch: string },
  signal: AbortSignal,
): Promise<Source> {
  const catalog = await fetchCatalog(reader.octokit, { repository, branch, signal });
  if (catalog === "unchanged") throw new Error("nothing was known, so nothing can be unchanged");
  return { files: catalog.files, commit: catalog.commit, ...(await readCatalogFiles(catalog.files)) };
}

async function local(directory: string): Promise<Source> {
  const { entries, problems } = await readCatalog(directory);
  const files = await Promise.all(
    entries.map(async ({ id }) => {
      const file = `${id}.yaml`;
      return { file, text: await readFile(join(directory, "models", file), "utf8") };
    }),
  );
  return { files, entries, problems, commit: undefined };
}

/** Branches that a run must leave alone, because it does not know what their repositories say today. */
function unknownBranches(groups: readonly Followed[], target: Target, partly: boolean): (branch: string) => boolean {
  const reached = groups.filter(({ observation }) => observation.state !== "unreached");
  const unreached = groups.filter(({ observation }) => observation.state === "unreached");
  const known = new Set(reached.map(branchOf));
  // A repository without a number may have any branch.
  const anyBranch = partly || unreached.some(({ entries }) => knownId(entries) === undefined);
  const unknown = new Set(unreached.map(branchOf));
  const openBaseline = target.pulls.some(({ state, branch }) => state === "open" && branch === BASELINE_BRANCH);
  return (branch) =>
    branch === BASELINE_BRANCH ? anyBranch && openBaseline : unknown.has(branch) || (anyBranch && !known.has(branch));
}

async function writeFiles({ proposals }: Desired, directory: string): Promise<string[]> {
  const files = proposals.flatMap((proposal) => proposal.files);
  for (const { file, text } of files) await writeFileWhole(join(directory, "models", file), text);
  return files.map(({ file }) => file);
}

/** How many pull requests a list of actions opens or renews. */
export const proposedBy = (actions: readonly Action[]): number =>
  actions.filter(({ kind }) => kind === "open" || kind === "update").length;
