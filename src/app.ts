import { join } from "node:path";
import { forget } from "#commands/forget.ts";
import { help } from "#commands/help.ts";
import { model } from "#commands/model.ts";
import { models } from "#commands/models.ts";
import { ollama } from "#commands/ollama.ts";
import { status } from "#commands/status.ts";
import { try_ } from "#commands/try.ts";
import type { Problem } from "#src/catalog/entry-file.ts";
import { readCatalog } from "#src/catalog/load.ts";
import { type Catalog, openCatalog } from "#src/catalog/search.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { textIn } from "#src/chat/locale.ts";
import { createRouter, type Router } from "#src/chat/router.ts";
import type { Services } from "#src/chat/services.ts";
import type { Config } from "#src/config.ts";
import { createLog, type Log } from "#src/log.ts";
import { createFleet, type Fleet } from "#src/ollama/fleet.ts";
import { createPulls } from "#src/ollama/pulls.ts";
import { createOutputs, type Outputs } from "#src/tries/outputs.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { resolveModel } from "#src/tries/resolve.ts";
import { openStore } from "#src/tries/store.ts";
import { createTries, type Tries } from "#src/tries/tries.ts";

/** The order in which `/help` and Discord list them. */
export const COMMANDS = [models, model, try_, status, ollama, forget, help];

/** Everything that surfaces need, put together once. */
export type App = {
  config: Config;
  log: Log;
  problems: Problem[];
  router: Router;
  services: Services;
  /** Where surfaces say how they show a try. */
  outputs: Outputs;
};

/**
 * Builds the app; nothing runs yet. Throws CatalogUnusable where there is nothing to answer from. A short-lived
 * program keeps no conversations on the disk.
 */
export async function createApp(config: Config, { keep }: { keep: boolean } = { keep: false }): Promise<App> {
  const log = createLog(config);
  const { entries, problems } = await readCatalog(config.catalogDir);
  const catalog = openCatalog(entries);
  const fleet = createFleet({
    urls: config.tries.hosts,
    slots: config.tries.hostSlots,
    allowCloud: config.tries.allowCloud,
    log,
  });
  const outputs = createOutputs();
  const services: Services = {
    catalog,
    locale: config.locale,
    fleet,
    pulls: createPulls({ fleet, log }),
    tries: triesOf(config, fleet, outputs, log, keep),
    resolve: resolverOf(config, catalog, fleet),
  };
  return { config, log, problems, router: createRouter(COMMANDS, log), services, outputs };
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
