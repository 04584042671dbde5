import type { OpenOutput } from "./outputs.ts";
import type { TryQueue } from "./queue.ts";
import type { TryRecords } from "./records.ts";
import { type Progress, type Try, withRuns } from "./try.ts";

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

/**
 * Shows how a try ended: here, or in the process that asked. False where that is left to somebody else: to the process that
 * asked, or to one that can reach the place.
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
  const heard = await records.tell(attempt.holder, { kind: "ended", id: attempt.id, progress: told, shown });
  // What only a process that has gone could show is shown by nobody any more.
  const isOver = shown || (!heard && attempt.delivery.reach.by === "process");
  if (isOver) await records.shown(attempt);
  return isOver;
}
