import { hostname } from "node:os";
import { createBackend } from "#src/backend.ts";
import { createStop, rejecting } from "#src/base/lifecycle.ts";
import { textIn } from "#src/base/locale.ts";
import { createLog, type Log } from "#src/base/log.ts";
import { createUpstream, logProxies } from "#src/base/upstream.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { openCatalog } from "#src/catalog/search/search.ts";
import type { Config } from "#src/config.ts";
import { createConnection, createWorkerReadiness } from "#src/metrics/readiness.ts";
import { createRunMetrics } from "#src/metrics/run-metrics.ts";
import { commonFamilies, hostFamilies } from "#src/metrics/state.ts";
import { isOffered } from "#src/tries/access.ts";
import { createOutputs } from "#src/tries/outputs.ts";
import { workerName } from "#src/tries/redis/worker-name.ts";
import type { HealthSource } from "#src/web/health/routes.ts";
import { CannotListen } from "#src/web/http/cannot-listen.ts";
import { logOrigin } from "./log-origin.ts";
import type { SettingsOrigin } from "./read-settings.ts";
import { type Streams, WRONG_SETTING } from "./run.ts";

/** What has not ended this long after the worker was told to stop is left behind; another worker takes it up. */
const STOP_MS = 9000;

/**
 * `npm run worker`: runs the tries that others have queued, on the Ollama hosts of this machine, until told to stop. Gives
 * the exit code.
 */
export async function runWorkerCommand(config: Config, origin: SettingsOrigin, { stderr }: Streams): Promise<number> {
  const text = textIn(config.locale);
  const { redisUrl } = config;
  if (redisUrl === undefined) {
    stderr.write(`${text("worker.needsRedis")}\n`);
    return WRONG_SETTING;
  }
  try {
    const log = createLog(config);
    logOrigin(origin, log);
    await work(config, redisUrl, log);
    return 0;
  } catch (error) {
    if (!(error instanceof CannotListen)) throw error;
    stderr.write(`${text(`worker.cannotListen.${error.reason}`, error.address)}\n`);
    return error.lasting ? WRONG_SETTING : 1;
  }
}

/** Runs tries until the process is told to stop. Throws CannotListen, and RedisUnusable. */
async function work(config: Config, redisUrl: string, log: Log): Promise<void> {
  const { registerDiscord } = await import("#src/discord/try-outputs.ts");
  const { openParts } = await import("#src/tries/redis/open.ts");
  const { createWorker } = await import("#src/tries/redis/worker.ts");
  const stop = createStop(STOP_MS);

  const { tries, discordApiUrl, proxies } = config;
  const name = workerName(hostname());
  const catalog = openCatalog(await readCatalog(config.catalogDir));
  const { runs: events, responded, families } = createRunMetrics();
  const redis = createConnection(true);
  const outputs = createOutputs();
  const upstream = createUpstream("Discord", discordApiUrl, proxies, log);
  logProxies([upstream], log);
  registerDiscord(outputs, { upstream, entryOf: (id) => catalog.entry(id), responded, log });
  const parts = openParts(redisUrl, tries, log, redis.set);
  const backend = createBackend(log);
  const { fleet, run: runWorker } = createWorker({
    parts,
    fleet: {
      backend,
      hosts: tries.hosts,
      slots: tries.hostSlots,
      allowCloud: tries.allowCloud,
      contextTokens: tries.contextTokens,
      log,
    },
    maxTokens: tries.maxTokens,
    isOffered: (model) => isOffered(tries.access, model, backend.normalName),
    name,
    open: outputs.open,
    events,
    log,
  });
  const { report, stopping } = createWorkerReadiness({ redis, pause: upstream.backOff.pause, fleet });
  stop.signal.addEventListener("abort", stopping);
  const watched: HealthSource = {
    report,
    families: async () => [
      ...families(),
      ...commonFamilies(report()),
      // By the names that bots give them.
      ...hostFamilies(fleet.hosts.map((host) => ({ ...host, label: `${name} ${host.label}` }))),
    ],
  };
  // Whoever watches is to see how the last runs end.
  const ended = new AbortController();
  const serving = await serve(watched, config, log, ended.signal);
  try {
    // Needed by the first try, which should not wait for them.
    await Promise.all([fleet.ready(), import("#src/chat/try/view.ts")]);
    await Promise.race([runWorker(stop.signal), rejecting(parts.link.refused)]);
  } finally {
    stop.abort();
    ended.abort();
    await Promise.all([serving.ended, parts.close()]);
  }
  log.info("stopped");
}

/** Begins to serve health, where a port is set for it. */
async function serve(
  watched: HealthSource,
  { http: { host }, workerPort: port }: Config,
  log: Log,
  signal: AbortSignal,
): Promise<{ ended: Promise<void> }> {
  if (port === undefined) return { ended: Promise.resolve() };
  const { serveHealth } = await import("#src/web/health/server.ts");
  const serving = await serveHealth(watched, { host, port }, log, signal);
  log.info({ url: serving.url }, "health and metrics are there");
  return serving;
}
