import { describe, expect, test } from "vitest";
import { createBackOff, parseRetryAfter, UpstreamPaused } from "#src/base/back-off.ts";
import { createLog } from "#src/base/log.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function start(random = 0) {
  const clock = { now: 1_000_000 };
  const lines: { level: number; msg: string }[] = [];
  const log = createLog({ logLevel: "debug" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const backOff = createBackOff("Discord", { log, now: () => clock.now, random: () => random });
  const refusedFor = (retryAfter?: number): number => backOff.refused("no", retryAfter).retryAfter;
  return { clock, lines, backOff, refusedFor };
}

describe("a pause", () => {
  test("lasts a minute at first, and twice as long each time, up to an hour", () => {
    const { clock, backOff, refusedFor } = start();
    const pauses = Array.from({ length: 9 }, () => {
      const ms = refusedFor();
      clock.now += ms;
      backOff.enter();
      return ms / 60_000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test("is up to a quarter longer, by chance", () => {
    expect(start(1).refusedFor()).toBe(75_000);
  });

  test.each([
    ["hours are waited out", 5 * HOUR_MS, 5 * HOUR_MS],
    ["a second is too short", 1000, 60_000],
    ["a month is longer than timers reach", 30 * DAY_MS, DAY_MS],
  ])("that the upstream asks for: %s", (_case, asked, ms) => {
    expect(start().refusedFor(asked)).toBe(ms);
  });

  test("keeps back every request, is said once, and lets one find out whether it is over", () => {
    const { clock, lines, backOff, refusedFor } = start();
    backOff.enter();
    refusedFor();
    // Those that were under way are refused as well.
    expect(refusedFor()).toBe(60_000);
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [40, "Discord refuses requests: nothing is sent to it until then"],
    ]);
    expect(backOff.pause()).toEqual({ reason: "no", until: clock.now + 60_000 });
    clock.now += 59_999;
    expect(backOff.enter).toThrow(UpstreamPaused);
    clock.now += 1;
    backOff.enter();
    expect(backOff.enter).toThrow(UpstreamPaused);
    backOff.answered();
    backOff.enter();
    backOff.enter();
    expect(backOff.pause()).toBeUndefined();
    expect(lines.at(-1)?.msg).toBe("Discord takes requests again");
    expect(refusedFor()).toBe(60_000);
  });

  test("does not end by the answer to a request that was sent before", () => {
    const { backOff, refusedFor } = start();
    refusedFor();
    backOff.answered();
    expect(backOff.enter).toThrow(UpstreamPaused);
  });

  test("ends although the one that was to find out never came back", () => {
    const { clock, backOff, refusedFor } = start();
    clock.now += refusedFor();
    backOff.enter();
    clock.now += 20_000;
    backOff.enter();
  });
});

test.each([
  ["3600", 3_600_000],
  [" 0.25 ", 250],
  ["Sat, 28 Nov 2026 12:00:10 GMT", 10_000],
  ["Sat, 28 Nov 2026 11:59:00 GMT", undefined],
  ...["0", "-5", "NaN", "Infinity", "1e999", "soon", "", undefined, null].map((text): [typeof text, undefined] => [
    text,
    undefined,
  ]),
])("Retry-After: %s", (header, ms) => {
  expect(parseRetryAfter(header, Date.parse("2026-11-28T12:00:00Z"))).toBe(ms);
});
