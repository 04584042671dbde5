import { once } from "node:events";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

/** What asks a program to end: a supervisor, Ctrl-C, a terminal that was closed, Ctrl-\. */
const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;
/** A signal that comes this soon after another is the same one: a terminal tells the program and npm, which tells it again. */
const SAME_SIGNAL_MS = 250;
/** How often a program that npm started looks whether npm still lives. */
const STARTER_MS = 500;

/**
 * Stops the program: aborted by what asks it to end, or by whoever holds it. A second signal ends it at once, as the signal
 * alone would have; what has not ended `graceMs` milliseconds after the first is left behind.
 */
export function createStop(graceMs: number): AbortController {
  const stop = new AbortController();
  let first: number | undefined;
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      const now = performance.now();
      first ??= now;
      if (now - first > SAME_SIGNAL_MS) process.exit(128 + (constants.signals[signal] ?? 0));
      stop.abort();
    });
  }
  if (process.env["npm_lifecycle_event"] !== undefined) whenNpmEnds(() => stop.abort(), stop.signal);
  stop.signal.addEventListener("abort", () => setTimeout(() => process.exit(), graceMs).unref());
  return stop;
}

/**
 * Acts once npm or its shell has ended, which no signal tells: dash ends at SIGTERM without passing it on, and stays where npm
 * is killed. Whoever has lost its parent has another one then.
 */
function whenNpmEnds(act: () => void, signal: AbortSignal): void {
  const started = starters();
  const looking = setInterval(() => {
    if (starters() !== started) act();
  }, STARTER_MS).unref();
  signal.addEventListener("abort", () => clearInterval(looking));
}

/** The parent, and the parent's where that is npm's shell; only Linux tells of others, and elsewhere shells become the program. */
function starters(): string {
  const { ppid } = process;
  if (process.platform !== "linux") return String(ppid);
  try {
    const [, second] = readFileSync(`/proc/${ppid}/cmdline`, "utf8").split("\0");
    const npm =
      second === "-c" ? /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${ppid}/status`, "utf8"))?.[1] : undefined;
    return `${ppid} ${npm ?? ""}`;
  } catch {
    // It has ended since, or does not let others look.
    return String(ppid);
  }
}

/** Resolves once the signal is raised. */
export async function raised(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** Begins something so many milliseconds later; never where the signal is raised before. */
export async function startAfter(ms: number, act: () => Promise<void>, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {});
  if (!signal.aborted) await act();
}

/**
 * Waits for everything to end. The first of `leading` that ends, well or not, stops all the others. Rejects where one of
 * them failed.
 */
export async function untilFirstEnds(
  leading: readonly Promise<void>[],
  others: readonly Promise<void>[],
  stop: AbortController,
): Promise<void> {
  await Promise.race(leading).finally(() => stop.abort());
  await Promise.all([...leading, ...others]);
}

/** Rejects with an error once there is one. */
export async function rejecting(error: Promise<Error>): Promise<never> {
  throw await error;
}
