import { join } from "node:path";
import { admin } from "#commands/admin.ts";
import { compare } from "#commands/compare.ts";
import { fit } from "#commands/fit.ts";
import { forget } from "#commands/forget.ts";
import { help } from "#commands/help.ts";
import { model } from "#commands/model.ts";
import { models } from "#commands/models.ts";
import { ollama } from "#commands/ollama.ts";
import { removeAnswer } from "#commands/remove-answer.ts";
import { reportAnswer } from "#commands/report-answer.ts";
import { status } from "#commands/status.ts";
import { try_ } from "#commands/try.ts";
import { updates } from "#commands/updates.ts";
import { textIn } from "#src/base/locale.ts";
import { createLog, type Log } from "#src/base/log.ts";
import { createUpstream, type Upstream } from "#src/base/upstream.ts";
import { type CatalogRead, readCatalog } from "#src/catalog/entry/load.ts";
import type { Problem } from "#src/catalog/entry/problem.ts";
import type { CatalogHolder, CatalogOrigin } from "#src/catalog/holder.ts";
import { type Catalog, openCatalog } from "#src/catalog/search/search.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { createRouter, type Router } from "#src/chat/router.ts";
import type { Services } from "#src/chat/services.ts";
import type { Config } from "#src/config.ts";
import type { Surface } from "#src/metrics/command-metrics.ts";
import { countCommands } from "#src/metrics/counted.ts";
import { createOutputs, type Outputs } from "#src/tries/outputs.ts";
import { resolveModel } from "#src/tries/resolve.ts";
import type { Runtime, RuntimeOptions } from "./runtime.ts";

/** The order in which `/help` and Discord list them. */
export const COMMANDS = [models, model, fit, compare, updates, try_, status, ollama, admin, forget, help];
/** What can be done with a message of the bot. */
export const MESSAGE_COMMANDS = [reportAnswer, removeAnswer];

/** Everything that surfaces need, put together once. */
export type App = {
  config: Config;
  log: Log;
  /** The catalog in use; whoever has a newer one puts it here. */
  catalog: CatalogHolder;
  /** What is wrong with the catalog that the app started with. */
  problems: Problem[];
  router: Router;
  services: Services;
  /** Who is asked for something outside. */
  upstreams: Upstreams;
  /** Where surfaces say how they show a try. */
  outputs: Outputs;
  /** What is counted, and whether what is configured is there. */
  readonly metrics: Runtime["metrics"];
  readonly readiness: Runtime["readiness"];
  readonly coordinator: Runtime["coordinator"];
  /** Whether nobody has taken what has this id yet, here or in another process. */
  readonly claims: Runtime["claims"];
  readonly refused: Runtime["refused"];
  /** Lets go of what is shared with other processes. */
  close: () => Promise<void>;
};

export type Upstreams = { discord: Upstream; github: Upstream };

type AppOptions = {
  /** Keeps conversations on the disk, and begins with the newest catalog known; a short-lived program does neither. */
  keep?: boolean;
  /** Loads the runtime with the first command that needs it, and not at once. Nothing is completed before. */
  lazy?: boolean;
  log?: Log;
};

/** Builds the app; nothing runs yet. Throws CatalogUnusable where there is nothing to answer from. */
export async function createApp(
  config: Config,
  { keep = false, lazy = false, log = createLog(config) }: AppOptions = {},
): Promise<App> {
  const { problems, origin, ...data } = await catalogToStartWith(config, log, keep);
  const catalog: CatalogHolder = { current: { catalog: openCatalog(data), problems, origin, refused: undefined } };
  const outputs = createOutputs();
  const upstreams = openUpstreams(config, log);
  const { runtime, load, close } = runtimeOf(config, {
    tries: config.tries,
    discord: config.discord !== undefined,
    upstreams,
    catalog,
    outputs,
    now: Date.now,
    log,
    dataDir: keep ? config.dataDir : undefined,
    locale: config.locale,
  });
  if (!lazy) await load();
  return {
    config,
    log,
    catalog,
    problems,
    router: createRouter(COMMANDS, log, ({ needs }) => (needs === "runtime" ? load() : undefined), MESSAGE_COMMANDS),
    services: servicesOf(config, catalog, runtime),
    upstreams,
    outputs,
    get metrics() {
      return runtime().metrics;
    },
    get readiness() {
      return runtime().readiness;
    },
    get coordinator() {
      return runtime().coordinator;
    },
    get claims() {
      return runtime().claims;
    },
    get refused() {
      return runtime().refused;
    },
    close,
  };
}

/** Discord and GitHub, through the proxies that are set. */
export const openUpstreams = ({ discordApiUrl, github, proxies }: Config, log: Log): Upstreams => ({
  discord: createUpstream("Discord", discordApiUrl, proxies, log),
  github: createUpstream("GitHub", github.apiUrl, proxies, log),
});

