import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import { logUnlessAway } from "./queue.ts";

/** Does something again and again until the signal is raised; that the store is away is no fault of it. */
export async function every(ms: number, act: () => Promise<void>, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await act().catch(logUnlessAway(log, "a periodic task failed"));
    await wait(ms, undefined, { signal }).catch(() => {});
  }
}
