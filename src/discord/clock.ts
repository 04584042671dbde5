import type { Log } from "#src/base/log.ts";

/** What Discord's ids count from, in ms since 1970 (developers/reference, "Snowflakes"). */
const DISCORD_EPOCH_MS = 1_420_070_400_000;
const WARN_EVERY_MS = 60_000;
/** Seconds that an interaction may be on its way, or its clock off, without a word. */
const MOST_OFF_S = 10;

/** When Discord made something, by its own clock and the id: ms since 1970. */
export const timeOf = (id: string): number => Number(BigInt(id) >> 22n) + DISCORD_EPOCH_MS;

/** Says in the log how many seconds this machine's clock is ahead of Discord's, at most once a minute. */
export type ClockWarning = (secondsAhead: number) => void;

export function createClockWarning(log: Log, what: string): ClockWarning {
  let silentUntil = Number.NEGATIVE_INFINITY;
  return (secondsAhead) => {
    const seconds = Math.round(Math.abs(secondsAhead));
    if (seconds <= MOST_OFF_S || performance.now() < silentUntil) return;
    silentUntil = performance.now() + WARN_EVERY_MS;
    const side = secondsAhead > 0 ? "ahead of" : "behind";
    log.warn(
      { seconds: Math.round(secondsAhead) },
      `this machine's clock is about ${seconds} s ${side} Discord's: ${what}`,
    );
  };
}
