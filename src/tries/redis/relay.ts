import { createLive } from "#src/base/live.ts";
import type { Output } from "#src/tries/outputs.ts";
import type { Progress, Try } from "#src/tries/try.ts";
import type { Ledger } from "./ledger.ts";

/** Pause between two states being sent. */
const GAP_MS = 80;
/** How long nobody may listen before the try is stopped: a connection may be lost for a moment. */
const UNHEARD_MS = 5000;

/** Channel of a process that shows tries itself. */
export const progressChannel = (holder: string): string => `progress:${holder}`;

/** Sends progress to the process that has the surface (a terminal, a page). Its last word is read from the try itself. */
export function createRelay(ledger: Ledger): (attempt: Try, holder: string) => Output {
  return (attempt, holder) => {
    const gone = new AbortController();
    let newest: Progress | undefined;
    let unheardSince: number | undefined;
    const live = createLive({
      show: async () => {
        const heard = await ledger.publish(
          progressChannel(holder),
          JSON.stringify({ id: attempt.id, progress: newest }),
        );
        if (heard > 0) unheardSince = undefined;
        else unheardSince ??= performance.now();
        if (unheardSince !== undefined && performance.now() - unheardSince > UNHEARD_MS) gone.abort();
      },
      gapMs: GAP_MS,
      again: () => false,
    });
    return {
      gone: gone.signal,
      update: (progress) => {
        newest = progress;
        live.update(() => ({ components: [] }));
      },
      finish: () => live.close(),
    };
  };
}
