import { describe, expect, test } from "vitest";
import { placesToTell } from "#src/tries/places.ts";

const HALF_A_MINUTE_MS = 30_000;

/** Whether a place is told again that was told so long ago. */
const isTold = (position: number, before: number, agoMs = 0): boolean =>
  placesToTell([{ position, told: { position: before, at: 1000 } }], 1000 + agoMs).now.length === 1;

describe("a place in the queue", () => {
  test.each([
    ["of the last five, when it is another", 5, 6, 0, true],
    ["before them, when it is the next", 6, 7, 0, false],
    ["a fifth further", 80, 100, 0, true],
    ["not quite a fifth further", 81, 100, 0, false],
    ["a little further, after half a minute", 99, 100, HALF_A_MINUTE_MS, true],
    ["a little further, before that", 99, 100, HALF_A_MINUTE_MS - 1, false],
    ["further back: another one went before it", 101, 100, 0, true],
    ["the same, however long ago", 100, 100, 10 * HALF_A_MINUTE_MS, false],
    ["the same of the last ones", 3, 3, 10 * HALF_A_MINUTE_MS, false],
  ])("%s: %i after %i, %i ms later: %s", (_, position, before, agoMs, told) => {
    expect(isTold(position, before, agoMs)).toBe(told);
  });

  test("is told at first, whatever it is and however many they are", () => {
    const places = Array.from({ length: 500 }, (_, at) => ({ position: at + 1, told: undefined }));
    expect(placesToTell(places, 0)).toEqual({ now: places, later: 0 });
  });

  test("far back is told when it is its turn: so many at once, that which was told longest ago first", () => {
    const at = 10 * HALF_A_MINUTE_MS;
    const far = Array.from({ length: 31 }, (_, index) => ({
      position: 100 + index,
      told: { position: 1000, at: index },
    }));
    const near = Array.from({ length: 5 }, (_, index) => ({ position: index + 1, told: { position: index + 2, at } }));
    const { now, later } = placesToTell([...far.toReversed(), ...near], at);
    expect([new Set(now), later]).toEqual([new Set([...near, ...far.slice(0, 30)]), 1]);
    expect(placesToTell(far.slice(0, 30), at)).toEqual({ now: far.slice(0, 30), later: 0 });
  });
});
