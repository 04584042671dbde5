import { describe, expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { catalogOf } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { smallCatalog, weights } from "./small-catalog.ts";

const { entry } = parseEntry(
  "tuned.yaml",
  smallEntry({
    name: "Tuned",
    license: "{commercial: 'no'}",
    modalities: "[text, vision]",
    purposes: "[chat]",
    thinking: "never",
    contextTokens: "131072",
    variants: `
  - name: tuned-chatglm-6b
    parametersB: 6
    contextTokens: 8192
    modalities: [text]
    license: {commercial: 'yes', weights: MIT}
    weights:
      - {label: BF16, precision: bf16, hub: huggingface, id: a/b}
  - name: tuned-mixtral-VL
    parametersB: 46.7
    activeParametersB: 13
    architecture: moe
    contextTokens: 131072
    purposes: [vision, code]
    thinking: switchable
    released: '2025-06'
    weights:
      - {label: AWQ, precision: awq, hub: huggingface, id: a/c}`,
  }),
);
if (entry === undefined) throw new Error("the test's own entry is wrong");
const catalog = catalogOf([entry]);

describe("criteria together are met by one variant", () => {
  test.each([
    ["chatglm", true],
    ["moe", true],
    ["chatglm moe", false],
    ["mixtral moe", true],
    ["tuned moe", true],
    ["6b 128k", false],
    ["moe 128k", true],
    ["6b 商用", true],
    ["moe 商用", false],
    ["看图 6b", false],
    ["看图 moe", true],
    ["chatglm 16g", true],
    ["chatglm awq", false],
    ["128k 16g", false],
    ["moe 32g", true],
    ["moe 16g", false],
    ["2025 6b", false],
    ["2025 moe", true],
    ["写代码 moe", true],
    ["写代码 6b", false],
    ["写小说 6b", true],
    ["写小说 moe", false],
    ["会思考 moe", true],
    ["会思考 6b", false],
    ["不思考 6b", true],
    ["多模态 6b", false],
    ["多模态 moe", true],
    ["mit 6b", true],
    ["mit moe", false],
    ["非商用 moe", true],
    ["非商用 6b", false],
    ["mit 商用 6b", true],
    ["mit 商用 moe", false],
    ["商用 16g", true],
    ["商用 awq", false],
  ])("%s", (query, found) => {
    expect(catalog.search(query).hits).toHaveLength(found ? 1 : 0);
  });
});

test("an offer of no variant in particular is of one that meets the rest", () => {
  const variants =
    "\n  - {name: small-7b, parametersB: 7, license: {commercial: 'no'}}\n  - {name: small-3b, parametersB: 3, license: {commercial: 'no'}}";
  const found = (license: string): number =>
    smallCatalog({ small: { variants: variants.replace("'no'", license), weights: weights("awq") } }).search("商用 awq")
      .hits.length;
  expect(found("'no'")).toBe(0);
  expect(found("'yes'")).toBe(1);
});

test("how well it is met is how well the best variant alone meets it", () => {
  const small = (size: number, permit: string) =>
    `\n  - {name: v-${size}b, parametersB: ${size}, license: {commercial: ${permit}}}`;
  const catalog = smallCatalog({
    older: { released: "'2023'", variants: small(7, "conditional") + small(72, "conditional") },
    newer: { released: "'2025'", variants: small(7, "registration") + small(72, "'yes'") },
  });
  expect(catalog.search("7b 商用").hits.map(({ entry }) => entry.id)).toEqual(["older", "newer"]);
  expect(catalog.search("72b 商用").hits.map(({ entry }) => entry.id)).toEqual(["newer", "older"]);
});

test("a word in the names of some variants is about those, unless the entry is called so too", () => {
  const variants = "\n  - {name: zeta-7b, parametersB: 7}\n  - {name: small-3b, parametersB: 3}";
  const found = (aliases: string): number =>
    smallCatalog({ small: { aliases, variants } }).search("zeta 3b").hits.length;
  expect(found("[]")).toBe(0);
  expect(found("[zeta-x]")).toBe(1);
});
