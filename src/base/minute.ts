/** A time (ms since 1970, or ISO 8601) to the minute: `2026-11-23 08:40 UTC`. The people of one channel live in many time zones. */
export const minuteOf = (time: number | string): string =>
  `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
