import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import { backUp } from "#src/community/backup.ts";

const LOOK_MS = 3_600_000;

/** Makes a backup of the community store once a day, until the signal is raised. Where that fails the log says so. */
export async function backUpCommunity(path: string, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const name = await backUp(path, new Date(), signal);
      if (name !== undefined) log.info({ file: name }, "a backup of the community store was made");
    } catch (error) {
      if (!signal.aborted)
        log.warn(
          { reason: error instanceof Error ? error.message : String(error) },
          "there is no new backup of the community store",
        );
    }
    await wait(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}
