import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import { isAway } from "./link.ts";

/** Does something again and again until the signal is raised; that Redis is away is no fault of it. */
export async function every(ms: number, act: () => Promise<void>, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await act().catch((error: unknown) => {
      if (!isAway(error)) log.error({ err: error }, "a task over Redis failed");
    });
    await wait(ms, undefined, { signal }).catch(() => {});
  }
}
