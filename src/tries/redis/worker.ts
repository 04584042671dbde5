import { randomUUID } from "node:crypto";
import { withDeadline } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import type { Fleet, Lease } from "#src/inference/fleet.ts";
import { releaseLease, runTry, TryEnded } from "#src/tries/run-try.ts";
import { deadlineOf, type Progress } from "#src/tries/try.ts";
import { type Heartbeats, modelsOf } from "./heartbeats.ts";
import type { Ledger, Start } from "./ledger.ts";
import { isAway, type Link } from "./link.ts";
import { every } from "./periodic.ts";
import type { JobLease, Queues } from "./queues.ts";
import { createRelay } from "./relay.ts";
import {
  applyStatus,
  handBack,
  openRun,
  type Run,
  type RunEvents,
  type RunOutcome,
  recordProgress,
  writeEnd,
} from "./run.ts";
import { PREFIX } from "./scripts.ts";
import { type OpenGuarded, showEnd, whenFree } from "./show-end.ts";
import { createSweeper } from "./sweeper.ts";

export type WorkerOptions = {
  link: Link;
  ledger: Ledger;
  queues: Queues;
  heartbeats: Heartbeats;
  fleet: Fleet;
  maxTokens: number;
  /** Name of the machine, as people are shown it. */
  name: string;
  open: OpenGuarded;
  events: RunEvents;
  log: Log;
};

/** Without a message from Redis the queues are read so often. */
const POLL_MS = 500;
const BEAT_MS = 1000;
const SAVE_EVERY_MS = 2000;
const HEARTBEAT_MS = 3000;
/** How long a try waits whose person has another one running. */
const BUSY_MS = 300;
/** How long running tries may go on when the worker is told to stop, and then last words. */
const FINISH_MS = 3000;
const LAST_WORDS_MS = 4000;
const NEVER_MS = 2 ** 31 - 1;

