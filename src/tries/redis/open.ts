import { randomUUID } from "node:crypto";
import type { Log } from "#src/base/log.ts";
import type { Turns } from "#src/base/schedule.ts";
import type { Config } from "#src/config.ts";
import type { Fleet } from "#src/inference/fleet.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import type { Tries } from "#src/tries/tries.ts";
import { createFleetView } from "./fleet-view.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { createLedger } from "./ledger.ts";
import { isAway, type Link, type OnConnected, openLink } from "./link.ts";
import { createQueues } from "./queues.ts";
import { PREFIX } from "./scripts.ts";
import { createSharedTries, type SharedTriesOptions } from "./shared-tries.ts";

const HOUR_MS = 3_600_000;

/** What every process that shares tries has. Connects in the background. */
export function openParts(url: string, { tries }: Pick<Config, "tries">, log: Log, onRedis: OnConnected) {
  const link = openLink(url, log, onRedis);
  const queues = createQueues(link, log);
  return {
    link,
    queues,
    ledger: createLedger(link.commands, tries.keepHours * HOUR_MS),
    heartbeats: createHeartbeats(link.commands),
    close: async (): Promise<void> => {
      await queues.close();
      link.close();
    },
  };
}

export type Shared = { tries: Tries; fleet: Fleet; turns: Turns; close: () => Promise<void> };

/** One process of all takes each turn. Where Redis is away nobody does. */
const createTurns = ({ commands }: Link): Turns => ({
  shouldRun: async (turn, ms) => {
    try {
      return (await commands.set(`${PREFIX}turn:${turn}`, "taken", "PX", ms, "NX")) !== null;
    } catch (error) {
      if (isAway(error)) return false;
      throw error;
    }
  },
});

/** Tries through Redis, as a process that takes commands has them: workers elsewhere run them. */
export function openShared(
  url: string,
  config: Pick<Config, "tries">,
  { open, count, onRedis, log }: Pick<SharedTriesOptions, "open" | "count" | "log"> & { onRedis: OnConnected },
): Shared {
  const parts = openParts(url, config, log, onRedis);
  const { link, heartbeats } = parts;
  const { perPersonHour, perGuildHour, access, queueMax, promptMax, allowCloud } = config.tries;
  const quotas = createQuotas({ perPerson: perPersonHour, perGuild: perGuildHour }, link.commands);
  const limits = { access, queueMax, promptMax };
  const shared = createSharedTries({ ...parts, ...limits, quotas, holder: randomUUID(), open, count, log });
  return {
    turns: createTurns(link),
    close: async () => {
      await shared.close();
      await parts.close();
    },
    fleet: createFleetView({ link, heartbeats, allowCloud }),
    tries: shared.tries,
  };
}
