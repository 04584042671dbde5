import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Stops the program: aborted by SIGTERM and SIGINT, or by whoever holds it. What has not ended `graceMs` milliseconds
 * later is left behind.
 */
export function createStop(graceMs: number): AbortController {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  stop.signal.addEventListener("abort", () => setTimeout(() => process.exit(), graceMs).unref());
  return stop;
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
