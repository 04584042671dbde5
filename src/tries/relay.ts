import { createLive } from "#src/base/live.ts";
import type { Output } from "./outputs.ts";
import type { TryRecords } from "./records.ts";
import type { Progress, Try } from "./try.ts";

/** Pause between two states being sent, in ms. */
const GAP_MS = 80;
/** How long nobody may listen before the try is stopped: a connection may be lost for a moment. */
const UNHEARD_MS = 5000;

/**
 * Sends progress to the process that asked, which shows it. Its last word goes by way of `showEnd`: where others can show
 * that, the answer goes on without whoever asked.
 */
export function openRelay({ id, holder, delivery }: Try, { tell }: Pick<TryRecords, "tell">): Output {
  const gone = new AbortController();
  let unheardSince: number | undefined;
  const show = async (progress: Progress): Promise<void> => {
    const heard = await tell(holder, { kind: "progress", id, progress, shown: false });
    if (heard || delivery.reach.by !== "process") unheardSince = undefined;
    else unheardSince ??= performance.now();
    if (unheardSince !== undefined && performance.now() - unheardSince > UNHEARD_MS) gone.abort();
  };
  const live = createLive({ show, gapMs: GAP_MS, again: () => false });
  return {
    gone: gone.signal,
    update: (progress) => live.update(() => progress),
    finish: () => live.close(),
    leave: () => live.close(),
  };
}
