import { createHash } from "node:crypto";

const DAY_MS = 24 * 3_600_000;
const DAYS_OF_WEEK = 7;
/** An organisation in which nothing happened for so long is looked at once a week. */
const QUIET_MS = 2 * 365 * DAY_MS;

/** The day in UTC, counted from 1970. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/** Whether nothing happened for two years. Dates are ISO 8601, whole or in part; where none is known something may happen. */
export function isQuiet(dates: readonly (string | undefined)[], now: number): boolean {
  const newest = Math.max(...dates.map((date) => Date.parse(date ?? "")).filter((time) => !Number.isNaN(time)));
  return Number.isFinite(newest) && now - newest > QUIET_MS;
}

/**
 * Whether a listing that was last confirmed then is to be asked for again: on a new day, in UTC, or for a quiet organisation
 * when its day of the week has begun since. The names decide the day, so that they spread over the week.
 */
export function isDue(name: string, readAt: number, { quiet, now }: { quiet: boolean; now: number }): boolean {
  const [today, day] = [dayOf(now), dayOf(readAt)];
  if (!quiet) return day < today;
  const own = createHash("sha256").update(name.toLowerCase()).digest().readUInt32BE() % DAYS_OF_WEEK;
  const since = (((today - own) % DAYS_OF_WEEK) + DAYS_OF_WEEK) % DAYS_OF_WEEK;
  return day < today - since;
}
