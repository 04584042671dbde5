import { expect, it } from "vitest";
import { missesOf, takeable } from "./leave-one-out.ts";

/** Every so many variants of the catalog; `tests/load/drafts.test.ts` takes all. */
const EACH = 9;
/** Of all together more than 70 % are. */
const LEAST_SHARE = 0.65;

it("fills most drafts as people filled the entries that are taken out of the catalog", () => {
  const outcomes = takeable()
    .filter((_, at) => at % EACH === 0)
    .map(missesOf);
  expect(outcomes.length).toBeGreaterThan(40);
  expect(outcomes.filter((misses) => misses.includes("none"))).toEqual([]);
  expect(outcomes.filter((misses) => misses.length === 0).length / outcomes.length).toBeGreaterThan(LEAST_SHARE);
}, 120_000);
