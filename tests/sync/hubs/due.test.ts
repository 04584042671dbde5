import { describe, expect, test } from "vitest";
import { isDue, isQuiet } from "#src/sync/hubs/due.ts";
import { DAY, HOUR, START } from "./hubs-world.ts";

const YEARS = 2 * 365 * DAY;
const iso = (ms: number): string => new Date(ms).toISOString();

describe("an organisation is quiet", () => {
  test.each([
    ["a moment more than two years", [iso(START - YEARS - 1)], true],
    ["two years", [iso(START - YEARS)], false],
    ["for long, by one date of two", [iso(START - YEARS - DAY), iso(START - DAY)], false],
    ["since a month of which no day is known", ["2024-05"], true],
    ["since nobody knows when", [undefined, "?"], false],
    ["since ever", [], false],
  ])("after %s: %j → %s", (_, dates, quiet) => {
    expect(isQuiet(dates, START)).toBe(quiet);
  });
});

describe("a listing is due", () => {
  const midnight = Date.parse("2026-11-29T00:00:00Z");
  test.each([
    ["before midnight", midnight - 1, false],
    ["from midnight on, in UTC", midnight, true],
  ])("%s", (_, now, due) => {
    expect(isDue("Qwen", midnight - 23 * HOUR, { quiet: false, now })).toBe(due);
  });

  test("once in every seven days where it is quiet, also by runs that are days apart", () => {
    for (const step of [6 * HOUR, DAY, 3 * DAY, 11 * DAY])
      for (const name of ["Qwen", "qwen", "THUDM", "baichuan-inc"]) {
        let readAt = START;
        const gaps: number[] = [];
        for (let now = START + step; now < START + 100 * DAY; now += step)
          if (isDue(name, readAt, { quiet: true, now })) {
            gaps.push(now - readAt);
            readAt = now;
          }
        expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.max(7 * DAY + step, step));
        expect(Math.min(...gaps.slice(1))).toBeGreaterThan(7 * DAY - step);
      }
  });

  test("on the same day of the week for a name in any case", () => {
    const daysOf = (name: string): boolean[] =>
      Array.from({ length: 7 }, (_, day) => isDue(name, START - DAY, { quiet: true, now: START + day * DAY }));
    expect(daysOf("QWEN")).toEqual(daysOf("qwen"));
  });
});
