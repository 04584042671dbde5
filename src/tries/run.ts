import { withDeadline } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import { StoreAway } from "#src/base/store-away.ts";
import { listedName } from "#src/inference/backend.ts";
import type { Fleet, Lease } from "#src/inference/fleet.ts";
import { NotWanted, type OpenOutput, type Output } from "./outputs.ts";
import { RENEWALS_MISSED, type Ticket, type TryQueue } from "./queue.ts";
import type { TryLook, TryRecord, TryRecords } from "./records.ts";
import { openRelay } from "./relay.ts";
import { runTry, TryEnded } from "./run-try.ts";
import {
  hasEnded,
  hasWords,
  nextRun,
  type Phase,
  type Progress,
  type RunProgress,
  type Try,
  WAITING_RUN,
  withRuns,
} from "./try.ts";

/** A try that this process has taken. */
export type Run = {
  ticket: Ticket;
  attempt: Try;
  control: AbortController;
  output: Output;
  /** Whether the output shows it here, and does not only tell the process that asked. */
  isHere: boolean;
  progress: Progress;
  /** When it was last certain that nobody else has it. performance.now(). */
  heldAt: number;
  savedAt: number;
  /** Another runner has it: it shows and keeps nothing any more. */
  lost: boolean;
  /** Somebody else has ended it, in this way where that can be read. */
  endedElsewhere: { progress: Progress | undefined } | undefined;
  /** Its end is written here. */
  ended: boolean;
  /** The process stops: it goes back to the queue. */
  handBack: boolean;
};

/** `handed_back`: to another host or runner. `lost`: another runner has it, or somebody else ended it. */
export type RunOutcome = Phase | "handed_back" | "lost";

/** Called with what becomes of a runner's runs, to count it. None of them may throw. */
export type RunEvents = {
  /** Its first words are there, so many seconds after its start. */
  firstToken: (after: number) => void;
  /** `entry` is the id in the catalog of what was asked for. */
  ended: (outcome: RunOutcome, run: RunProgress, entry: string | undefined) => void;
};

export type RunParts = {
  queue: TryQueue;
  records: TryRecords;
  fleet: Fleet;
  open: OpenOutput;
  maxTokens: number;
  /** Tells whether a model may be named to everybody. */
  isOffered: (model: string) => boolean;
  events: RunEvents;
  log: Log;
};

const SAVE_EVERY_MS = 2000;
/** Models that are named where one fails. */
const MOST_OTHERS = 3;
/** How long the end of a failed run waits for its host to be looked at. */
const CHECK_MS = 1000;
/** A runner that is cut off from the store shows no more after so long: by then another one may have begun. */
const CUT_OFF_MS = 10_000;

/** A taken try with its output. Before an edit it is certain that nobody else shows it. */
export function openRun(ticket: Ticket, record: TryRecord, { queue, records, open }: RunParts): Run {
  const { try: attempt } = record;
  const relay = openRelay(attempt, records);
  const restarted = ticket.deaths > 0 || record.progress.restarted === true;
  const run: Run = {
    ticket,
    attempt,
    control: new AbortController(),
    output: relay,
    isHere: false,
    // What a dead runner had begun begins again.
    progress: {
      ...withRuns(record.progress, (one) => (hasEnded(one) ? one : WAITING_RUN)),
      ...(restarted && { restarted }),
    },
    heldAt: performance.now(),
    savedAt: performance.now(),
    lost: false,
    endedElsewhere: undefined,
    ended: false,
    handBack: false,
  };
  const isGivenUp = (): boolean => run.lost || run.ended || run.handBack || run.endedElsewhere !== undefined;
  const ensureHeld = async (): Promise<void> => {
    if (queue.renewMs === undefined || performance.now() - run.heldAt < RENEWALS_MISSED * queue.renewMs) return;
    try {
      await renewRuns([run], queue, records);
    } catch (error) {
      if (!(error instanceof StoreAway) || performance.now() - run.heldAt > CUT_OFF_MS) throw error;
    }
  };
  const shown = open(attempt, async (edit) => {
    if (!isGivenUp()) await ensureHeld();
    if (isGivenUp()) throw new NotWanted();
    await edit();
  });
  if (shown) Object.assign(run, { output: shown, isHere: true });
  run.output.gone.addEventListener("abort", () => run.control.abort(new TryEnded("stopped")), { once: true });
  return run;
}

/** Renews runs, and ends those here that count no more or were told to end. */
export async function renewRuns(runs: readonly Run[], queue: TryQueue, records: TryRecords): Promise<void> {
  const lost = await queue.renew(runs.map(({ ticket }) => ticket));
  for (const run of runs) if (!lost.has(run.ticket.id)) run.heldAt = performance.now();
  const looks = await records.look(runs.map(({ ticket }) => ticket.id));
  for (const [at, run] of runs.entries()) applyLook(run, lost.has(run.ticket.id), looks[at]);
}

function applyLook(run: Run, lost: boolean, look: TryLook | undefined): void {
  // Whoever has written an end goes on until it is shown.
  if (run.ended || look === undefined) return;
  if (look.state === "gone") run.control.abort(new TryEnded("interrupted"));
  else if (look.state === "ended") {
    run.endedElsewhere = { progress: look.progress };
    run.control.abort(new NotWanted());
  } else if (lost) {
    run.lost = true;
    run.control.abort(new NotWanted());
  } else if (look.cancel !== undefined) run.control.abort(new TryEnded(look.cancel));
}

