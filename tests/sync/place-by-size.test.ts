import { expect, test } from "vitest";
import type { FactsAnswer } from "#src/sync/hubs/hub.ts";
import { placeBySize } from "#src/sync/place-by-size.ts";
import { modelFacts } from "./facts/model-facts.ts";
import { entryOf } from "./samples.ts";

const large = entryOf("large", { parametersB: 355 });
const several = entryOf("several", { variants: [{ name: "Several-8B", parametersB: 8, storedParametersB: 8.19 }] });
const [eight] = several.variants ?? [];
const holding = (byType: Record<string, number>): FactsAnswer => {
  const total = Object.values(byType).reduce((sum, each) => sum + each, 0);
  return { state: "found", facts: modelFacts({ stored: { total, byType } }) };
};
const beside = (entry: typeof large, variant = entry.variants?.[0]) => ({ kind: "weights", entry, variant }) as const;

test("weights of another size than what they would stand beside are a variant of their own", () => {
  const place = beside(large, undefined);
  expect(placeBySize(place, "Org/Large-Mini", holding({ BF16: 31e9 }))).toEqual({
    ...{ kind: "variant", entry: large, name: "Large-Mini", like: undefined },
  });
  expect(placeBySize(place, "Org/Large-FP8", holding({ F8_E4M3: 357e9, F32: 1e6 }))).toBe(place);
  // 1.4 times as large, or that much smaller, is another model; a little less is how makers count.
  for (const [size, isOther] of [
    [251, true],
    [257, false],
    [490, false],
    [500, true],
  ] as const)
    expect(placeBySize(place, "Org/Large-X", holding({ BF16: size * 1e9 })).kind, `${size}`).toBe(
      isOther ? "variant" : "weights",
    );
});

test("packed numbers, hubs that say nothing, and names that are taken leave a place as it is", () => {
  const place = beside(several);
  expect(placeBySize(place, "Org/Several-8B-AWQ", holding({ I32: 1e9, F16: 1e9 }))).toBe(place);
  for (const state of ["absent", "notAsked"] as const)
    expect(placeBySize(place, "Org/Several-9B", { state })).toBe(place);
  expect(placeBySize(place, "Org/several-8b", holding({ BF16: 31e9 }))).toBe(place);
  expect(placeBySize(place, "Org/Several-31B", holding({ BF16: 31e9 }))).toMatchObject({
    kind: "variant",
    like: eight,
  });
  const series = { kind: "series", id: "x", name: "X", variant: "X", like: undefined } as const;
  expect(placeBySize(series, "Org/X", holding({ BF16: 31e9 }))).toBe(series);
});
