import type { OpenOutput } from "./outputs.ts";
import type { TryQueue } from "./queue.ts";
import type { TryRecords } from "./records.ts";
import { type Progress, type Reach, type Try, withRuns } from "./try.ts";

export type LastWordParts = {
  queue: Pick<TryQueue, "leave" | "forget">;
  records: TryRecords;
  open: OpenOutput;
};

/** Ends a try that was removed from the queue, and shows that. False where somebody else has ended it. */
export async function endTry(attempt: Try, progress: Progress, parts: LastWordParts): Promise<boolean> {
  if ((await parts.records.end(attempt, progress)) === "ended") return false;
  await parts.queue.leave(attempt.id, attempt.person);
  if (await showEnd(attempt, progress, parts)) await parts.queue.forget(attempt.id);
  return true;
}

/** The name under which everybody who keeps hears of ends that nobody has shown yet. */
export const KEEPERS = "keepers";

/**
 * Shows how a try ended: here, or in the process that asked. False where that is left to somebody else: to the process that
 * asked, or, where that has gone, to one of those that can reach the place.
 */
export async function showEnd(
  attempt: Try,
  progress: Progress,
  { records, open }: Pick<LastWordParts, "records" | "open">,
): Promise<boolean> {
  const output = open(attempt);
  await output?.finish(progress);
  const shown = output !== undefined;
  const told = shown ? withRuns(progress, (run) => ({ ...run, text: "", thinking: "" })) : progress;
  const notice = { kind: "ended", id: attempt.id, progress: told, shown } as const;
  const heard = await records.tell(attempt.holder, notice);
  const isOver = shown || (!heard && !isReachable(attempt.delivery.reach));
  if (isOver) await records.shown(attempt);
  else if (!heard) await records.tell(KEEPERS, notice);
  return isOver;
}

/** Whether a process other than the one that asked can show something there (still). */
const isReachable = (how: Reach): boolean =>
  how.by === "channel" || (how.by === "token" && how.token !== "" && how.until > Date.now());
