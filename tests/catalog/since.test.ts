import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSince } from "#src/catalog/search/since.ts";

const TODAY = "2026-05-31";

test.each([
  ["7d", "2026-05-24"],
  ["30 天", "2026-05-01"],
  ["最近30天", "2026-05-01"],
  ["last 7 days", "2026-05-24"],
  ["2w", "2026-05-17"],
  ["两周", "2026-05-17"],
  ["3个月", "2026-02-28"],
  ["三個月", "2026-02-28"],
  ["3 months", "2026-02-28"],
  ["十二个月", "2025-05-31"],
  ["半年", "2025-11-30"],
  ["1y", "2025-05-31"],
  ["9999y", "1970-01-01"],
  ["2026", "2026"],
  ["2026年以来", "2026"],
  ["２０２６", "2026"],
  ["2026-08", "2026-08"],
  ["2026年8月", "2026-08"],
  ["2026/8/1", "2026-08-01"],
  ["2026-08-01", "2026-08-01"],
])("%s is %s", (typed, since) => {
  expect(readSince(typed, TODAY)).toBe(since);
});

test.each(["", "7", "d", "abc", "8月", "-7d", "2026-13", "2026-02-30", "0000", "半天"])(
  "%s is not understood",
  (typed) => {
    expect(readSince(typed, TODAY)).toBeUndefined();
  },
);

describe("whatever is typed", () => {
  test("it is a date, a month, a year, or not understood", () => {
    const words = fc.constantFrom(
      "7",
      "d",
      "个",
      "月",
      "年",
      "2026",
      "-",
      "08",
      " ",
      "天",
      "半",
      "十",
      "y",
      "最近",
      "31",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join("")),
        ),
        (typed) => {
          expect(readSince(typed, TODAY) ?? "2026").toMatch(/^\d{4}(?:-\d{2}){0,2}$/);
        },
      ),
    );
  });
});
