import { describe, expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { catalogOf } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { smallCatalog } from "./small-catalog.ts";

const { entry } = parseEntry(
  "tuned.yaml",
  smallEntry({
    name: "Tuned",
    license: "{commercial: 'no'}",
    modalities: "[text, vision]",
    contextTokens: "131072",
    variants: `
  - name: tuned-chatglm-6b
    parametersB: 6
    contextTokens: 8192
    license: {commercial: 'yes'}
    weights:
      - {label: BF16, precision: bf16, hub: huggingface, id: a/b}
  - name: tuned-mixtral-VL
    parametersB: 46.7
    activeParametersB: 13
    architecture: moe
    contextTokens: 131072
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
  ])("%s", (query, found) => {
    expect(catalog.search(query).hits).toHaveLength(found ? 1 : 0);
  });
});

test("a word in the names of some variants is about those, unless the entry is called so too", () => {
  const variants = "\n  - {name: zeta-7b, parametersB: 7}\n  - {name: small-3b, parametersB: 3}";
  const found = (aliases: string): number =>
    smallCatalog({ small: { aliases, variants } }).search("zeta 3b").hits.length;
  expect(found("[]")).toBe(0);
  expect(found("[zeta-x]")).toBe(1);
});
