import { setTimeout as wait } from "node:timers/promises";
import { StoreAway } from "#src/base/store-away.ts";

const INSIST_MS = 500;

/**
 * Does what needs the store again and again while that is away, until a time in ms since 1970; undefined where it is too
 * late.
 */
export async function insistUntil<T>(
  until: number,
  act: () => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      if (Date.now() >= until || signal.aborted) return undefined;
    }
    await wait(INSIST_MS, undefined, { signal }).catch(() => {});
  }
}
