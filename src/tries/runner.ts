import { setTimeout as wait } from "node:timers/promises";
import { withDeadline } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import type { Lease } from "#src/inference/fleet.ts";
import { showEnd } from "./last-word.ts";
import { every } from "./periodic.ts";
import { StoreAway, type Ticket } from "./queue.ts";
import type { Found, TryRecord } from "./records.ts";
import { answer, openRun, type Run, type RunParts, renewRuns } from "./run.ts";
import { TryEnded } from "./run-try.ts";
import {
  deadlineOf,
  endedFor,
  failedFor,
  hasEnded,
  nextModel,
  type Progress,
  type RunProgress,
  type Try,
  waitingProgress,
  withRuns,
} from "./try.ts";

export type RunnerOptions = RunParts & {
  /** Tells whether runners elsewhere could answer with a model. */
  othersHave: (model: string) => boolean;
  /** How long running tries may go on when the process is told to stop, in ms. */
  graceMs: number;
  log: Log;
};

/** Everything that frees a slot or queues a try is told; this is for what gets lost on the way. */
const LOOK_MS = 5000;
/** How long a stop waits for last words. */
const LAST_WORDS_MS = 4000;
const INSIST_MS = 500;
/** How long the end of a try that no token limits is tried to be written. */
const PATIENCE_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Takes tries from the queue, as many as its hosts have slots, and answers them until the signal is raised. */
export async function runRunner(options: RunnerOptions, signal: AbortSignal): Promise<void> {
  const { queue, records, fleet, othersHave, graceMs, log } = options;
  const runs = new Map<string, Run>();
  const underWay = new Set<Promise<void>>();
  let alarm = Promise.withResolvers<void>();
  const wake = (): void => alarm.resolve();
  const track = (work: Promise<void>): void => {
    const safe = work
      .catch((error: unknown) => {
        if (!(error instanceof StoreAway)) log.error({ err: error }, "a try could not be run");
      })
      .finally(() => {
        underWay.delete(safe);
        wake();
      });
    underWay.add(safe);
  };

  /** Takes one try; false where there is none, or no slot for it. */
  const takeOne = async (): Promise<boolean> => {
    const models = fleet.free();
    if (signal.aborted || models.length === 0) return false;
    const ticket = await queue.take(models).catch(ignoreAway);
    if (ticket === undefined) return false;
    const lease = signal.aborted ? undefined : fleet.acquire(ticket.model);
    if (lease) track(serve(ticket, lease).finally(() => lease.release("unused")));
    else track(queue.handBack(ticket, ticket.model));
    return lease !== undefined;
  };

  const serve = async (ticket: Ticket, lease: Lease): Promise<void> => {
    const found = await records.find(ticket.id);
    if (found === undefined) return queue.finish(ticket);
    const over = whatIsOver(found, ticket);
    if (found.kind === "unreadable")
      log.warn({ try: ticket.id }, "a try of another version cannot be run: it is ended");
    if (over !== undefined || found.kind === "unreadable") return endUnrun(found, over, ticket);
    await runOne(found, ticket, lease);
  };

  const endUnrun = async (found: NonNullable<Found>, end: Progress | undefined, ticket: Ticket): Promise<void> => {
    const attempt = found.kind === "try" ? found.try : found.rest;
    const hadEnded = found.kind === "try" ? hasEnded(found.progress) : found.ended;
    const written = hadEnded
      ? "ended"
      : attempt && end
        ? await records.end(attempt, end)
        : await records.endUnreadable(ticket.id);
    if (written === "ok" && attempt) await queue.leave(attempt.id, attempt.person);
    const isShown = found.kind === "try" && found.shown;
    const isOver = isShown || attempt === undefined || end === undefined || (await showEnd(attempt, end, options));
    await finish(ticket, isOver);
  };

  const finish = async (ticket: Ticket, isOver: boolean): Promise<void> => {
    await queue.finish(ticket);
    // A process that reaches the place shows it.
    if (!isOver) await queue.postpone(ticket.id, 0);
  };

  const runOne = async (record: TryRecord, ticket: Ticket, lease: Lease): Promise<void> => {
    await records.start(ticket.id);
    const run = openRun(ticket, record, options);
    runs.set(ticket.id, run);
    const left = (deadlineOf(run.attempt.delivery) ?? Number.POSITIVE_INFINITY) - Date.now();
    const expire = (): void => run.control.abort(new TryEnded("expired"));
    const timer = setTimeout(expire, Math.min(Math.max(0, left), LONGEST_TIMER_MS));
    try {
      await answer(run, lease, options);
      clearTimeout(timer);
      wake();
      if (run.progress.phase === "failed" && !run.lost)
        log.warn(
          { try: ticket.id, model: ticket.model, host: lease.host.label, reason: run.progress.runs[0].failure },
          "a try failed",
        );
      await settle(run);
    } finally {
      clearTimeout(timer);
      runs.delete(ticket.id);
    }
  };

  /** Ends a run: with its last word, with a place in the queue for what is left of it, or silently where it counts no more. */
  const settle = async (run: Run): Promise<void> => {
    const { ticket, attempt, output } = run;
    if (run.lost) return output.leave();
    if (run.endedElsewhere) return showAgain(run, run.endedElsewhere.progress);
    const isBrokenOff = run.handBack && run.progress.phase === "interrupted";
    if (isBrokenOff || !hasEnded(run.progress)) return giveBack(run, isBrokenOff);
    run.ended = true;
    const written = await insist(() => records.end(attempt, run.progress), Date.now());
    if (written === "ended") return showAgain(run, undefined);
    if (written === "ok") await queue.leave(attempt.id, attempt.person).catch(ignoreAway);
    // What the store cannot keep now is shown all the same.
    const isOver = await showRun(run);
    const until = attempt.delivery.reach.by === "token" ? attempt.delivery.reach.until : Date.now() + PATIENCE_MS;
    if (written === undefined) {
      await insist(() => records.end(attempt, run.progress), until);
      await insist(() => queue.leave(attempt.id, attempt.person), until);
      if (isOver) await insist(() => records.shown(attempt), until);
    }
    for (const { phase, figures } of run.progress.runs)
      if (phase === "done" && figures)
        await records.recordSpeed(ticket.model, figures.tokensPerSecond).catch(ignoreAway);
    await insist(() => finish(ticket, isOver), until);
  };

  const showRun = async (run: Run): Promise<boolean> => {
    if (!run.isHere) await run.output.leave();
    const open = run.isHere ? () => run.output : () => undefined;
    // It is shown; that this could not be noted is told when the end is written.
    return showEnd(run.attempt, run.progress, { records, open }).catch((error: unknown) => {
      if (error instanceof StoreAway) return run.isHere;
      throw error;
    });
  };

  /** Somebody else has ended it: a late edit from here may have covered that. */
  const showAgain = async (run: Run, progress: Progress | undefined): Promise<void> => {
    const end = progress ?? (await records.look([run.ticket.id]).catch(ignoreAway))?.[0]?.progress;
    if (run.isHere && end) await run.output.finish(end);
    else await run.output.leave();
    await queue.finish(run.ticket).catch(ignoreAway);
  };

  const giveBack = async (run: Run, isBrokenOff: boolean): Promise<void> => {
    const { ticket, attempt } = run;
    run.handBack = true;
    // In one process the same output goes on.
    if (queue.lasts) await run.output.leave();
    const progress = isBrokenOff ? { ...withRuns(run.progress, waitAgain), restarted: true } : run.progress;
    await records.save(ticket.id, progress);
    await records.unstart(ticket.id);
    await queue.handBack(ticket, nextModel(attempt, progress));
  };

  /** Does what needs the store again and again while that is away; undefined where it is too late. */
  const insist = async <T>(act: () => Promise<T>, until: number): Promise<T | undefined> => {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof StoreAway)) throw error;
        if (Date.now() >= until || signal.aborted) return undefined;
      }
      await wait(INSIST_MS);
    }
  };

  const stop = async (): Promise<void> => {
    await withDeadline(graceMs, Promise.allSettled(underWay));
    for (const run of runs.values()) {
      run.handBack = queue.lasts && othersHave(run.ticket.model);
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
function whatIsOver(found: NonNullable<Found>, ticket: Ticket): Progress | undefined {
  if (found.kind === "unreadable") return found.rest && failedFor(waitingProgress(found.rest), "otherVersion");
  const { progress, cancel } = found;
  if (hasEnded(progress)) return progress;
  if (cancel !== undefined) return endedFor(progress, cancel);
  if (ticket.exhausted) return failedFor(progress, "interrupted");
  return isPast(found.try) ? endedFor(progress, "expired") : undefined;
}

const waitAgain = (run: RunProgress): RunProgress =>
  run.phase === "interrupted" ? { phase: "waiting", text: "", thinking: "" } : run;

const isPast = ({ delivery }: Try): boolean => (deadlineOf(delivery) ?? Number.POSITIVE_INFINITY) <= Date.now();

const ignoreAway = (error: unknown): undefined => {
  if (error instanceof StoreAway) return undefined;
  throw error;
};
