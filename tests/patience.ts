/**
 * How long a test waits for what is sure to come, in ms. Only a failure takes that long, so it is ample for a machine
 * that does much else.
 */
export const PATIENCE_MS = 60_000;

const TICK_MS = 50;

/**
 * Calls back after so many ms of a machine that keeps up; the answer cancels it. Time in which this process got no turn
 * counts as one tick, however long it was: whoever is measured here is starved in the same way.
 */
export function afterTicks(ms: number, act: () => void): () => void {
  let left = Math.ceil(ms / TICK_MS);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    act();
  }, TICK_MS).unref();
  return () => clearInterval(timer);
}
