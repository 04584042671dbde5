import { once } from "node:events";
import { schedule } from "node-cron";
import type { Log } from "./log.ts";

export type Schedule = {
  /** A cron expression in UTC, of five fields or of six with seconds. */
  cron: string;
  /** Each run starts up to so many milliseconds later, at random, so that not all bots of the world ask at once. */
  jitterMs: number;
  /** Lets only one of several processes run each time; without it each does. */
  shared?: Shared | undefined;
};

/** Decides which of the processes that share a schedule runs. */
export type RunCoordinator = {
  /** True for the first process to ask for a run within so many milliseconds; false where nobody can be asked. */
  shouldRun: (run: string, ms: number) => Promise<boolean>;
};
type Shared = {
  name: string;
  coordinator: RunCoordinator;
  /** Longer than a run and the delay before it, in ms. */
  leaseMs: number;
};

/**
 * Runs something again and again until the signal is raised, never twice at a time; then waits for the run under way.
 * It must not throw, and end soon once the signal is raised.
 */
export async function repeat(
  act: (signal: AbortSignal) => Promise<void>,
  { cron, jitterMs, shared }: Schedule,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  let underWay: Promise<void> | undefined;
  const task = schedule(
    cron,
    () => {
      underWay = act(signal);
      return underWay;
    },
    {
      timezone: "UTC",
      noOverlap: true,
      unref: true,
      ...(shared && {
        distributed: true,
        name: shared.name,
        runCoordinator: shared.coordinator,
        distributedLease: shared.leaseMs,
      }),
      maxRandomDelay: jitterMs,
      // A laptop that slept has missed runs; the next one makes up for them.
      suppressMissedWarning: true,
      logger: {
        info: (message) => log.debug(message),
        warn: (message) => log.debug(message),
        debug: (message) => log.debug({ detail: message }, "schedule"),
        error: (message, error) => log.error({ err: error ?? message }, "a scheduled run failed"),
      },
    },
  );
  await once(signal, "abort");
  await task.destroy();
  await underWay;
}
