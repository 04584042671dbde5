import { type Claims, createClaims } from "#src/base/claims.ts";
import type { Locale } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import type { StoreHealth } from "#src/base/store-health.ts";
import type { Upstream } from "#src/base/upstream.ts";
import type { CatalogHolder } from "#src/catalog/holder.ts";
import { createPictures } from "#src/chart/pictures.ts";
import type { Services } from "#src/chat/services.ts";
import { type Community, createCommunity } from "#src/community/community.ts";
import { openCountsFile } from "#src/community/counts-file.ts";
import { openCommunityFile } from "#src/community/sqlite.ts";
import { createFleet, type Fleet } from "#src/inference/fleet.ts";
import { createPulls } from "#src/inference/pulls.ts";
import { countRefusals } from "#src/metrics/counted.ts";
import { createMetrics, type Metrics } from "#src/metrics/metrics.ts";
import { createConnection, createReadiness, type Readiness } from "#src/metrics/readiness.ts";
import { createEmbeddedTries } from "#src/tries/local/embedded.ts";
import type { Outputs } from "#src/tries/outputs.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import type { Tries } from "#src/tries/tries.ts";
import { createBackend } from "./backend.ts";
import { openDataDir, openDataFiles } from "./data-files.ts";

/**
 * What a program needs that runs tries, draws, and is watched: hosts, tries, pictures, metrics. An answer from the
 * catalog needs none of it, so it is loaded apart.
 */
export type Runtime = Pick<Services, "tries" | "fleet" | "pulls" | "pictures" | "community"> & {
  metrics: Metrics;
  readiness: Readiness;
  /** Decides which process runs a job, where others share it. */
  coordinator: RunCoordinator | undefined;
  /** Which process serves what came under an id (an interaction that is delivered twice). */
  claims: Claims;
  /** Resolves where what is shared can never be used. */
  refused: Promise<Error>;
  /** Lets go of what is shared with other processes. */
  close: () => Promise<void>;
};

export type RuntimeOptions = {
  tries: TrySettings;
  /** Whether a bot is configured. */
  discord: boolean;
  upstreams: { discord: Upstream };
  catalog: CatalogHolder;
  outputs: Outputs;
  now: () => number;
  log: Log;
  /** Where conversations are kept; absent: they end with the process. */
  dataDir: string | undefined;
  /** The language for what is wrong with that folder. */
  locale: Locale;
};

/** The tries and hosts of this process. Throws DataDirTaken where another process keeps its tries in the same folder. */
export function createLocalRuntime(options: RuntimeOptions): Runtime {
  const { tries, outputs, dataDir, locale, log } = options;
  const files = openDataFiles(dataDir, locale, log);
  const metrics = createMetrics();
  const fleet = createFleet({
    backend: createBackend(log),
    hosts: tries.hosts,
    slots: tries.hostSlots,
    allowCloud: tries.allowCloud,
    contextTokens: tries.contextTokens,
    log,
  });
  const { path, health } = files.community;
  const onMissing = (backup: string): void =>
    log.warn({ backup }, "community.db is missing or empty: what administrators have decided is in its newest backup");
  const store = openCommunityFile({ path, onFault: health.fails, onWell: health.well, onMissing });
  const community = createCommunity(store, log, { isKept: dataDir !== undefined, counts: openCountsFile(files.usage) });
  const shown = { outputs, events: metrics.tries };
  const local = createEmbeddedTries({ ...files.cache, fleet, community, settings: tries, ...shown, log });
  const stores = dataDir === undefined ? [] : [files.cache.health, health, files.usage.health];
  return {
    ...watched(options, { metrics, fleet, tries: local, community, redis: createConnection(false), stores }),
    coordinator: undefined,
    claims: createClaims(log),
    refused: new Promise(() => {}),
    close: async () => {
      await local.close();
      await community.close();
      files.release();
    },
  };
}

/** The tries and hosts of all processes together; what only Redis needs is loaded only here. */
export async function openSharedRuntime(redisUrl: string, options: RuntimeOptions): Promise<Runtime> {
  const { outputs, catalog, dataDir, locale, log } = options;
  if (dataDir !== undefined) openDataDir(dataDir, locale, log);
  const metrics = createMetrics();
  const redis = createConnection(true);
  const { registerDiscord } = await import("#src/discord/try-outputs.ts");
  // Also without a bot of its own a process shows the ends that the tokens of others can show.
  if (!options.discord)
    registerDiscord(outputs, {
      upstream: options.upstreams.discord,
      entryOf: (id) => catalog.current.catalog.entry(id),
      responded: metrics.discord.responded,
      log,
    });
  const { openShared } = await import("#src/tries/redis/shared-tries.ts");
  const { fleet, tries, community, claim, ...shared } = openShared(redisUrl, options.tries, {
    backend: createBackend(log),
    open: outputs.open,
    events: metrics.tries,
    onRedis: redis.set,
    log,
  });
  return {
    ...watched(options, { metrics, fleet, tries, community, redis, stores: [] }),
    ...shared,
    claims: createClaims(log, claim),
  };
}

type Parts = {
  metrics: Metrics;
  fleet: Fleet;
  tries: Tries;
  community: Community;
  redis: ReturnType<typeof createConnection>;
  stores: StoreHealth[];
};

function watched(
  { discord, upstreams, catalog, now, log }: RuntimeOptions,
  { metrics, fleet, tries, community, redis, stores }: Parts,
): Omit<Runtime, "coordinator" | "claims" | "refused" | "close"> {
  const services = {
    fleet,
    now,
    get catalogInUse() {
      return catalog.current;
    },
  };
  return {
    fleet,
    community,
    metrics,
    tries: countRefusals(tries, metrics.tries),
    pulls: createPulls({ fleet, log }),
    pictures: createPictures({ log }),
    readiness: createReadiness({ discord, pause: upstreams.discord.backOff.pause, redis, stores, services }),
  };
}
