import { join } from "node:path";
import { type Locale, type Text, textIn } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import type { Upstream } from "#src/base/upstream.ts";
import { writeFileWhole } from "#src/base/write-file.ts";
import type { Problem } from "#src/catalog/entry/problem.ts";
import { REFERENCE_FILES } from "#src/catalog/entry/reference.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type DashboardPlan, planDashboard } from "#src/sync/dashboard/dashboard-plan.ts";
import { type Decisions, decisionsIn } from "#src/sync/dashboard/decisions.ts";
import { type Client, type ClientOptions, createClients } from "#src/sync/github/client.ts";
import type { GithubSettings } from "#src/sync/github/settings.ts";
import { readCollections } from "#src/sync/hubs/collections.ts";
import type { HubName, HubsSeen } from "#src/sync/hubs/hub.ts";
import { createHubs, type Hubs } from "#src/sync/hubs/hubs.ts";
import { readFacts } from "#src/sync/hubs/model-facts.ts";
import type { HubSettings } from "#src/sync/hubs/settings.ts";
import type { Cost } from "#src/sync/observe/observe.ts";
import { type Plan, plan } from "#src/sync/propose/plan.ts";
import { type DesiredProposals, desiredProposals } from "#src/sync/propose/propose.ts";
import { type PullRequest, settledSignals } from "#src/sync/propose/repository-state.ts";
import { type DashboardResult, publishDashboard } from "#src/sync/publish/dashboard.ts";
import { type ActionResult, publish } from "#src/sync/publish/publish.ts";
import { namesInTexts } from "#src/sync/sources/candidates.ts";
import { chosenEntries } from "#src/sync/sources/followed.ts";
import type { Observation } from "#src/sync/sources/observation.ts";
import {
  type CatalogInput,
  type CatalogRepository,
  fetched,
  local,
  readCatalogRepository,
  unreadableFiles,
} from "./catalog-input.ts";
import { dashboardInput } from "./dashboard-input.ts";
import { type FoundModels, findModels, NO_MODELS } from "./find-models.ts";
import { lookAround, type Surroundings, seenRepositories } from "./look-around.ts";
import { unknownBranches, weightsIn, weightsKey } from "./unknown-branches.ts";

/** `dry-run` changes nothing, `write` edits the files here, `pr` opens pull requests. */
export type SyncMode = "dry-run" | "write" | "pr";

export type SyncOptions = {
  mode: SyncMode;
  github: GithubSettings;
  hubs: HubSettings;
  catalogDir: string;
  dataDir: string;
  /** Only these entries, and those that share their repositories. */
  only?: readonly string[] | undefined;
  /** The language of pull requests. */
  locale: Locale;
  log: Log;
  signal: AbortSignal;
  onProgress?: (seen: number, of: number) => void;
  /** Milliseconds. */
  now?: () => number;
  pace?: ClientOptions["pace"];
  upstream?: ClientOptions["upstream"];
  hubUpstreams?: Partial<Record<HubName, Pick<Upstream, "proxies" | "backOff">>> | undefined;
};

