import { setTimeout as wait } from "node:timers/promises";

/** Waits for something, but not longer than so many milliseconds. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  await Promise.race([work, wait(ms, undefined, { signal: stop.signal }).catch(() => {})]);
  stop.abort();
}
