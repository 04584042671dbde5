import { describe, expect, test } from "vitest";
import { developerName } from "#src/catalog/entry/developer-name.ts";
import { commercialOf, contextOf, licenseGroups, sharedBy } from "#src/catalog/entry/of-variant.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { cacheGrowth } from "#src/catalog/memory/cache-growth.ts";
import { smallCatalog } from "./small-catalog.ts";

const entryOf = (fields: Record<string, string>): Entry => {
  const [entry] = smallCatalog({ small: fields }).entries;
  if (entry === undefined) throw new Error("the test's own entry is wrong");
  return entry;
};
const variant = (name: string, license?: string): string =>
  `\n  - name: ${name}${license === undefined ? "" : `\n    license: ${license}`}`;
const names = (variants: readonly { name: string }[]): string => variants.map(({ name }) => name).join();

/** `commercial: yes` would be read as a boolean by older YAML, so the files quote it. */
const free = "{weights: Apache-2.0, commercial: 'yes'}";
const research = (clause: string): string =>
  `{weights: Research, commercial: 'no', clause: {zh: ${clause}, en: research only}}`;

describe("the context of a variant", () => {
  const contexts = (second: string): (number | undefined)[] => {
    const entry = entryOf({ contextTokens: "1048576", variants: `${variant("A")}${variant("B")}${second}` });
    return [undefined, ...(entry.variants ?? [])].map((of) => contextOf(entry, of));
  };

  test("is the entry's where no variant states one", () => {
    expect(contexts("")).toEqual([1048576, 1048576, 1048576]);
  });

  test("is not known where another one states its own", () => {
    expect(contexts("\n    contextTokens: 1048576")).toEqual([1048576, undefined, 1048576]);
  });
});

describe("commercial use of an entry", () => {
  test.each([
    ["without variants it is the entry's own", {}, "conditional", "conditional"],
    [
      "variants that state none are under the entry's",
      { variants: variant("A") + variant("B") },
      "conditional",
      "conditional",
    ],
    ["a freer variant makes it mixed", { variants: variant("A") + variant("B", free) }, "yes", "conditional"],
    ["the entry's does not count where every variant has one", { variants: variant("A", free) }, "yes", "yes"],
    [
      "so does a stricter one",
      { variants: variant("A", "{commercial: registration}") + variant("B", "{commercial: unknown}") },
      "registration",
      "unknown",
    ],
    [
      "what nobody says counts as freer than a plain no",
      { variants: variant("A", "{commercial: unknown}") + variant("B", research("x")) },
      "unknown",
      "no",
    ],
  ])("%s", (_case, fields, freest, strictest) => {
    const use = commercialOf(entryOf({ license: "\n  commercial: conditional", ...fields }));
    expect(use).toMatchObject({ freest, strictest, mixed: freest !== strictest });
  });

  test("says which variants are how free, the freest first, in the order of the file", () => {
    const entry = entryOf({
      variants: variant("A", research("x")) + variant("B", free) + variant("C") + variant("D", free),
      license: "\n  commercial: conditional",
    });
    expect(commercialOf(entry).groups.map(({ value, variants }) => [value, names(variants)])).toEqual([
      ["yes", "B,D"],
      ["conditional", "C"],
      ["no", "A"],
    ]);
  });
});

test("variants with one licence are one group; another clause is another licence, another source is not", () => {
  const from = (source: string): string => `{weights: W, commercial: 'yes', source: ['https://example.org/${source}']}`;
  const entry = entryOf({
    variants:
      variant("A", from("a")) + variant("B", from("b")) + variant("C", research("一")) + variant("D", research("二")),
    license: "\n  commercial: 'no'",
  });
  expect(licenseGroups(entry).map(({ value, variants }) => [value.weights, names(variants)])).toEqual([
    ["W", "A,B"],
    ["Research", "C"],
    ["Research", "D"],
  ]);
});

test("what is shared is told of the entry where it has no variants", () => {
  expect(sharedBy(entryOf({}), (of) => of?.name ?? "whole")).toEqual([{ value: "whole", variants: [] }]);
  const groups = sharedBy(entryOf({ variants: variant("A") + variant("B") }), () => 1);
  expect(groups.map(({ variants }) => names(variants))).toEqual(["A,B"]);
});

test("a developer is named in the reader's language, else as the entry has it", () => {
  const both = { name: "智谱 AI (Zhipu AI)", zh: "智谱 AI", en: "Zhipu AI" };
  expect([developerName(both, "zh"), developerName(both, "en")]).toEqual(["智谱 AI", "Zhipu AI"]);
  expect(developerName({ name: "DeepSeek" }, "zh")).toBe("DeepSeek");
  expect(developerName({ name: "阿里云", en: "Alibaba Cloud" }, "zh")).toBe("阿里云");
});

describe("the growth of the cache", () => {
  const growth = (attention: string) =>
    cacheGrowth(entryOf({ attention: `{${attention}, source: ['https://example.org/config.json']}` }), undefined);

  test("is that of two vectors a layer and token", () => {
    // Qwen2.5-7B: 28 layers, 4 heads of 128; 57,344 bytes a token.
    expect(growth("layers: 28, kvHeads: 4, headDim: 128")).toEqual({
      gbPer1K: (57_344 * 1024) / 2 ** 30,
      fixedGb: 0,
      confidence: undefined,
    });
  });

  test("counts layers with a window as fixed, from the end of the window on", () => {
    const sliding = growth("kind: sliding, layers: 4, fullLayers: 1, kvHeads: 1, headDim: 128, window: 512");
    expect(sliding?.gbPer1K).toBeCloseTo((512 * 1024) / 2 ** 30, 12);
    expect(sliding?.fixedGb).toBeCloseTo((3 * 512 * 512) / 2 ** 30, 12);
  });

  test("of linear layers is none, and their states are fixed", () => {
    expect(growth("kind: linear, layers: 24, stateValues: 1048576")).toMatchObject({ gbPer1K: 0, fixedGb: 2 ** -8 });
  });

  test("is not known where a figure is missing, and says where the shape is from", () => {
    expect(growth("layers: 28, kvHeads: 4")).toBeUndefined();
    expect(growth("layers: 28, kvHeads: 4, headDim: 128, confidence: base")?.confidence).toBe("base");
    expect(cacheGrowth(entryOf({}), undefined)).toBeUndefined();
  });
});
