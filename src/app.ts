import { help } from "#commands/help.ts";
import { model } from "#commands/model.ts";
import { models } from "#commands/models.ts";
import type { Problem } from "#src/catalog/entry-file.ts";
import { readCatalog } from "#src/catalog/load.ts";
import { type Catalog, openCatalog } from "#src/catalog/search.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { textIn } from "#src/chat/locale.ts";
import { createRouter, type Router } from "#src/chat/router.ts";
import type { Config } from "#src/config.ts";
import { createLog, type Log } from "#src/log.ts";

/** The order in which `/help` and Discord list them. */
export const COMMANDS = [models, model, help];

/** Everything that surfaces need, put together once. */
export type App = { config: Config; log: Log; catalog: Catalog; problems: Problem[]; router: Router };

/** Builds the app. Throws CatalogUnusable where there is nothing to answer from. */
export async function createApp(config: Config): Promise<App> {
  const log = createLog(config);
  const { entries, problems } = await readCatalog(config.catalogDir);
  return { config, log, catalog: openCatalog(entries), problems, router: createRouter(COMMANDS, log) };
}

/** Says in the log what is wrong with the catalog. */
export function logProblems({ problems, log, config }: App): void {
  for (const problem of problems)
    log.warn({ file: problem.file, line: problem.line }, problemText(problem, textIn(config.locale)));
}
