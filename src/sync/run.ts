import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Text } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import { writeFileWhole } from "#src/base/write-file.ts";
import { type CatalogFile, readCatalog, readCatalogFiles } from "#src/catalog/entry/load.ts";
import type { Problem } from "#src/catalog/entry/problem.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Client, type ClientOptions, createClients } from "#src/sync/github/client.ts";
import type { GithubSettings } from "#src/sync/github/settings.ts";
import { openCache } from "#src/sync/observe/cache.ts";
import { type Cost, observe } from "#src/sync/observe/observe.ts";
import { type Plan, plan } from "#src/sync/propose/plan.ts";
import { BASELINE_BRANCH, branchOf, type DesiredProposals, desiredProposals } from "#src/sync/propose/propose.ts";
import { type RepositoryState, settledSignals } from "#src/sync/propose/repository-state.ts";
import { type ActionResult, publish } from "#src/sync/publish/publish.ts";
import { readRepositoryState } from "#src/sync/publish/read-repository-state.ts";
import { fetchCatalog } from "#src/sync/refresh/archive.ts";
import {
  chosenEntries,
  type FollowedRepository,
  followedRepositories,
  knownId,
  observationRequests,
} from "#src/sync/sources/followed.ts";
import type { Observation } from "#src/sync/sources/observation.ts";

/** `dry-run` changes nothing, `write` edits the files here, `pr` opens pull requests. */
export type SyncMode = "dry-run" | "write" | "pr";

export type SyncOptions = {
  mode: SyncMode;
  github: GithubSettings;
  catalogDir: string;
  dataDir: string;
  /** Only these entries, and those that share their repositories. */
  only?: readonly string[] | undefined;
  /** Gives titles and texts in the language of the pull requests. */
  text: Text;
  log: Log;
  signal: AbortSignal;
  onProgress?: (seen: number, of: number) => void;
  /** Milliseconds. */
  now?: () => number;
  pace?: ClientOptions["pace"];
  upstream?: ClientOptions["upstream"];
};

export type SyncReport = {
  desired: DesiredProposals;
  /** Absent where no catalog repository was looked at. */
  plan: Plan | undefined;
  done: ActionResult[];
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

type CatalogInput = { files: CatalogFile[]; entries: Entry[]; problems: Problem[]; commit: string | undefined };

/**
 * One run: looks at the repositories, works out what to propose, and does it as far as the mode allows. Throws
 * SyncRefused, and what GitHub refuses altogether.
 */
export async function runSync(options: SyncOptions): Promise<SyncReport> {
  const { mode, github, only, log, signal, text, pace, upstream } = options;
  refuseEarly(mode, github);
  const { reader, writer } = await createClients(github, { log, signal, upstream, ...(pace && { pace }) });
  const remote = mode === "write" ? undefined : github.catalog;
  const source = remote ? await fetched(reader, remote, signal) : await local(options.catalogDir);
  refuseUnknown(only, source.entries);

  const chosen = chosenEntries(source.entries, only);
  const { observations, cost } = await observeEntries(chosen, reader, options);
  const followed = followedRepositories(chosen, observations);
  const repository = await repositoryState(remote, source, writer ?? reader);
  const desired = desiredProposals({
    followed,
    entries: source.entries,
    texts: new Map(source.files.map(({ file, text: content }) => [file.replace(/\.yaml$/, ""), content])),
    settled: settledSignals(repository?.pulls ?? []),
    text,
    now: (options.now ?? Date.now)(),
  });
  const planned = repository && planFor(desired, followed, repository, only !== undefined);
  const published = mode === "pr" && writer && repository && planned;
  return {
    desired,
    plan: planned,
    done: published ? await publish(planned.actions, { client: writer, repository, text, log }) : [],
    written: mode === "write" ? await writeFiles(desired, options.catalogDir) : [],
    ...reachedOf(observations),
    problems: source.problems,
    cost: { ...cost, requests: reader.requests() + (writer?.requests() ?? 0) },
  };
}

function refuseEarly(mode: SyncMode, { catalog, identity }: GithubSettings): void {
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

const repositoryState = async (
  remote: GithubSettings["catalog"],
  { commit }: CatalogInput,
  client: Client,
): Promise<RepositoryState | undefined> =>
  remote && commit !== undefined ? readRepositoryState(client, { ...remote, commit }) : undefined;

const planFor = (
  { proposals }: DesiredProposals,
  followed: readonly FollowedRepository[],
  repository: RepositoryState,
  isPart: boolean,
): Plan => plan({ proposals, unknown: unknownBranches(followed, repository, isPart) }, repository);

async function observeEntries(
  entries: readonly Entry[],
  reader: Client,
  { dataDir, log, signal, onProgress }: SyncOptions,
): Promise<{ observations: Observation[]; cost: Cost }> {
  const cache = openCache(dataDir, log);
  try {
    return await observe(observationRequests(entries), {
      reader,
      cache,
      signal,
      log,
      ...(onProgress && { onProgress }),
    });
  } finally {
    cache.close();
  }
}

async function fetched(
  reader: Client,
  { repository, branch }: { repository: string; branch: string },
  signal: AbortSignal,
): Promise<CatalogInput> {
  const catalog = await fetchCatalog(reader.octokit, { repository, branch, signal });
  if (catalog === "unchanged") throw new Error("nothing was known, so nothing can be unchanged");
  return { files: catalog.files, commit: catalog.commit, ...(await readCatalogFiles(catalog.files, catalog.beside)) };
}

async function local(directory: string): Promise<CatalogInput> {
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
function unknownBranches(
  followed: readonly FollowedRepository[],
  { pulls }: RepositoryState,
  isPart: boolean,
): (branch: string) => boolean {
  const reached = followed.filter(({ observation }) => observation.state !== "unreached");
  const unreached = followed.filter(({ observation }) => observation.state === "unreached");
  const known = new Set(reached.map(branchOf));
  // A repository without a number may have any branch.
  const anyBranch = isPart || unreached.some(({ entries }) => knownId(entries) === undefined);
  const unknown = new Set(unreached.map(branchOf));
  const openBaseline = pulls.some(({ state, branch }) => state === "open" && branch === BASELINE_BRANCH);
  return (branch) =>
    branch === BASELINE_BRANCH ? anyBranch && openBaseline : unknown.has(branch) || (anyBranch && !known.has(branch));
}

async function writeFiles({ proposals }: DesiredProposals, directory: string): Promise<string[]> {
  const files = proposals.flatMap((proposal) => proposal.files);
  for (const { file, text } of files) await writeFileWhole(join(directory, "models", file), text);
  return files.map(({ file }) => file);
}
