import { hostname } from "node:os";
import { readCatalog } from "#src/catalog/load.ts";
import { openCatalog } from "#src/catalog/search.ts";
import { textIn } from "#src/chat/locale.ts";
import { createLog } from "#src/log.ts";
import { createFleet } from "#src/ollama/fleet.ts";
import { run } from "./run.ts";

/** What has not ended this long after the worker was told to stop is left behind; another worker takes it up. */
const STOP_MS = 9000;

/** `npm run worker`: runs the tries that others have queued, on the Ollama hosts of this machine, until told to stop. */
await run(async (config) => {
  const log = createLog(config);
  const { redisUrl, tries } = config;
  if (redisUrl === undefined) {
    process.stderr.write(`${textIn(config.locale)("worker.needsRedis")}\n`);
    return 1;
  }
  const { createDiscordOpener } = await import("#src/discord/try-outputs.ts");
  const { openParts } = await import("#src/tries/shared/open.ts");
  const { runWorker } = await import("#src/tries/shared/worker.ts");
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  stop.signal.addEventListener("abort", () => setTimeout(() => process.exit(), STOP_MS).unref());

  const catalog = openCatalog((await readCatalog(config.catalogDir)).entries);
  const fleet = createFleet({ urls: tries.hosts, slots: tries.hostSlots, allowCloud: tries.allowCloud, log });
  const open = createDiscordOpener({ apiUrl: config.discordApiUrl, entryOf: (id) => catalog.entry(id), log });
  const parts = openParts(redisUrl, config, log);
  // Needed by the first try, which should not wait for them.
  await Promise.all([fleet.ready(), import("#src/chat/try-view.ts")]);
  const worker = runWorker({ ...parts, fleet, maxTokens: tries.maxTokens, name: hostname(), open, log }, stop.signal);
  await Promise.all([worker, fleet.run(stop.signal)]);
  await parts.close();
  log.info("stopped");
  return 0;
});
// Connections that the libraries have not let go of must not hold the process.
process.exit();