/**
 * Runs what is left of a try: side by side as far as slots are free, then one after the other. What still waits in the end
 * has to go back to the queue.
 */
export async function answer(run: Run, first: Lease, parts: RunParts): Promise<void> {
  const { attempt, control } = run;
  const under = new Set<Promise<void>>();
  const begin = (at: number, lease: Lease): void => {
    const work = answerOne(run, at, lease, parts).finally(() => under.delete(work));
    under.add(work);
  };
  begin(nextRun(run.progress) ?? 0, first);
  while (under.size > 0) {
    for (const [at, { phase }] of run.progress.runs.entries()) {
      const target = attempt.targets[at];
      if (phase !== "waiting" || target === undefined || control.signal.aborted) continue;
      const lease = parts.fleet.acquire(target.model);
      if (lease) begin(at, lease);
    }
    await Promise.race(under);
  }
}

async function answerOne(run: Run, at: number, lease: Lease, parts: RunParts): Promise<void> {
  const { fleet, events, maxTokens } = parts;
  const { attempt, control } = run;
  const target = attempt.targets[at] ?? attempt.targets[0];
  const set = (progress: RunProgress): void => {
    run.progress = withRuns(run.progress, (other, place) => (place === at ? progress : other));
  };
  const report = reporter(run, set, parts);
  const ran = await runTry({ ...attempt, maxTokens }, lease, control.signal, report);
  // What was ended from here says nothing of its host.
  const isOver = control.signal.aborted;
  if (ran.phase === "failed" && !isOver) logFailure(ran, { try: attempt.id, model: target.model }, parts.log);
  // The slot is not free before it is known whether the host still answers: the next try must not go to a dead one.
  const isFault = !isOver && (await judge(ran, target.model, lease, fleet));
  lease.release();
  // Of a host that has just been found away nothing is offered.
  const result = withOthers(ran, target.model, parts);
  const isGivenOn =
    isFault && !hasWords(result) && !run.progress.restarted && fleet.isElsewhere(target.model, lease.host);
  if (isGivenOn) run.progress = { ...run.progress, restarted: true };
  set(isGivenOn ? WAITING_RUN : result);
  const isHandedBack = isGivenOn || (run.handBack && result.phase === "interrupted");
  const outcome = isHandedBack ? "handed_back" : result.phase;
  events.ended(run.lost || run.endedElsewhere ? "lost" : outcome, result, target.entryId);
}

/** Every failed run is one line with what the host said: nothing of that is lost, and nothing of the prompt is in it. */
function logFailure(
  { hostLabel: host, failure: reason, failureParams, said }: RunProgress,
  what: { try: string; model: string },
  log: Log,
): void {
  log.warn({ ...what, host, reason, ...failureParams, said }, "a try failed");
}

/** A failed run with models that could answer in its place. */
function withOthers(run: RunProgress, model: string, { fleet, isOffered }: RunParts): RunProgress {
  // A host that takes no more requests takes none for another model either.
  if (run.phase !== "failed" || run.failure === "busy") return run;
  const others = fleet.others(model).filter(({ name }) => isOffered(name));
  return others.length > 0 ? { ...run, others: others.slice(0, MOST_OTHERS).map(listedName) } : run;
}

/** What is no fault of the host: another one would fail alike. */
const SAME_EVERYWHERE: readonly RunProgress["failure"][] = ["cannotChat", "contextExceeded", "repeated"];

/** The connection was not made, or broke. */
const LOST: readonly RunProgress["failure"][] = ["unreachable", "interrupted"];

/** Tells the fleet how a host answered; whether it is the host's fault that it did not. */
async function judge(
  { phase, failure, said = "" }: RunProgress,
  model: string,
  { host }: Lease,
  fleet: Fleet,
): Promise<boolean> {
  const isFault = phase === "failed" && !SAME_EVERYWHERE.includes(failure);
  if (phase === "done") fleet.judge(host, model, undefined);
  if (!isFault || failure === undefined || failure === "otherVersion") return false;
  const fault = { reason: failure, said };
  fleet.judge(host, model, fault);
  let isKnown = false;
  const check = fleet.check(host).then(() => {
    isKnown = true;
  });
  await withDeadline(CHECK_MS, check);
  // Whether it is out is for the look to say: the try alone may have been cut off. Until a slow one has said it, it is.
  if (!isKnown && LOST.includes(failure)) fleet.takeOut(host, fault);
  return true;
}

/** Shows and keeps the progress of one run, and tells the process that asked when it starts and begins to answer. */
function reporter(run: Run, set: (progress: RunProgress) => void, { records, events }: RunParts) {
  const { id, holder } = run.attempt;
  let hasSpoken = false;
  return (progress: RunProgress): void => {
    set(progress);
    run.output.update(run.progress);
    const isFirst = !hasSpoken && hasWords(progress);
    hasSpoken ||= isFirst;
    if (isFirst) events.firstToken((progress.durationMs ?? 0) / 1000);
    // A relay tells it anyway.
    if (run.isHere && (isFirst || progress.phase === "loading"))
      records.tell(holder, { kind: "progress", id, progress: run.progress, shown: true }).catch(() => {});
    if (performance.now() - run.savedAt < SAVE_EVERY_MS) return;
    run.savedAt = performance.now();
    records.save(id, run.progress).catch(() => {});
  };
}