/** The catalog of the moment, and the runtime's parts for whoever asks for one. */
function servicesOf(config: Config, holder: CatalogHolder, runtime: () => Runtime): Services {
  return {
    get catalog() {
      return holder.current.catalog;
    },
    get catalogInUse() {
      return holder.current;
    },
    get resolve() {
      return resolverOf(config, holder.current.catalog, runtime);
    },
    get fleet() {
      return runtime().fleet;
    },
    get pulls() {
      return runtime().pulls;
    },
    get pictures() {
      return runtime().pictures;
    },
    get tries() {
      return runtime().tries;
    },
    get community() {
      return runtime().community;
    },
    locale: config.locale,
    now: Date.now,
    diskFault: () => runtime().readiness.report().parts.disk.reason,
    lastSync: async () => {
      const { readLastRun } = await import("#src/sync/last-run.ts");
      return readLastRun(config.dataDir);
    },
  };
}

/** The runtime, for whoever has loaded it before. Shared with other processes where there is a Redis for it. */
function runtimeOf(
  { redisUrl }: Config,
  options: RuntimeOptions,
): { runtime: () => Runtime; load: () => Promise<void>; close: () => Promise<void> } {
  let loaded: Runtime | undefined;
  const open = async (): Promise<void> => {
    const { createLocalRuntime, openSharedRuntime } = await import("./runtime.ts");
    loaded = redisUrl === undefined ? createLocalRuntime(options) : await openSharedRuntime(redisUrl, options);
  };
  let loading: Promise<void> | undefined;
  return {
    load: () => {
      loading ??= open();
      return loading;
    },
    runtime: () => {
      if (loaded === undefined) throw new Error("the runtime is not loaded: the command must say that it needs it");
      return loaded;
    },
    close: async () => {
      await loading;
      await loaded?.close();
    },
  };
}

/** The app as one surface sees it: what it serves is counted as its own. */
export const forSurface = (app: App, surface: Surface): App => ({
  ...app,
  router: countCommands(app.router, surface, app.metrics.commands),
});

/** The newest known: what an earlier run fetched of the repository that is set, else the folder. */
async function catalogToStartWith(
  { github, dataDir, catalogDir }: Config,
  log: Log,
  keep: boolean,
): Promise<CatalogRead & { origin: CatalogOrigin | undefined }> {
  if (keep && github.catalog) {
    const { readStoredCatalog } = await import("#src/sync/refresh/stored-catalog.ts");
    const stored = await readStoredCatalog(dataDir, github.catalog, catalogDir, log);
    if (stored) return stored;
  }
  return { ...(await readCatalog(catalogDir)), origin: undefined };
}

/**
 * Runs the background jobs that the settings ask for, until the signal is raised. What they need is loaded here and not
 * at the start.
 */
export async function runJobs(app: App, signal: AbortSignal): Promise<void> {
  // Where the decisions of administrators cannot be read that is logged at the start, and not with the first try.
  const decisions = app.services.community.decisions().catch(() => {});
  await Promise.all([decisions, followCatalog(app, signal), backUp(app, signal)]);
}

async function followCatalog(
  { config, catalog, services, upstreams, log, metrics, coordinator }: App,
  signal: AbortSignal,
): Promise<void> {
  const source = config.github.catalog;
  if (source === undefined) return;
  const { refreshCatalog } = await import("#jobs/refresh-catalog.ts");
  const { syncCatalog } = await import("#jobs/sync-catalog.ts");
  const { hubUpstreams } = await import("#src/sync/hubs/upstreams.ts");
  await Promise.all([
    refreshCatalog(
      { config, source, upstreams, holder: catalog, now: services.now, log, onLook: metrics.upstream.looked },
      signal,
    ),
    // Without an identity there is nobody to open pull requests as.
    ...(config.github.identity
      ? [
          syncCatalog(config, log, signal, {
            upstream: upstreams.github,
            hubUpstreams: hubUpstreams(config, log),
            onRun: metrics.upstream.synced,
            coordinator,
          }),
        ]
      : []),
  ]);
}

/** What many processes share is in Redis, whose backups are its own. */
async function backUp({ config, log }: App, signal: AbortSignal): Promise<void> {
  if (config.redisUrl !== undefined) return;
  const { backUpCommunity } = await import("#jobs/back-up-community.ts");
  const { COMMUNITY_FILE } = await import("./data-files.ts");
  await backUpCommunity(join(config.dataDir, COMMUNITY_FILE), log, signal);
}

const resolverOf =
  ({ tries }: Config, catalog: Catalog, runtime: () => Runtime): Services["resolve"] =>
  (name) => {
    const { fleet } = runtime();
    return resolveModel(name, {
      catalog,
      installed: fleet.installed(),
      isLoaded: fleet.isLoaded,
      normalName: fleet.backend.normalName,
      aliases: tries.aliases,
      allowCloud: tries.allowCloud,
    });
  };

/** Says in the log what is wrong with the catalog. */
export function logProblems({ problems, log, config }: App): void {
  for (const problem of problems)
    log.warn({ file: problem.file, line: problem.line }, problemText(problem, textIn(config.locale)));
}
