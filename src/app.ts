import { join } from "node:path";
import { forget } from "#commands/forget.ts";
import { help } from "#commands/help.ts";
import { model } from "#commands/model.ts";
import { models } from "#commands/models.ts";
import { ollama } from "#commands/ollama.ts";
import { status } from "#commands/status.ts";
import { try_ } from "#commands/try.ts";
import { updates } from "#commands/updates.ts";
import type { Problem } from "#src/catalog/entry-file.ts";
import type { CatalogHolder, CatalogOrigin } from "#src/catalog/in-use.ts";
import { type CatalogRead, readCatalog } from "#src/catalog/load.ts";
import { type Catalog, openCatalog } from "#src/catalog/search.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { textIn } from "#src/chat/locale.ts";
import { createRouter, type Router } from "#src/chat/router.ts";
import type { Services } from "#src/chat/services.ts";
import type { Config } from "#src/config.ts";
import { createLog, type Log } from "#src/log.ts";
import { createFleet, type Fleet } from "#src/ollama/fleet.ts";
import { createPulls } from "#src/ollama/pulls.ts";
import { readLastRun } from "#src/sync/last-run.ts";
import { readStoredCatalog } from "#src/sync/stored-catalog.ts";
import { createOutputs, type Outputs } from "#src/tries/outputs.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { resolveModel } from "#src/tries/resolve.ts";
import { openStore } from "#src/tries/store.ts";
import { createTries, type Tries } from "#src/tries/tries.ts";

/** The order in which `/help` and Discord list them. */
export const COMMANDS = [models, model, updates, try_, status, ollama, forget, help];

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
};

/**
 * Builds the app; nothing runs yet. Throws CatalogUnusable where there is nothing to answer from. A short-lived
 * program keeps no conversations on the disk, and answers from the folder alone.
 */
export async function createApp(config: Config, { keep }: { keep: boolean } = { keep: false }): Promise<App> {
  const log = createLog(config);
  const { entries, problems, origin } = await catalogToStartWith(config, log, keep);
  const catalog: CatalogHolder = { current: { catalog: openCatalog(entries), origin, refused: undefined } };
  const fleet = createFleet({
    urls: config.tries.hosts,
    slots: config.tries.hostSlots,
    allowCloud: config.tries.allowCloud,
    log,
  });
  const outputs = createOutputs();
  const pulls = createPulls({ fleet, log });
  const tries = triesOf(config, fleet, outputs, log, keep);
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
    tries,
  };
  return { config, log, catalog, problems, router: createRouter(COMMANDS, log), services, outputs };
}

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
export async function runJobs({ config, catalog, services, log }: App, signal: AbortSignal): Promise<void> {
  const source = config.github.catalog;
  if (source === undefined) return;
  const { refreshCatalog } = await import("#jobs/refresh-catalog.ts");
  const { syncCatalog } = await import("#jobs/sync-catalog.ts");
  await Promise.all([
    refreshCatalog({ config, source, holder: catalog, now: services.now, log }, signal),
    // Without an identity there is nobody to open pull requests as.
    ...(config.github.identity ? [syncCatalog(config, log, signal)] : []),
  ]);
}

function triesOf(config: Config, fleet: Fleet, outputs: Outputs, log: Log, keep: boolean): Tries {
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
    open: outputs.open,
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
      aliases: tries.aliases,
      allowCloud: tries.allowCloud,
    });

/** Says in the log what is wrong with the catalog. */
export function logProblems({ problems, log, config }: App): void {
  for (const problem of problems)
    log.warn({ file: problem.file, line: problem.line }, problemText(problem, textIn(config.locale)));
}
