import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cardsText, MOST_GB, readCards, readRam, readTokens, totalGb } from "#src/catalog/memory/machine.ts";

describe("graphics memory as people write it", () => {
  test.each<[string, number, number]>([
    ["8", 1, 8],
    ["8GB", 1, 8],
    ["8g", 1, 8],
    [" 24 GB ", 1, 24],
    ["８Ｇ显存", 1, 8],
    ["7.5gib", 1, 7.5],
    ["8192MiB", 1, 8],
    ["2x24", 2, 24],
    ["24x2", 2, 24],
    ["24G×2", 2, 24],
    ["2 * 24 GB", 2, 24],
    ["8x80g", 8, 80],
    ["RTX 4090", 1, 24],
    ["2x3090", 2, 24],
    ["nvidia geforce rtx 3060 ti", 1, 8],
    ["A100", 1, 80],
    ["10000", 1, 10_000],
  ])("%s", (typed, cards, cardGb) => {
    expect(readCards(typed)).toEqual({ cards, cardGb });
  });

  test.each([
    "0",
    "-8",
    "+8",
    "0x24",
    "2x0",
    "10001",
    "1e3",
    "∞",
    "NaN",
    "八",
    "8 apples",
    "",
    "2x2x24",
    "65x65",
    "0.0",
    "0.01",
  ])("%s is none", (typed) => {
    expect(readCards(typed)).toBeUndefined();
  });

  test("whatever is typed, what is understood is possible, and is read again as it is written", () => {
    const pieces = fc.constantFrom(
      "8",
      "24",
      "0",
      ".",
      "x",
      "×",
      " ",
      "g",
      "GB",
      "m",
      "-",
      "9".repeat(12),
      "显存",
      "rtx",
      "4090",
    );
    const typed = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const cards = readCards(text);
        if (cards === undefined) return;
        expect(totalGb(cards)).toBeGreaterThan(0);
        expect(totalGb(cards)).toBeLessThanOrEqual(MOST_GB);
        expect(readCards(cardsText(cards))).toEqual(cards);
      }),
    );
  });
});

test.each<[string, number | undefined]>([
  ["64", 64],
  ["64GB", 64],
  ["32 g 内存", 32],
  ["0", undefined],
  ["-1", undefined],
  ["2x16", undefined],
  ["99999", undefined],
])("main memory %s", (typed, gb) => {
  expect(readRam(typed)).toBe(gb);
});

test.each<[string, number | undefined]>([
  ["8k", 8192],
  ["32768", 32_768],
  ["128K", 131_072],
  ["1m", 1_048_576],
  ["10万", 100_000],
  ["4096 tokens", 4096],
  ["0", undefined],
  ["-8k", undefined],
  ["8kk", undefined],
  ["999999999m", undefined],
  ["long", undefined],
])("context %s", (typed, tokens) => {
  expect(readTokens(typed)).toBe(tokens);
});