export type SyncReport = {
  desired: DesiredProposals;
  /** Absent where no catalog repository was looked at. */
  plan: Plan | undefined;
  done: ActionResult[];
  /** What came of the dashboard; absent where there was nothing to write. */
  dashboard: DashboardResult | undefined;
  /** Files written here. */
  written: string[];
  /** Models that are new to the catalog and are not proposed, as `organisation/name`. */
  models: { leftOut: { model: string; rule: string }[]; older: string[]; declined: string[] };
  /** New repositories of known owners, and those that a rule leaves out. */
  newRepositories: string[];
  leftOutRepositories: { name: string; rule: string }[];
  /** Owners about whose new repositories nothing is known; anonymously GitHub is asked about none. */
  owners: { anonymous: boolean; unreached: { name: string; reason: "quota" | "failed" }[] };
  /** Repositories seen, and those about which nothing is known. */
  seen: number;
  unreached: { name: string; reason: "quota" | "failed" }[];
  /** Whether the hubs were to be asked; organisations that were listed there, and those that said nothing. */
  hubsOn: boolean;
  listed: number;
  silent: HubsSeen["silent"];
  problems: Problem[];
  cost: Cost & { hubRequests: number };
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

/**
 * One run: looks at the repositories and the hubs, works out what to propose, and does it as far as the mode allows. Throws
 * SyncRefused, and what GitHub refuses altogether.
 */
export async function runSync(options: SyncOptions): Promise<SyncReport> {
  const { mode, github, only, log, signal, pace, upstream } = options;
  refuseEarly(mode, github);
  const { reader, writer } = await createClients(github, { log, signal, upstream, ...(pace && { pace }) });
  const remote = mode === "write" ? undefined : github.catalog;
  const source = remote ? await fetched(reader, remote, signal) : await local(options.catalogDir);
  refuseUnknown(only, source.entries);
  const catalog = remote && (await readCatalogRepository(remote, source, writer ?? reader));
  const hubs = createHubs(options.hubs, {
    ...{ log, signal, directory: options.dataDir, upstreams: options.hubUpstreams },
    ...(options.now && { now: options.now }),
    ...(pace === "none" && { pace }),
  });
  try {
    return await runWith({ ...options, source, catalog, reader, writer, openHubs: hubs });
  } finally {
    hubs.close();
  }
}

type Run = SyncOptions & {
  source: CatalogInput;
  catalog: CatalogRepository | undefined;
  reader: Client;
  writer: Client | undefined;
  openHubs: Hubs;
};

async function runWith(run: Run): Promise<SyncReport> {
  const { mode, only, source, catalog, reader, writer, openHubs, log, locale } = run;
  const text = textIn(locale);
  const now = (run.now ?? Date.now)();
  const { entries, reference } = source;
  const pulls = catalog?.state.pulls ?? [];
  const dashboard = catalog?.dashboard === "unavailable" ? undefined : catalog?.dashboard;
  const decisions = decisionsIn(pulls, dashboard);
  const settled = new Set([...settledSignals(pulls), ...decisions.declined].filter((id) => !decisions.wanted.has(id)));

  const chosen = chosenEntries(entries, only);
  const seen = await lookAround({
    ...{ chosen, entries, only, reader, log, now, dataDir: run.dataDir, signal: run.signal },
    ...{ watch: reference.watch, hubs: openHubs, lookAgain: decisions.lookAgain, onProgress: run.onProgress },
  });
  // Without its rules every embedding model, and without its date every old one, would be news.
  const isWatchBroken = source.problems.some(
    ({ file, severity }) => file === REFERENCE_FILES.watch && severity === "error",
  );
  const models = isWatchBroken ? NO_MODELS : await findNewModels(run, seen, { settled, decisions, pulls });
  const desired = await desiredProposals({
    ...{ followed: seen.followed, entries, reference, placed: models.placed, hubsOn: seen.hubs.on, settled, text, now },
    notices: seen.hubs.on
      ? models.unread.map(({ repository, collection }) => ({
          repository,
          notice: { kind: "collectionUnread", collection },
        }))
      : [],
    texts: new Map(source.files.map(({ file, text: content }) => [file.replace(/\.yaml$/, ""), content])),
  });
  const planned =
    catalog &&
    plan(
      {
        proposals: desired.proposals,
        gone: new Set([...models.gone].map((key) => `weights:${key}`)),
        unknown: unknownBranches({
          ...{ seen, models, entries, pulls, watch: reference.watch },
          isPart: only !== undefined || isWatchBroken,
          unreadable: unreadableFiles(source).map(({ file }) => file.replace(/\.yaml$/, "")),
        }),
      },
      catalog.state,
    );
  const published = mode === "pr" && writer !== undefined && catalog !== undefined && planned !== undefined;
  const done = published
    ? await publish(planned.actions, { client: writer, repository: catalog.state, text, log })
    : [];
  const cost = {
    ...seen.cost,
    requests: reader.requests() + (writer?.requests() ?? 0),
    hubRequests: openHubs.requests(),
  };
  const board =
    published && only === undefined && catalog.dashboard !== "unavailable"
      ? planDashboard(
          {
            input: dashboardInput({
              seen,
              models,
              desired,
              plan: planned,
              done,
              pulls,
              decisions,
              cost,
              watch: reference.watch,
              locale,
              text,
            }),
            decisions,
            today: new Date(now).toISOString().slice(0, "YYYY-MM-DD".length),
          },
          dashboard,
          text,
        )
      : undefined;
  return {
    ...{ desired, plan: planned, done, cost, problems: source.problems },
    dashboard: published ? await writeDashboard(board, writer, catalog.state.repository, { text, log }) : undefined,
    written: mode === "write" ? await writeFiles(desired, run.catalogDir) : [],
    models: namesOf(models),
    newRepositories: seen.newRepositories.map(({ owned }) => owned.name),
    leftOutRepositories: seen.leftOutRepositories.map(({ owned, rule }) => ({ name: owned.name, rule })),
    owners: {
      anonymous: !reader.authenticated,
      unreached: seen.owners.flatMap((owner) =>
        owner.state === "unreached" ? [{ name: owner.asked, reason: owner.reason }] : [],
      ),
    },
    ...reachedOf([...seen.observations, ...seen.newRepositories.map(({ observation }) => observation)]),
    hubsOn: seen.hubs.on,
    listed: seen.hubs.listings.length,
    silent: seen.hubs.silent,
  };
}

/** The models that the catalog lacks. What an open pull request is about stays wanted, whatever its age. */
function findNewModels(
  { source, openHubs: hubs }: Run,
  seen: Surroundings,
  { settled, decisions, pulls }: { settled: ReadonlySet<string>; decisions: Decisions; pulls: readonly PullRequest[] },
): Promise<FoundModels> {
  const { entries, reference } = source;
  const open = pulls.filter(({ state }) => state === "open").flatMap(weightsIn);
  const { listings } = seen.hubs;
  return findModels(
    {
      ...{ entries, listings, watch: reference.watch, repositories: seenRepositories(seen) },
      declined: new Set([...settled].flatMap(weightsKey)),
      wanted: new Set([...decisions.wanted].flatMap(weightsKey)),
      open: new Set(open),
      unreadable: namesInTexts(unreadableFiles(source).map(({ text }) => text)),
    },
    {
      collections: async (addresses) => {
        const answers = await readCollections(addresses, { hubs });
        return new Map(
          [...answers].flatMap(([key, answer]) => (answer.state === "found" ? [[key, answer.models] as const] : [])),
        );
      },
      facts: (addresses) => readFacts(addresses, { hubs, listings, lookAgain: decisions.lookAgain }),
    },
  );
}

const namesOf = ({ leftOut, older, declined }: FoundModels): SyncReport["models"] => ({
  leftOut: leftOut.map(({ candidate, rule }) => ({ model: candidate.model.id, rule: rule.id })),
  older: older.map(({ model }) => model.id),
  declined: declined.map(({ model }) => model.id),
});

const writeDashboard = async (
  board: DashboardPlan | undefined,
  client: Client,
  repository: string,
  { text, log }: { text: Text; log: Log },
): Promise<DashboardResult | undefined> => board && publishDashboard(board, { client, repository, text, log });

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

async function writeFiles({ proposals }: DesiredProposals, directory: string): Promise<string[]> {
  const files = proposals.flatMap((proposal) => proposal.files);
  for (const { file, text } of files) await writeFileWhole(join(directory, "models", file), text);
  return files.map(({ file }) => file);
}
