import { setTimeout as wait } from "node:timers/promises";
import type { Output } from "#src/tries/outputs.ts";
import { NotWanted } from "#src/tries/outputs.ts";
import { TryEnded } from "#src/tries/run-try.ts";
import { hasWords, type Phase, type Progress, type Try } from "#src/tries/try.ts";
import type { EndResult, Ledger, RunStatus } from "./ledger.ts";
import { isAway } from "./link.ts";
import { type JobLease, LOCK_MS } from "./queues.ts";
import { type OpenGuarded, whenFree } from "./show-end.ts";

/** One run of a try by this worker. Another run of the same try may begin elsewhere at any time; this one then counts no more. */
export type Run = {
  attempt: Try;
  number: string;
  job: JobLease;
  control: AbortController;
  output: Output;
  /** Another run has taken its place: it shows and keeps nothing any more. */
  lost: boolean;
  /** The worker stops: the try goes back to the queue. */
  handBack: boolean;
  /** Its end is written: edits that are still to come are of no use. */
  ended: boolean;
  /** What there is of it. */
  progress: Progress;
  savedAt: number;
  /** Settles when no edit is on its way. */
  editing: Promise<void>;
};

/** `handed_back`: to another worker, as this one stops. `lost`: another run took its place, or somebody else ended the try. */
export type RunOutcome = Phase | "handed_back" | "lost";

/** Called with what becomes of a worker's runs, to count it. None of them may throw. */
export type RunEvents = {
  /** Its first words are there, so many seconds after its start. */
  firstToken: (after: number) => void;
  /** `entry` is the id in the catalog of what was asked for. */
  ended: (outcome: RunOutcome, progress: Progress, entry: string | undefined) => void;
};

const END_RETRY_MS = 500;
/** Time left for the last word, when writing the end had to wait for Redis. */
const TOKEN_MARGIN_MS = 15_000;

type RunParts = { ledger: Ledger; open: OpenGuarded; relay: (attempt: Try, holder: string) => Output };
type RunStart = { attempt: Try; number: string; holder: string; job: JobLease };

/** A run with its output, whose every edit is checked before and after. */
export function openRun({ attempt, number, holder, job }: RunStart, { ledger, open, relay }: RunParts): Run {
  let heardAt = performance.now();
  const run: Run = {
    attempt,
    number,
    job,
    control: new AbortController(),
    output: relay(attempt, holder),
    lost: false,
    handBack: false,
    ended: false,
    progress: { phase: "loading", text: "", thinking: "" },
    savedAt: 0,
    editing: Promise.resolve(),
  };
  const isGivenUp = (): boolean => run.lost || run.handBack || run.ended;
  /** Where nobody can be asked, the run counts as long as its lock would last. */
  const isOurs = async (): Promise<boolean> => {
    if (isGivenUp()) return false;
    try {
      const [status = "vanished"] = await ledger.beat([{ id: attempt.id, run: number }]);
      heardAt = performance.now();
      applyStatus(run, status);
      return status !== "lost" && status !== "vanished";
    } catch (error) {
      if (!isAway(error)) throw error;
      return performance.now() - heardAt < LOCK_MS;
    }
  };
  /** A late edit may have covered the last word of another run: it is shown again. */
  const showEndAgain = async (): Promise<void> => {
    const record = await ledger.find(attempt.id);
    if (record?.ended && record.progress) await open(attempt)?.finish(record.progress);
  };
  let first: Promise<void> | undefined;
  const guarded = async (edit: () => Promise<void>): Promise<void> => {
    // The last word takes the same lock, and waits for this edit: nobody may wait here for what is given up.
    first ??= whenFree(
      ledger,
      attempt.id,
      async () => {},
      () => !isGivenUp(),
    );
    await first;
    // While Redis was asked, the run may have been given up here.
    if (!(await isOurs()) || isGivenUp()) throw new NotWanted();
    await edit();
    if (!(await isOurs()) && run.lost) await showEndAgain();
  };
  const guard = (edit: () => Promise<void>): Promise<void> => {
    const editing = guarded(edit);
    run.editing = editing.catch(() => {});
    return editing;
  };
  run.output = open(attempt, guard) ?? run.output;
  run.output.gone.addEventListener("abort", () => run.control.abort(new TryEnded("stopped")), { once: true });
  return run;
}

/** Keeps the newest progress of a run, and counts its first words. */
export function recordProgress(run: Run, progress: Progress, { firstToken }: RunEvents): void {
  if (!hasWords(run.progress) && hasWords(progress)) firstToken((progress.durationMs ?? 0) / 1000);
  run.progress = progress;
}

/** Ends a run here that does not count any more, or that was cancelled. */
export function applyStatus(run: Run, status: RunStatus): void {
  if (status === "mine") return;
  if (status === "lost") {
    run.lost = true;
    run.control.abort(new NotWanted());
  } else run.control.abort(new TryEnded(status === "vanished" ? "interrupted" : status));
}

/** Writes how a run ended; while Redis is away again and again, as long as the message can still be edited. */
export async function writeEnd(
  { attempt, number: run }: Run,
  progress: Progress,
  ledger: Ledger,
  stop: AbortSignal,
): Promise<EndResult> {
  const { delivery } = attempt;
  const until = delivery.kind === "discord" ? delivery.expiresAt - TOKEN_MARGIN_MS : Date.now() + LOCK_MS;
  for (;;) {
    try {
      return await ledger.end(attempt.id, progress, { run });
    } catch (error) {
      if (!isAway(error)) throw error;
      // Nobody else can know of it either.
      if (Date.now() > until || stop.aborted) return "vanished";
    }
    await wait(END_RETRY_MS);
  }
}

/** Puts a run that was broken off back to the queue; false where it must end here. */
export async function handBack(run: Run, progress: Progress, ledger: Ledger): Promise<boolean> {
  if (progress.phase !== "interrupted") return false;
  await run.editing;
  await ledger.save(run.attempt.id, run.number, progress).catch(() => {});
  const isBack = await ledger.handBack(run.attempt.id, run.number).catch(() => false);
  run.handBack = isBack;
  return isBack;
}
