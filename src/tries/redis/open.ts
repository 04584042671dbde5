import { withDeadline } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import { StoreAway } from "#src/tries/queue.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { type Link, type OnConnected, openLink } from "./link.ts";
import { createRedisQueue } from "./queue.ts";
import { createRedisRecords } from "./records.ts";
import { PREFIX } from "./scripts.ts";

const HOUR_MS = 3_600_000;
/** As long as a surface may send the same once more. */
const CLAIM_MS = 15 * 60_000;
/** An answer that takes longer helps nobody any more: what was asked must be served within seconds. */
const CLAIM_PATIENCE_MS = 400;

/** The parts of every process that shares tries. Connects in the background. */
export function openParts(url: string, { keepHours }: Pick<TrySettings, "keepHours">, log: Log, onRedis: OnConnected) {
  const link = openLink(url, log, onRedis);
  const queue = createRedisQueue(link, log);
  return {
    link,
    queue,
    records: createRedisRecords(link, { keepMs: keepHours * HOUR_MS, log }),
    heartbeats: createHeartbeats(link),
    claim: createClaim(link),
    coordinator: createCoordinator(link),
    close: async (): Promise<void> => {
      await queue.close();
      link.close();
    },
  };
}

/** True for the first process that says it serves what came under this id; also where nobody can be asked in time. */
const createClaim =
  ({ commands, ask }: Link) =>
  async (id: string): Promise<boolean> => {
    let isFirst = true;
    const asking = ask(async () => {
      isFirst = (await commands.set(`${PREFIX}claim:${id}`, "", "PX", CLAIM_MS, "NX")) !== null;
    });
    await withDeadline(CLAIM_PATIENCE_MS, asking.catch(ifAway));
    return isFirst;
  };

/** Lets one process of all run. Where Redis is away nobody does. */
const createCoordinator = ({ commands, ask }: Link): RunCoordinator => ({
  shouldRun: (run, ms) =>
    ask(async () => (await commands.set(`${PREFIX}turn:${run}`, "taken", "PX", ms, "NX")) !== null).catch((error) => {
      ifAway(error);
      return false;
    }),
});

function ifAway(error: unknown): void {
  if (!(error instanceof StoreAway)) throw error;
}
