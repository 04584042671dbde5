import { describe, expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import type { Fact, FactKind } from "#src/catalog/search/criteria.ts";
import { criterionText } from "#src/chat/model/criterion-text.ts";
import { smallCatalog, weights } from "./small-catalog.ts";

/** Of each kind what people type for it, and whether two of the kind are alternatives or must hold together. */
const EXAMPLES: {
  [Kind in FactKind]: { typed: string; fact: Fact<Kind>; pair: [string, "alternatives" | "together"] };
} = {
  precision: {
    typed: "int4",
    fact: { kind: "precision", asked: { kind: "precision", precision: "int4" } },
    pair: ["int4 int8", "alternatives"],
  },
  memory: {
    typed: "<=8GB",
    fact: { kind: "memory", device: "vram", gb: { max: 8 } },
    pair: [">=8GB <=16GB", "together"],
  },
  parameters: {
    typed: "7b",
    fact: { kind: "parameters", billions: {}, exact: 7 },
    pair: ["7b 13b", "alternatives"],
  },
  context: { typed: "128k", fact: { kind: "context", minTokens: 128_000 }, pair: ["32k 128k", "together"] },
  commercial: { typed: "商用", fact: { kind: "commercial", allowed: true }, pair: ["商用 非商用", "together"] },
  license: { typed: "apache", fact: { kind: "license", name: "apache" }, pair: ["apache mit", "alternatives"] },
  released: {
    typed: "2023",
    fact: { kind: "released", from: "2023", to: "2023" },
    pair: ["2023 2025", "alternatives"],
  },
  architecture: {
    typed: "moe",
    fact: { kind: "architecture", architecture: "moe" },
    pair: ["moe dense", "alternatives"],
  },
  modality: { typed: "看图", fact: { kind: "modality", modality: "vision" }, pair: ["看图 语音", "together"] },
  domain: { typed: "医疗", fact: { kind: "domain", domain: "medical" }, pair: ["医疗 法律", "alternatives"] },
  language: { typed: "日语", fact: { kind: "language", language: "ja" }, pair: ["日语 韩语", "together"] },
  purpose: { typed: "写代码", fact: { kind: "purpose", purpose: "code" }, pair: ["写代码 数学", "together"] },
  ollama: { typed: "ollama", fact: { kind: "ollama" }, pair: ["ollama", "together"] },
};

describe.each(Object.entries(EXAMPLES))("%s", (kind, { typed, fact, pair: [both, meaning] }) => {
  const catalog = smallCatalog({});
  test("is read from what people type, and told in every language", () => {
    expect(catalog.search(typed).query.criteria).toEqual([fact]);
    for (const locale of LOCALES) expect(criterionText(fact, textIn(locale), locale)).not.toBe("");
  });

  test(`two are ${meaning}`, () => {
    const kinds = catalog.search(both).query.criteria.map((criterion) => criterion.kind);
    expect(new Set(kinds)).toEqual(new Set([meaning === "alternatives" ? "anyOf" : kind]));
  });
});

test("bounds of sizes hold together, also beside a size", () => {
  const { criteria } = smallCatalog({}).search(">7b <14b 9b").query;
  expect(criteria.map(({ kind }) => kind)).toEqual(["parameters", "parameters", "parameters"]);
});

/** An entry's facts, a query, and whether it finds the entry: on both sides of each limit. */
describe("limits", () => {
  test.each<[what: string, fields: Record<string, string>, query: string, found: boolean]>([
    ["0.12B more is a size below 2B", { parametersB: "1.61" }, "1.5b", true],
    ["more than 0.12B is not", { parametersB: "1.63" }, "1.5b", false],
    ["0.7B more is a size from 2B", { parametersB: "2.69" }, "2b", true],
    ["more than 0.7B is not", { parametersB: "2.71" }, "2b", false],
    ["0.7B more is a size below 20B", { parametersB: "19.69" }, "19b", true],
    ["a twentieth is a size from 20B", { parametersB: "20.99" }, "20b", true],
    ["more than a twentieth is not", { parametersB: "21.01" }, "20b", false],
    ["a size that its name calls exactly so", { name: "small-7b", parametersB: "7.9" }, "7b", true],
    ["a size that its name rounds by 0.35B", { name: "small-6.7b", parametersB: "6.5" }, "7b", true],
    ["more than 0.7B is no size below 20B", { parametersB: "19.8" }, "19b", false],
    ["below 1B there are sizes too", { parametersB: "0.5" }, "<1b", true],
    ["a size that its name calls otherwise", { name: "small-6.62b", parametersB: "6.7" }, "7b", false],
    ["from 20B on a name need not be that near", { name: "small-21b", parametersB: "21.4" }, "20b", true],
    ["below 20B it must", { name: "small-19.5b", parametersB: "19.6" }, "19b", false],
    ["below 2B a tenth is near", { name: "small-1.6b", parametersB: "1.64" }, "1.5b", true],
    ["below 2B more is not", { name: "small-1.8b", parametersB: "1.81" }, "1.5b", false],
    ["at 2B its name must be near", { name: "small-2.6b", parametersB: "2.6" }, "2b", false],
    ["a bound within 15 % of the name", { name: "small-7b", parametersB: "6.2" }, ">6.5b", true],
    ["a bound beyond 15 % of the name", { name: "small-8b", parametersB: "6.9" }, ">7.5b", false],
    ["a bound that its size meets", { name: "small-7b", parametersB: "7.6" }, ">7.5b", true],
    ["a bound excludes itself", { parametersB: "7" }, "<7b", false],
    ["unless it says otherwise", { parametersB: "7" }, "<=7b", true],
    ["the lower end of a range", { parametersB: "7" }, "7-9b", true],
    ["the upper end of a range", { parametersB: "9" }, "7-9b", true],
    ["below a range", { parametersB: "6.9" }, "7-9b", false],
    ["above a range", { parametersB: "9.1" }, "7-9b", false],
    ["4B is small", { parametersB: "4" }, "小模型", true],
    ["more is not", { parametersB: "4.1" }, "小模型", false],
    ["32,000 tokens are long", { contextTokens: "32000" }, "长文档", true],
    ["fewer are not", { contextTokens: "31999" }, "长文档", false],
    ["a context of just so many", { contextTokens: "128000" }, "128k", true],
    ["a context of one less", { contextTokens: "127999" }, "128k", false],
    ["a variant's context", { variants: "\n  - {name: long, contextTokens: 128000}" }, "128k", true],
    ["4B run on a telephone", { parametersB: "4" }, "端侧", true],
    ["more do not", { parametersB: "4.1" }, "端侧", false],
    ["memory of just so much", { requirements: "\n  - {precision: int4, vramInferenceGb: 8}" }, "8g", true],
    ["memory of more", { requirements: "\n  - {precision: int4, vramInferenceGb: 8.1}" }, "8g", false],
    ["the least of a range of memory", { requirements: "\n  - {precision: int4, vramInferenceGb: 8}" }, "8-12g", true],
    ["less than a range of memory", { requirements: "\n  - {precision: int4, vramInferenceGb: 7}" }, "8-12g", false],
    ["main memory is other memory", { requirements: "\n  - {precision: int4, ramGb: 8}" }, "8g", false],
    ["which can be asked for", { requirements: "\n  - {precision: int4, ramGb: 8}" }, "内存 8g", true],
    ["the last day of a year", { released: "'2023-12-31'" }, "2023", true],
    ["the day after", { released: "'2024-01-01'" }, "2023", false],
    ["the first day of a year", { released: "'2023-01-01'" }, "2023", true],
    ["the day before", { released: "'2022-12-31'" }, "2023", false],
    ["a year that says no month", { released: "'2023'" }, "2023-05", true],
    ["another year that says none", { released: "'2022'" }, "2023-05", false],
    ["since a year, and later", { released: "'2025'" }, "2023以后", true],
    ["since a year, and earlier", { released: "'2022'" }, "2023以后", false],
    ["the date of an update", { updates: "\n  - {name: new, released: '2025-03'}" }, "2025", true],
    [
      "a stand-in in Ollama is not the model",
      { ollama: "\n  - {model: a, official: true, exact: false}" },
      "ollama",
      false,
    ],
    ["the exact model in Ollama is", { ollama: "\n  - {model: a, official: true, exact: true}" }, "ollama", true],
  ])("%s", (_what, fields, query, found) => {
    expect(smallCatalog({ small: fields }).search(query).hits).toHaveLength(found ? 1 : 0);
  });

  test("an offer of no variant in particular has the size of any", () => {
    const variants = "\n  - {name: small-7b, parametersB: 7}\n  - {name: small-13b, parametersB: 13}";
    const catalog = smallCatalog({ small: { variants, weights: weights("int4") } });
    expect(catalog.search("7b int4").hits).toHaveLength(1);
    expect(catalog.search("13b int4").hits).toHaveLength(1);
    expect(catalog.search("32b int4").hits).toHaveLength(0);
  });

  test("a variant that nobody offers has a size and an architecture, but no precision", () => {
    const variant = "{name: small-7b, parametersB: 7, architecture: moe, contextTokens: 128000}";
    const other = "{name: small-3b, parametersB: 3, architecture: dense, contextTokens: 8000}";
    const catalog = smallCatalog({ small: { variants: `\n  - ${variant}\n  - ${other}`, contextTokens: "8000" } });
    for (const query of ["7b 128k", "moe 128k", "7b moe"]) expect(catalog.search(query).hits).toHaveLength(1);
    for (const query of ["3b 128k", "dense 128k", "3b moe", "7b int4"])
      expect(catalog.search(query).hits).toHaveLength(0);
  });

  test("a licence of a variant counts, and so does a part of its name", () => {
    const variants = "\n  - {name: small-7b, license: {commercial: 'no', weights: MIT License}}";
    const catalog = smallCatalog({ small: { license: "{commercial: 'yes'}", variants } });
    for (const query of ["商用", "非商用", "mit"]) expect(catalog.search(query).hits).toHaveLength(1);
    expect(catalog.search("apache").hits).toHaveLength(0);
  });

  test("precision and memory must meet in one offer", () => {
    const catalog = smallCatalog({
      small: {
        requirements: "\n  - {precision: int4, vramInferenceGb: 6}\n  - {precision: int8, vramInferenceGb: 10}",
      },
    });
    expect(catalog.search("int8 10g").hits).toHaveLength(1);
    expect(catalog.search("int8 6g").hits).toHaveLength(0);
    expect(catalog.search("int8 int4 6g").hits).toHaveLength(1);
  });
});

/** Two entries, the one to prefer always the older, so that nothing but the rule puts it first. */
describe("the better of two comes first, though older", () => {
  const needs = (precision: string, gb: number): string => `{precision: ${precision}, vramInferenceGb: ${gb}}`;
  test.each<[what: string, query: string, better: Record<string, string>, other: Record<string, string>]>([
    ["own name before a variant's", "zeta", { name: "zeta" }, { variants: "\n  - {name: zeta}" }],
    ["a variant's name before a family's", "zeta", { variants: "\n  - {name: zeta}" }, { family: "zeta" }],
    ["a family's name before a mention", "zeta", { family: "zeta" }, { summary: "{zh: zeta, en: zeta}" }],
    ["a part of a name before the base", "zeta", { name: "alpha-zeta" }, { baseModel: "zeta" }],
    [
      "a part of a name before a variant's",
      "zeta 7b",
      { name: "a-zeta", parametersB: "7" },
      { parametersB: "7", variants: "\n  - {name: a-zeta-7b}" },
    ],
    ["a variant's name before the base", "zeta", { variants: "\n  - {name: a-zeta}" }, { baseModel: "zeta" }],
    ["the base before the maker", "zeta", { baseModel: "zeta" }, { developers: "[{name: zeta}]" }],
    ["the maker before the summary", "zeta", { developers: "[{name: zeta}]" }, { summary: "{zh: zeta, en: zeta}" }],
    ["the summary before the rest", "zeta", { summary: "{zh: zeta, en: zeta}" }, { highlights: "[zeta]" }],
    [
      "free use before use on conditions",
      "商用",
      { license: "{commercial: 'yes'}" },
      { license: "{commercial: conditional}" },
    ],
    [
      "use on conditions before registration",
      "商用",
      { license: "{commercial: conditional}" },
      { license: "{commercial: registration}" },
    ],
    [
      "the licence of the weights before that of the code",
      "apache",
      { license: "{commercial: unknown, weights: Apache-2.0}" },
      { license: "{commercial: unknown, code: Apache-2.0}" },
    ],
    ["a size called exactly so before one that is near", "7b", { parametersB: "7" }, { parametersB: "7.1" }],
    ["the exact precision before a relative", "int4", { weights: weights("int4") }, { weights: weights("awq") }],
    [
      "the exact precision before less memory",
      "int4",
      { requirements: `\n  - ${needs("int4", 9)}` },
      { requirements: `\n  - ${needs("awq", 6)}` },
    ],
    [
      "less memory where a precision is asked for",
      "int4",
      { requirements: `\n  - ${needs("int4", 6)}` },
      { requirements: `\n  - ${needs("int4", 9)}` },
    ],
    [
      "less memory where only a lower bound is",
      ">=4GB",
      { requirements: `\n  - ${needs("int4", 6)}` },
      { requirements: `\n  - ${needs("int4", 9)}` },
    ],
    [
      "known memory before unknown",
      "int4",
      { requirements: `\n  - ${needs("int4", 9)}` },
      { weights: weights("int4") },
    ],
    [
      "less main memory where graphics memory is the same",
      "int4",
      { requirements: "\n  - {precision: int4, ramGb: 6}" },
      { requirements: "\n  - {precision: int4, ramGb: 9}" },
    ],
    ["a purpose by name before one by summary", "数学", { name: "alpha-math" }, { summary: "{zh: 数学模型, en: x}" }],
    ["a purpose by summary before a remark", "数学", { summary: "{zh: 数学模型, en: x}" }, { highlights: "[数学]" }],
    [
      "the named before who mentions it, also by date",
      "最新 zeta",
      { name: "zeta" },
      { summary: "{zh: zeta, en: zeta}" },
    ],
    [
      "the named before who mentions it, also by size",
      "最小 zeta",
      { name: "zeta", parametersB: "9" },
      { summary: "{zh: zeta, en: zeta}", parametersB: "3" },
    ],
    ["the smaller by size", "最小", { parametersB: "3" }, { parametersB: "9" }],
    ["a known size before an unknown one", "最小", { parametersB: "9" }, {}],
    [
      "the less memory by memory",
      "省显存",
      { requirements: `\n  - ${needs("int8", 6)}` },
      { requirements: `\n  - ${needs("int4", 9)}` },
    ],
    [
      "the named before who mentions it, also by memory",
      "省显存 zeta",
      { name: "zeta" },
      { summary: "{zh: zeta, en: zeta}", requirements: `\n  - ${needs("int4", 9)}` },
    ],
  ])("%s", (_what, query, better, other) => {
    const catalog = smallCatalog({
      better: { released: "'2023-01-01'", ...better },
      other: { released: "'2025-01-01'", ...other },
    });
    expect(catalog.search(query).hits.map(({ entry }) => entry.id)).toEqual(["better", "other"]);
  });

  test("of two that fit, the newer, whatever memory it takes", () => {
    const catalog = smallCatalog({
      older: { released: "'2023'", requirements: `\n  - ${needs("int4", 4)}` },
      newer: { released: "'2025'", requirements: `\n  - ${needs("int4", 7)}` },
    });
    expect(catalog.search("8g").hits.map(({ entry }) => entry.id)).toEqual(["newer", "older"]);
    expect(catalog.search("int4 8g").hits.map(({ entry }) => entry.id)).toEqual(["newer", "older"]);
    expect(catalog.search("int4").hits.map(({ entry }) => entry.id)).toEqual(["older", "newer"]);
  });

  test("an order that was asked for counts before how well the rest is met", () => {
    const catalog = smallCatalog({
      better: { released: "'2023'", license: "{commercial: 'yes'}", requirements: `\n  - ${needs("int4", 9)}` },
      worse: { released: "'2025'", license: "{commercial: conditional}", requirements: `\n  - ${needs("int4", 6)}` },
    });
    for (const query of ["最新 商用", "省显存 商用"])
      expect(catalog.search(query).hits.map(({ entry }) => entry.id)).toEqual(["worse", "better"]);
    expect(catalog.search("商用").hits.map(({ entry }) => entry.id)).toEqual(["better", "worse"]);
  });

  test("by memory counts the least of what was asked for, whatever its precision; else the least of the best", () => {
    const catalog = smallCatalog({
      other: { released: "'2025'", requirements: `\n  - ${needs("int4", 7)}` },
      relative: { released: "'2023'", requirements: `\n  - ${needs("int4", 9)}\n  - ${needs("awq", 5)}` },
    });
    expect(catalog.search("int4", { sort: "memory" }).hits.map(({ entry }) => entry.id)).toEqual(["relative", "other"]);
    expect(catalog.search("int4").hits.map(({ entry }) => entry.id)).toEqual(["other", "relative"]);
    const close = smallCatalog({
      least: {
        released: "'2023'",
        requirements: `\n  - ${needs("int4", 6)}\n  - {variant: x, precision: int4, vramInferenceGb: 6.5}`,
      },
      more: { released: "'2025'", requirements: `\n  - ${needs("int4", 6.2)}` },
    });
    expect(close.search("int4").hits.map(({ entry }) => entry.id)).toEqual(["least", "more"]);
  });

  test("the family of a name counts as named, in the order of release", () => {
    const catalog = smallCatalog({
      named: { name: "zeta", family: "Zetas", released: "'2023'" },
      relative: { family: "Zetas", released: "'2025'" },
      mention: { summary: "{zh: zeta, en: zeta}", released: "'2026'" },
    });
    expect(catalog.search("zeta", { sort: "newest" }).hits.map(({ entry }) => entry.id)).toEqual([
      "relative",
      "named",
      "mention",
    ]);
    expect(catalog.search("zeta").hits.map(({ entry }) => entry.id)).toEqual(["named", "relative", "mention"]);
  });

  test("by name, in the order of the alphabet", () => {
    const catalog = smallCatalog({ b: { name: "Beta", released: "'2025'" }, a: { name: "Alpha", released: "'2023'" } });
    expect(catalog.search("", { sort: "name" }).hits.map(({ entry }) => entry.id)).toEqual(["a", "b"]);
  });
});

describe("the offers of a hit", () => {
  const variant = (name: string, billions: number, requirements: string): string =>
    `\n  - name: ${name}\n    parametersB: ${billions}\n    requirements:${requirements}`;
  const need = (precision: string, gb: number, more = ""): string =>
    `\n      - {precision: ${precision}, vramInferenceGb: ${gb}${more}}`;
  const offers = (query: string, variants: string) =>
    smallCatalog({ small: { variants } })
      .search(query)
      .hits[0]?.offers.map(({ variant: name, precision, vramGb }) => `${name} ${precision} ${vramGb}`);

  test("where nothing in particular was asked there are none", () => {
    expect(offers("small", variant("small-7b", 7, need("int4", 6)))).toEqual([]);
  });

  test("the exact precision comes before a relative, then the least memory", () => {
    const variants =
      variant("small-7b", 7, `${need("awq", 5)}${need("int4", 9)}`) + variant("small-6b", 6, need("int4", 7));
    expect(offers("int4", variants)).toEqual(["small-6b int4 7", "small-7b int4 9", "small-7b awq 5"]);
  });

  test("what must fit is the largest that does, then the measured, then the widest", () => {
    const variants =
      variant("small-3b", 3, need("int8", 4)) +
      variant("small-7b", 7, `${need("int4", 5)}${need("int8", 8)}${need("fp16", 16)}`);
    expect(offers("8g", variants)).toEqual(["small-7b int8 8", "small-7b int4 5", "small-3b int8 4"]);
    const estimated = variant("small-7b", 7, `${need("int8", 8, ", estimated: true")}${need("int4", 5)}`);
    expect(offers("8g", estimated)).toEqual(["small-7b int4 5", "small-7b int8 8"]);
    const other = variant("small-7b", 7, `${need("int8", 8)}${need("int4", 5, ", estimated: true")}`);
    expect(offers("8g", other)).toEqual(["small-7b int8 8", "small-7b int4 5"]);
  });

  test("what must fit is of the exact precision before any other", () => {
    const variants = variant("small-3b", 3, need("int4", 4)) + variant("small-7b", 7, need("awq", 6));
    expect(offers("int4 8g", variants)).toEqual(["small-3b int4 4", "small-7b awq 6"]);
  });

  test("a named variant is shown alone", () => {
    const variants = variant("small-3b", 3, need("int8", 4)) + variant("small-7b", 7, need("int8", 8));
    expect(offers("small-7b", variants)).toEqual(["small-7b int8 8"]);
    expect(offers("small-7b int8", variants)).toEqual(["small-7b int8 8"]);
  });

  test("what the entry is called itself means all of it, though a variant is called so too", () => {
    const variants = variant("small", 3, need("int8", 4)) + variant("small-7b", 7, need("int8", 8));
    expect(offers("small", variants)).toEqual([]);
    expect(offers("small int8", variants)).toHaveLength(2);
  });
});