/** Takes tries from the queues whose models its hosts have, as many as there are slots, until the signal is raised. */
export async function runWorker(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const { link, ledger, queues, heartbeats, fleet, log, open, events } = options;
  const id = randomUUID();
  const relay = createRelay(ledger);
  const runs = new Set<Run>();
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    const safe = work
      .catch((error: unknown) => {
        if (!isAway(error)) log.error({ err: error }, "a try could not be run");
      })
      .finally(() => {
        underWay.delete(safe);
        wake();
      });
    underWay.add(safe);
  };

  let alarm = Promise.withResolvers<void>();
  const wake = (): void => alarm.resolve();

  /** Takes one try of a model; false where there is none, or no place for it. */
  const takeOne = async (model: string): Promise<boolean> => {
    if (signal.aborted || link.commands.status !== "ready") return false;
    const lease = fleet.acquire(model);
    if (lease === undefined) return false;
    const job = await queues.take(model, id).catch(() => undefined);
    if (job === undefined) lease.release("unused");
    else track(serve(job, lease));
    return job !== undefined;
  };
  const fill = async (): Promise<void> => {
    for (const { name } of fleet.installed()) while (await takeOne(name));
  };

  const serve = async (job: JobLease, lease: Lease): Promise<void> => {
    const start = await ledger.start(job.id).catch(() => undefined);
    if (start?.kind === "run") return runOne(start, job, lease);
    lease.release("unused");
    if (start === undefined) return job.delay(BUSY_MS);
    if (start.kind === "busy") return job.delay(BUSY_MS);
    if (start.kind !== "gone") await endUnstarted(job.id, start);
    await job.complete();
  };

  /** It was stopped while it waited, or its worker has died too often. */
  const endUnstarted = async (tryId: string, start: Start): Promise<void> => {
    const record = await ledger.find(tryId);
    const { answer: text = "", thinking = "" } = record ?? {};
    const how: Progress =
      start.kind === "cancelled"
        ? { phase: start.reason, text, thinking }
        : { phase: "failed", failure: "interrupted", text, thinking };
    if ((await ledger.end(tryId, how)) === "ok") await showEnd(tryId, ledger, open, log);
  };

  const runOne = async (
    { try: attempt, run: number, holder }: Extract<Start, { kind: "run" }>,
    job: JobLease,
    lease: Lease,
  ): Promise<void> => {
    const run = openRun({ attempt, number, holder, job }, { ledger, open, relay });
    runs.add(run);
    const deadline = deadlineOf(attempt.delivery);
    const left = deadline === undefined ? NEVER_MS : deadline - Date.now();
    const timer = setTimeout(() => run.control.abort(new TryEnded("expired")), Math.max(0, left));
    const progress = await runTry(attempt, lease, options.maxTokens, run.control.signal, (state) => report(run, state));
    clearTimeout(timer);
    releaseLease(lease, progress, fleet);
    wake();
    if (progress.phase === "failed" && !run.lost)
      log.warn(
        { try: attempt.id, model: attempt.target.model, host: lease.host.label, reason: progress.failure },
        "a try failed",
      );
    await settle(run, progress).finally(() => runs.delete(run));
  };

  const report = (run: Run, progress: Progress): void => {
    recordProgress(run, progress, events);
    run.output.update(progress);
    if (performance.now() - run.savedAt < SAVE_EVERY_MS) return;
    run.savedAt = performance.now();
    ledger.save(run.attempt.id, run.number, progress).catch(() => {});
  };

  /** Ends a run: with its last word, with a place in the queue for the next one, or silently where it counts no more. */
  const settle = async (run: Run, progress: Progress): Promise<void> => {
    const { attempt, job } = run;
    const count = (outcome: RunOutcome): void => events.ended(outcome, progress, attempt.target.entryId);
    if (run.lost) {
      count("lost");
      return run.editing;
    }
    if (run.handBack && (await handBack(run, progress, ledger))) {
      count("handed_back");
      return job.requeue();
    }
    const result = await writeEnd(run, progress, ledger, signal);
    run.ended = true;
    if (result === "lost" || result === "ended") {
      run.lost = true;
      count("lost");
      return run.editing;
    }
    count(progress.phase);
    const { figures } = progress;
    if (progress.phase === "done" && figures)
      ledger.recordSpeed(attempt.target.model, figures.tokensPerSecond).catch(() => {});
    await job.complete().catch(() => {});
    await whenFree(ledger, attempt.id, async () => {
      await run.output.finish(progress);
      if (attempt.delivery.kind === "discord") await ledger.shown(attempt).catch(() => {});
    });
  };

  const beat = async (): Promise<void> => {
    const mine = [...runs].filter((run) => !run.control.signal.aborted && !run.ended);
    if (mine.length === 0) return;
    const statuses = await ledger.beat(mine.map(({ attempt, number }) => ({ id: attempt.id, run: number })));
    for (const [at, run] of mine.entries()) applyStatus(run, statuses[at] ?? "vanished");
    await queues.renew(
      mine.map(({ job }) => job),
      id,
    );
  };

  const onMessage = (channel: string, message: string): void => {
    if (channel === `${PREFIX}changes`) wake();
    const [tryId, reason] = message.split(" ");
    if (channel !== `${PREFIX}cancels`) return;
    for (const run of runs)
      if (run.attempt.id === tryId)
        run.control.abort(new TryEnded(reason === "expired" || reason === "interrupted" ? reason : "stopped"));
  };

  const publish = (): Promise<void> => heartbeats.publish({ id, name: options.name, hosts: fleet.hosts });
  const sweeper = createSweeper({ ledger, queues, heartbeats, open, log });
  const ended = new AbortController();
  /** Told to stop: a moment for what runs to end; what does not goes to another worker, or ends with a last word. */
  const stop = async (): Promise<void> => {
    await heartbeats.withdraw(id).catch(() => {});
    await withDeadline(FINISH_MS, Promise.allSettled(underWay));
    const elsewhere = modelsOf(await heartbeats.read().catch(() => []));
    for (const run of runs) {
      run.handBack = elsewhere.has(run.attempt.target.model);
      run.control.abort(new TryEnded("interrupted"));
    }
    await withDeadline(LAST_WORDS_MS, Promise.allSettled(underWay));
  };

  link.listener.on("message", onMessage);
  link.listener.subscribe(`${PREFIX}changes`, `${PREFIX}cancels`).catch(() => {});
  fleet.onChange(wake);
  const tasks = [
    every(BEAT_MS, beat, log, ended.signal),
    every(HEARTBEAT_MS, publish, log, signal),
    every(sweeper.everyMs, sweeper.sweep, log, ended.signal),
  ];
  signal.addEventListener("abort", wake, { once: true });
  fleet.onChange(() => void (signal.aborted ? undefined : publish().catch(() => {})));
  await link.ready();
  await publish().catch(() => {});
  log.info({ hosts: fleet.hosts.map(({ label }) => label), models: fleet.installed().length }, "the worker runs");
  while (!signal.aborted) {
    await fill();
    await withDeadline(POLL_MS, alarm.promise);
    alarm = Promise.withResolvers<void>();
  }
  await stop();
  ended.abort();
  await Promise.all(tasks);
}
