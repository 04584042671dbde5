import { expect, it } from "vitest";
import { missesOf, takeable } from "#tests/sync/draft/leave-one-out.ts";

/** The rest are sizes that makers round otherwise or that no name and no file states, and licences that only people have read. */
const LEAST_SHARE = 0.7;

it("fills most drafts as people filled the entries that are taken out of the catalog", () => {
  const outcomes = takeable().map(missesOf);
  expect(outcomes.length).toBeGreaterThan(400);
  expect(outcomes.filter((misses) => misses.includes("none"))).toEqual([]);
  expect(outcomes.filter((misses) => misses.length === 0).length / outcomes.length).toBeGreaterThan(LEAST_SHARE);
}, 300_000);
