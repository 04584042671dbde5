import { describe, expect, it } from "vitest";
import { realCatalog } from "#tests/real-catalog.ts";
import {
  besideOlder,
  leaveEntryOut,
  leaveOneOut,
  leaveVariantOut,
  type Measure,
  replay,
  since,
} from "#tests/sync/names/placement-measures.ts";

/** Percent, and what was missed where it is too little. */
function expectShare({ of, right, misses }: Measure, least: number): void {
  expect((100 * right) / of, misses.join("\n")).toBeGreaterThanOrEqual(least);
}

describe("the catalog's own models placed again", { timeout: 120_000 }, () => {
  const { entries } = realCatalog;

  it("finds a model's entry and variant", () => {
    expectShare(leaveOneOut(entries), 96.5);
  });

  it("makes a variant again, under its name", () => {
    const { place: placed, name } = leaveVariantOut(entries);
    expectShare(placed, 85);
    expectShare(name, 76);
  });

  it("makes an entry again, with its id", () => {
    const { one, id } = leaveEntryOut(entries);
    expectShare(one, 70);
    expectShare(id, 45);
  });

  it.each([
    ["", 98],
    ["2025-01", 96],
  ])("takes no new generation since %j for one of an older entry", (date, least) => {
    expectShare(besideOlder(entries, date), least);
  });

  it.each([
    ["2025-01", 78, 74],
    ["2026-01", 82, 76],
  ])("brings back what came out since %s", (date, ofEntries, ofVariants) => {
    const { filed, start } = since(entries, date);
    const { entry, variant: variants } = replay(filed, start);
    expectShare(entry, ofEntries);
    expectShare(variants, ofVariants);
  });
});
