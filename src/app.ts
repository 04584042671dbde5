import { join } from "node:path";
import { compare } from "#commands/compare.ts";
import { fit } from "#commands/fit.ts";
import { forget } from "#commands/forget.ts";
import { help } from "#commands/help.ts";
import { model } from "#commands/model.ts";
import { models } from "#commands/models.ts";
import { ollama } from "#commands/ollama.ts";
import { status } from "#commands/status.ts";
import { try_ } from "#commands/try.ts";
import { updates } from "#commands/updates.ts";
import { textIn } from "#src/base/locale.ts";
import { createLog, type Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import { type CatalogRead, readCatalog } from "#src/catalog/entry/load.ts";
import type { Problem } from "#src/catalog/entry/parse.ts";
import type { CatalogHolder, CatalogOrigin } from "#src/catalog/holder.ts";
import { type Catalog, openCatalog } from "#src/catalog/search/search.ts";
import { createPictures } from "#src/chart/pictures.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { createRouter, type Router } from "#src/chat/router.ts";
import type { Services } from "#src/chat/services.ts";
import type { Config } from "#src/config.ts";
import { createFleet, type Fleet } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { createPulls } from "#src/inference/pulls.ts";
import type { Surface } from "#src/metrics/command-metrics.ts";
import { countCommands, countRefusals, countTries } from "#src/metrics/counted.ts";
import { createMetrics, type Metrics } from "#src/metrics/metrics.ts";
import { createConnection, createReadiness, type Readiness } from "#src/metrics/readiness.ts";
import { readLastRun } from "#src/sync/last-run.ts";
import { readStoredCatalog } from "#src/sync/refresh/stored-catalog.ts";
import { createOutputs, type Outputs } from "#src/tries/outputs.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { resolveModel } from "#src/tries/resolve.ts";
import { openStore } from "#src/tries/store.ts";
import { createTries, type Tries } from "#src/tries/tries.ts";

/** The order in which `/help` and Discord list them. */
export const COMMANDS = [models, model, fit, compare, updates, try_, status, ollama, forget, help];

/** Everything that surfaces need, put together once. */
export type App = {
  config: Config;
  log: Log;
  /** The catalog in use; whoever has a newer one puts it here. */
  catalog: CatalogHolder;
  /** Of the catalog that the app started with. */
  problems: Problem[];
  router: Router;
  services: Services;
  /** Where surfaces say how they show a try. */
  outputs: Outputs;
  /** What is counted, and whether what is configured is there. */
  metrics: Metrics;
  readiness: Readiness;
  /** Decides which process runs a job, where others share it. */
  coordinator: RunCoordinator | undefined;
  /** Lets go of what is shared with other processes. */
  close: () => Promise<void>;
};

/**
 * Builds the app; nothing runs yet. Throws CatalogUnusable where there is nothing to answer from. A short-lived
 * program keeps no conversations on the disk, and answers from the folder alone.
 */
export async function createApp(
  config: Config,
  { keep = false, log = createLog(config) }: { keep?: boolean; log?: Log } = {},
): Promise<App> {
  const { entries, problems, origin } = await catalogToStartWith(config, log, keep);
  const catalog: CatalogHolder = { current: { catalog: openCatalog(entries), problems, origin, refused: undefined } };
  const outputs = createOutputs();
  const metrics = createMetrics();
  const redis = createConnection(config.redisUrl !== undefined);
  const parts = { catalog, outputs, metrics, onRedis: redis.set, log, keep };
  const { fleet, tries, coordinator, close } = await triesAndFleet(config, parts);
  const pulls = createPulls({ fleet, log });
  const services: Services = {
    get catalog() {
      return catalog.current.catalog;
    },
    get catalogInUse() {
      return catalog.current;
    },
    get resolve() {
      return resolverOf(config, catalog.current.catalog, fleet);
    },
    locale: config.locale,
    now: Date.now,
    lastSync: () => readLastRun(config.dataDir),
    fleet,
    pulls,
    pictures: createPictures({ log }),
    tries: countRefusals(tries, metrics.tries),
  };
  const readiness = createReadiness({ discord: config.discord !== undefined, redis, services });
  const router = createRouter(COMMANDS, log);
  return { config, log, catalog, problems, router, services, outputs, metrics, readiness, coordinator, close };
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
  const stored = keep && github.catalog ? await readStoredCatalog(dataDir, github.catalog, log) : undefined;
  return stored ?? { ...(await readCatalog(catalogDir)), origin: undefined };
}

/**
 * Runs the background jobs that the settings ask for, until the signal is raised. What they need is loaded here and not
 * at the start.
 */
export async function runJobs(
  { config, catalog, services, log, metrics, coordinator }: App,
  signal: AbortSignal,
): Promise<void> {
  const source = config.github.catalog;
  if (source === undefined) return;
  const { refreshCatalog } = await import("#jobs/refresh-catalog.ts");
  const { syncCatalog } = await import("#jobs/sync-catalog.ts");
  await Promise.all([
    refreshCatalog(
      { config, source, holder: catalog, now: services.now, log, onLook: metrics.upstream.looked },
      signal,
    ),
    // Without an identity there is nobody to open pull requests as.
    ...(config.github.identity
      ? [syncCatalog(config, log, signal, { onRun: metrics.upstream.synced, coordinator })]
      : []),
  ]);
}

type TryParts = {
  catalog: CatalogHolder;
  outputs: Outputs;
  metrics: Metrics;
  onRedis: (connected: boolean) => void;
  log: Log;
  keep: boolean;
};

/** In this process, or with `REDIS_URL` in all processes together; what only that needs is loaded only then. */
async function triesAndFleet(
  config: Config,
  { catalog, outputs, metrics, onRedis, log, keep }: TryParts,
): Promise<Pick<App, "coordinator" | "close"> & { tries: Tries; fleet: Fleet }> {
  const { redisUrl, tries, discordApiUrl: apiUrl } = config;
  const backend = createOllamaBackend();
  const count = (open: Outputs["open"]): Outputs["open"] => countTries(open, metrics.tries);
  if (redisUrl !== undefined) {
    const { createDiscordOpener } = await import("#src/discord/try-outputs.ts");
    const { openShared } = await import("#src/tries/redis/open.ts");
    const onDiscord = createDiscordOpener({
      apiUrl,
      entryOf: (id) => catalog.current.catalog.entry(id),
      responded: metrics.discord.responded,
      log,
    });
    return openShared(redisUrl, tries, {
      backend,
      open: (attempt, guard) =>
        attempt.delivery.kind === "discord" ? onDiscord(attempt, guard) : outputs.open(attempt),
      count,
      onRedis,
      log,
    });
  }
  const fleet = createFleet({ backend, urls: tries.hosts, slots: tries.hostSlots, allowCloud: tries.allowCloud, log });
  return {
    fleet,
    tries: triesOf(config, fleet, count(outputs.open), log, keep),
    coordinator: undefined,
    close: async () => {},
  };
}

function triesOf(config: Config, fleet: Fleet, open: Outputs["open"], log: Log, keep: boolean): Tries {
  const { tries } = config;
  return createTries({
    fleet,
    store: openStore(keep ? join(config.dataDir, "mulu.db") : ":memory:"),
    quotas: createQuotas({ perPerson: tries.perPersonHour, perGuild: tries.perGuildHour }),
    access: tries.access,
    queueMax: tries.queueMax,
    promptMax: tries.promptMax,
    maxTokens: tries.maxTokens,
    keepHours: tries.keepHours,
    open,
    log,
  });
}

const resolverOf =
  ({ tries }: Config, catalog: Catalog, fleet: Fleet): Services["resolve"] =>
  (name) =>
    resolveModel(name, {
      catalog,
      installed: fleet.installed(),
      isLoaded: fleet.isLoaded,
      normalName: fleet.backend.normalName,
      aliases: tries.aliases,
      allowCloud: tries.allowCloud,
    });

/** Says in the log what is wrong with the catalog. */
export function logProblems({ problems, log, config }: App): void {
  for (const problem of problems)
    log.warn({ file: problem.file, line: problem.line }, problemText(problem, textIn(config.locale)));
}
