import { setTimeout as wait } from "node:timers/promises";

/** For who is not to go on. */
export const never = (): Promise<never> => new Promise(() => {});

/** Waits for `work` to settle, at most `ms` milliseconds. Rejects where `work` does. */
export async function withDeadline(ms: number, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  await Promise.race([work, wait(ms, undefined, { signal: stop.signal }).catch(() => {})]);
  stop.abort();
}
