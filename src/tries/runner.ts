import { withDeadline } from "#src/base/deadline.ts";
import type { Lease } from "#src/inference/fleet.ts";
import { showEnd } from "./last-word.ts";
import { every } from "./periodic.ts";
import { logUnlessAway, type Ticket } from "./queue.ts";
import type { TryRecord } from "./records.ts";
import { answer, openRun, type Run, type RunParts, renewRuns } from "./run.ts";
import { TryEnded } from "./run-try.ts";
import { finishTicket, settleRun } from "./settle.ts";
import {
  deadlineOf,
  endedFor,
  failedFor,
  hasEnded,
  isPast,
  nextModel,
  otherVersion,
  type Progress,
  type Try,
} from "./try.ts";

export type RunnerOptions = RunParts & {
  /** Tells whether runners elsewhere could answer with a model. */
  othersHave: (model: string) => boolean;
  /** How long running tries may go on when the process is told to stop, in ms. */
  graceMs: number;
};

/** Everything that frees a slot or queues a try is told; this is for what gets lost on the way. */
const LOOK_MS = 5000;
/** How long a stop waits for last words. */
const LAST_WORDS_MS = 4000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Takes tries from the queue, as many as its hosts have slots, and answers them until the signal is raised. */
export async function runRunner(options: RunnerOptions, signal: AbortSignal): Promise<void> {
  const { queue, records, fleet, othersHave, graceMs, log } = options;
  const runs = new Map<string, Run>();
  const underWay = new Set<Promise<void>>();
  let alarm = Promise.withResolvers<void>();
  const wake = (): void => alarm.resolve();
  const track = (work: Promise<void>): void => {
    const safe = work.catch(logUnlessAway(log, "a try could not be run")).finally(() => {
      underWay.delete(safe);
      wake();
    });
    underWay.add(safe);
  };

  /** Takes one try; false where there is none, or no slot for it. */
  const takeOne = async (): Promise<boolean> => {
    const models = fleet.free();
    if (signal.aborted || models.length === 0) return false;
    const ticket = await queue.take(models).catch(logUnlessAway(log, "no try can be taken"));
    if (ticket === undefined) return false;
    const lease = signal.aborted ? undefined : fleet.acquire(ticket.model);
    if (lease) track(serve(ticket, lease).finally(() => lease.release("unused")));
    else track(queue.handBack(ticket, ticket.model));
    return lease !== undefined;
  };

  const serve = async (ticket: Ticket, lease: Lease): Promise<void> => {
    const found = await records.find(ticket.id);
    if (found === undefined) {
      log.warn({ try: ticket.id }, "nothing is kept of a queued try: it is taken out");
      return queue.finish(ticket);
    }
    if (found.kind === "unreadable") {
      log.warn({ try: ticket.id }, "a try of another version cannot be run: it is ended");
      if (found.rest) return endUnrun(ticket, found.rest, otherVersion(found.rest), found.ended);
      await records.endUnreadable(ticket.id);
      return queue.finish(ticket);
    }
    const end = endOf(found, ticket);
    if (end === undefined) return runOne(found, ticket, lease);
    if (found.shown) return queue.finish(ticket);
    await endUnrun(ticket, found.try, end, hasEnded(found.progress));
  };

  /** Ends a try that is not run (any more), and shows that. */
  const endUnrun = async (ticket: Ticket, attempt: Try, end: Progress, hadEnded: boolean): Promise<void> => {
    if (!hadEnded && (await records.end(attempt, end)) === "ok") await queue.leave(attempt.id, attempt.person);
    await finishTicket(ticket, await showEnd(attempt, end, options), queue);
  };

  const runOne = async (record: TryRecord, ticket: Ticket, lease: Lease): Promise<void> => {
    const run = openRun(ticket, record, options);
    // From here on it is renewed, however long another process still edits its message.
    runs.set(ticket.id, run);
    const left = (deadlineOf(run.attempt.delivery) ?? Number.POSITIVE_INFINITY) - Date.now();
    const expire = (): void => run.control.abort(new TryEnded("expired"));
    const timer = setTimeout(expire, Math.min(Math.max(0, left), LONGEST_TIMER_MS));
    try {
      await records.start(ticket.id);
      await answer(run, lease, options);
      clearTimeout(timer);
      wake();
      await settleRun(run, options, signal);
    } finally {
      clearTimeout(timer);
      runs.delete(ticket.id);
    }
  };

  const stop = async (): Promise<void> => {
    await withDeadline(graceMs, Promise.allSettled(underWay));
    for (const run of runs.values()) {
      run.handBack = queue.lasts && othersHave(nextModel(run.attempt, run.progress));
      run.control.abort(new TryEnded("interrupted"));
    }
    await withDeadline(LAST_WORDS_MS, Promise.allSettled(underWay));
  };

  queue.onChange(wake);
  fleet.onChange(wake);
  records.onCancel((id, reason) => runs.get(id)?.control.abort(new TryEnded(reason)));
  signal.addEventListener("abort", wake, { once: true });
  const ended = new AbortController();
  const renewing =
    queue.renewMs === undefined
      ? Promise.resolve()
      : every(
          queue.renewMs,
          async () => {
            const held = [...runs.values()].filter(({ lost }) => !lost);
            if (held.length > 0) await renewRuns(held, queue, records);
          },
          log,
          ended.signal,
        );
  while (!signal.aborted) {
    while (await takeOne());
    await withDeadline(LOOK_MS, alarm.promise);
    alarm = Promise.withResolvers<void>();
  }
  await stop();
  ended.abort();
  await renewing;
}

/** How a try ended, or has to end, that is not to be run (any more); undefined where it is to be run. */
function endOf({ try: attempt, progress, cancel }: TryRecord, ticket: Ticket): Progress | undefined {
  if (hasEnded(progress)) return progress;
  if (cancel !== undefined) return endedFor(progress, cancel);
  if (ticket.exhausted) return failedFor(progress, "interrupted");
  return isPast(attempt) ? endedFor(progress, "expired") : undefined;
}
