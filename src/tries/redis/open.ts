import { randomUUID } from "node:crypto";
import type { Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import type { Backend } from "#src/inference/backend.ts";
import type { Fleet } from "#src/inference/fleet.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import type { Tries } from "#src/tries/tries.ts";
import { createFleetView } from "./fleet-view.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { createLedger } from "./ledger.ts";
import { isAway, type Link, type OnConnected, openLink } from "./link.ts";
import { createQueues } from "./queues.ts";
import { PREFIX } from "./scripts.ts";
import { createSharedTries, type SharedTriesOptions } from "./shared-tries.ts";

const HOUR_MS = 3_600_000;

/** The parts of every process that shares tries. Connects in the background. */
export function openParts(url: string, { keepHours }: Pick<TrySettings, "keepHours">, log: Log, onRedis: OnConnected) {
  const link = openLink(url, log, onRedis);
  const queues = createQueues(link, log);
  return {
    link,
    queues,
    ledger: createLedger(link.commands, keepHours * HOUR_MS),
    heartbeats: createHeartbeats(link.commands),
    close: async (): Promise<void> => {
      await queues.close();
      link.close();
    },
  };
}

export type Shared = { tries: Tries; fleet: Fleet; coordinator: RunCoordinator; close: () => Promise<void> };

/** Lets one process of all run. Where Redis is away nobody does. */
const createCoordinator = ({ commands }: Link): RunCoordinator => ({
  shouldRun: async (run, ms) => {
    try {
      return (await commands.set(`${PREFIX}turn:${run}`, "taken", "PX", ms, "NX")) !== null;
    } catch (error) {
      if (isAway(error)) return false;
      throw error;
    }
  },
});

/** Tries through Redis, as a process that takes commands has them: workers elsewhere run them. */
export function openShared(
  url: string,
  settings: TrySettings,
  {
    backend,
    open,
    count,
    onRedis,
    log,
  }: Pick<SharedTriesOptions, "open" | "count" | "log"> & { backend: Backend; onRedis: OnConnected },
): Shared {
  const parts = openParts(url, settings, log, onRedis);
  const { link, heartbeats } = parts;
  const { perPersonHour, perGuildHour, access, queueMax, promptMax, allowCloud } = settings;
  const quotas = createQuotas({ perPerson: perPersonHour, perGuild: perGuildHour }, link.commands);
  const limits = { access, queueMax, promptMax, normalName: backend.normalName };
  const shared = createSharedTries({ ...parts, ...limits, quotas, holder: randomUUID(), open, count, log });
  return {
    coordinator: createCoordinator(link),
    close: async () => {
      await shared.close();
      await parts.close();
    },
    fleet: createFleetView({ backend, link, heartbeats, allowCloud }),
    tries: shared.tries,
  };
}
