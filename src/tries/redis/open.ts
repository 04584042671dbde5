import type { Claim } from "#src/base/claims.ts";
import type { Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import { ignoreAway } from "#src/base/store-away.ts";
import { openRedisCommunity } from "#src/community/redis.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { type OnConnected, openLink } from "./link.ts";
import { createRedisQueue } from "./queue.ts";
import { createRedisRecords } from "./records.ts";
import { PREFIX } from "./scripts.ts";

const HOUR_MS = 3_600_000;
/** As long as a surface may send the same once more. */
const CLAIM_MS = 15 * 60_000;
/** Without the version of tries: what people have decided outlives it. */
const COMMUNITY_PREFIX = "mulu:community:";

/** The parts of every process that shares tries. Connects in the background. */
export function openParts(url: string, { keepHours }: Pick<TrySettings, "keepHours">, log: Log, onRedis: OnConnected) {
  const link = openLink(url, log, onRedis);
  const queue = createRedisQueue(link, log);
  /** True for the first process that asks within so many ms. */
  const isFirst = (name: string, ms: number): Promise<boolean> =>
    link.ask(async () => (await link.commands.set(`${PREFIX}${name}`, "", "PX", ms, "NX")) !== null);
  const claim: Claim = (id) => isFirst(`claim:${id}`, CLAIM_MS);
  // Where Redis is away nobody runs it.
  const coordinator: RunCoordinator = {
    shouldRun: async (run, ms) => (await isFirst(`turn:${run}`, ms).catch(ignoreAway)) ?? false,
  };
  return {
    link,
    queue,
    records: createRedisRecords(link, { keepMs: keepHours * HOUR_MS }),
    heartbeats: createHeartbeats(link),
    community: openRedisCommunity({ commands: link.commands, ask: link.ask, prefix: COMMUNITY_PREFIX }),
    claim,
    coordinator,
    close: async (): Promise<void> => {
      await queue.close();
      link.close();
    },
  };
}

export type Parts = ReturnType<typeof openParts>;
