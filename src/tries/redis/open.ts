import type { Claim } from "#src/base/claims.ts";
import type { Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import { ignoreAway } from "#src/tries/queue.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { type Link, type OnConnected, openLink } from "./link.ts";
import { createRedisQueue } from "./queue.ts";
import { createRedisRecords } from "./records.ts";
import { PREFIX } from "./scripts.ts";

const HOUR_MS = 3_600_000;
/** As long as a surface may send the same once more. */
const CLAIM_MS = 15 * 60_000;

/** The parts of every process that shares tries. Connects in the background. */
export function openParts(url: string, { keepHours }: Pick<TrySettings, "keepHours">, log: Log, onRedis: OnConnected) {
  const link = openLink(url, log, onRedis);
  const queue = createRedisQueue(link, log);
  return {
    link,
    queue,
    records: createRedisRecords(link, { keepMs: keepHours * HOUR_MS }),
    heartbeats: createHeartbeats(link),
    claim: createClaim(link),
    coordinator: createCoordinator(link),
    close: async (): Promise<void> => {
      await queue.close();
      link.close();
    },
  };
}

export type Parts = ReturnType<typeof openParts>;

/** True for the first process that says it serves what came under this id. */
const createClaim =
  ({ commands, ask }: Link): Claim =>
  (id) =>
    ask(async () => (await commands.set(`${PREFIX}claim:${id}`, "", "PX", CLAIM_MS, "NX")) !== null);

/** Lets one process of all run. Where Redis is away nobody does. */
const createCoordinator = ({ commands, ask }: Link): RunCoordinator => ({
  shouldRun: (run, ms) =>
    ask(async () => (await commands.set(`${PREFIX}turn:${run}`, "taken", "PX", ms, "NX")) !== null).catch(
      (error: unknown) => ignoreAway(error) ?? false,
    ),
});
