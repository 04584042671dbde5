import { ignoreAway, StoreAway } from "#src/base/store-away.ts";
import { insistUntil } from "./insist.ts";
import { showEnd } from "./last-word.ts";
import type { Ticket, TryQueue } from "./queue.ts";
import type { TryRecords } from "./records.ts";
import type { Run, RunParts } from "./run.ts";
import { hasEnded, nextModel, type RunProgress, WAITING_RUN, withRuns } from "./try.ts";

type SettleParts = Pick<RunParts, "queue" | "records">;

/** How long the end of a try that no token limits is tried to be written. */
const PATIENCE_MS = 60_000;

/**
 * Ends a run: with its last word, with a place in the queue for what is left of it, or silently where it counts no more.
 * `signal`: the process stops.
 */
export async function settleRun(run: Run, parts: SettleParts, signal: AbortSignal): Promise<void> {
  if (run.lost) return run.output.leave();
  if (run.endedElsewhere) return showAgain(run, parts);
  if ((run.handBack && isBrokenOff(run)) || !hasEnded(run.progress)) return giveBack(run, parts);
  run.ended = true;
  await end(run, parts, signal);
}

async function end(run: Run, { queue, records }: SettleParts, signal: AbortSignal): Promise<void> {
  const { ticket, attempt, progress } = run;
  const { reach } = attempt.delivery;
  const until = reach.by === "token" ? reach.until : Date.now() + PATIENCE_MS;
  const insist = <T>(act: () => Promise<T>): Promise<T | undefined> => insistUntil(until, act, signal);
  const write = async (): Promise<"ok" | "ended"> => {
    const written = await records.end(attempt, progress);
    // Also where it had ended: that may be this very end, written before the store went away.
    await queue.leave(attempt.id, attempt.person);
    return written;
  };
  const written = await write().catch(ignoreAway);
  if (written === "ended") return showAgain(run, { queue, records });
  await recordSpeeds(run, records).catch(ignoreAway);
  // What the store cannot keep now is shown all the same.
  const isOver = await showRun(run, records);
  if (written === undefined) {
    await insist(write);
    if (isOver) await insist(() => records.shown(attempt));
  }
  await insist(() => finishTicket(ticket, isOver, queue));
}

/** A try has ended: nothing is left of it in the queue. `isOver`: that is shown, or nobody can show it. */
export async function finishTicket(ticket: Ticket, isOver: boolean, queue: TryQueue): Promise<void> {
  await queue.finish(ticket);
  // A process that reaches the place shows it.
  if (!isOver) await queue.postpone(ticket.id, 0);
}

async function showRun(run: Run, records: TryRecords): Promise<boolean> {
  if (!run.isHere) await run.output.leave();
  const open = run.isHere ? () => run.output : () => undefined;
  // It is shown; that this could not be noted is told when the end is written.
  return showEnd(run.attempt, run.progress, { records, open }).catch((error: unknown) => {
    if (error instanceof StoreAway) return run.isHere;
    throw error;
  });
}

async function recordSpeeds({ attempt, progress }: Run, records: TryRecords): Promise<void> {
  for (const [at, { phase, figures }] of progress.runs.entries()) {
    const target = attempt.targets[at];
    if (phase === "done" && figures && target) await records.recordSpeed(target.model, figures.tokensPerSecond);
  }
}

/** Somebody else has ended it: a late edit from here may have covered that. */
async function showAgain(run: Run, { queue, records }: SettleParts): Promise<void> {
  const { id } = run.ticket;
  const known = run.endedElsewhere?.progress ?? (await records.look([id]).catch(ignoreAway))?.[0]?.progress;
  if (run.isHere && known) await run.output.finish(known);
  else await run.output.leave();
  await queue.finish(run.ticket);
}

async function giveBack(run: Run, { queue, records }: SettleParts): Promise<void> {
  const { ticket, attempt } = run;
  run.handBack = true;
  // In one process the same output goes on.
  if (queue.lasts) await run.output.leave();
  const progress = isBrokenOff(run) ? { ...withRuns(run.progress, waitAgain), restarted: true } : run.progress;
  await records.save(ticket.id, progress);
  await records.unstart(ticket.id);
  await queue.handBack(ticket, nextModel(attempt, progress));
}

/** Of several runs some may have ended before. */
const isBrokenOff = ({ progress }: Run): boolean => progress.runs.some(({ phase }) => phase === "interrupted");

const waitAgain = (run: RunProgress): RunProgress => (run.phase === "interrupted" ? WAITING_RUN : run);
