import { expect, test } from "vitest";
import { type MeasuredOffer, measuredOffers } from "#src/catalog/memory/measured-offers.ts";

const offer = (vramGb: number, fields: Partial<MeasuredOffer> = {}): MeasuredOffer => ({
  precision: "int4",
  architecture: "dense",
  estimated: false,
  secondary: false,
  stated: true,
  vramGb,
  ...fields,
});
const computed = { estimated: true };
const ours = { estimated: true, stated: false };

test.each<[what: string, kept: MeasuredOffer, dropped: MeasuredOffer]>([
  ["what was measured before what its source computed", offer(8), offer(6, computed)],
  ["what a source computed before our estimate", offer(8, computed), offer(6, ours)],
  ["the least of what was measured", offer(6), offer(8)],
  ["the least of our estimates", offer(6, ours), offer(8, ours)],
])("of one precision of a variant: %s", (_what, kept, dropped) => {
  expect(measuredOffers([kept, dropped])).toEqual([kept]);
  expect(measuredOffers([dropped, kept])).toEqual([kept]);
});

test("variants and precisions stay apart: no variant first, the smallest next, each from the widest precision on", () => {
  const general = offer(9);
  const small = offer(4, { variant: "A-7B", parametersB: 7 });
  const large = offer(8, { variant: "A-14B", parametersB: 14 });
  const wide = offer(15, { variant: "A-7B", parametersB: 7, precision: "bf16" });
  const unknown = offer(5, { variant: "A-7B", parametersB: 7, precision: "gguf" });
  expect(measuredOffers([large, unknown, small, wide, general])).toEqual([general, wide, small, unknown, large]);
});
