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
  modality: { typed: "多模态", fact: { kind: "modality", modality: "vision" }, pair: ["多模态", "together"] },
  language: { typed: "日语", fact: { kind: "language", language: "ja" }, pair: ["日语 韩语", "together"] },
  purpose: { typed: "写代码", fact: { kind: "purpose", purpose: "code" }, pair: ["写代码 数学", "together"] },
  thinking: {
    typed: "会思考",
    fact: { kind: "thinking", wanted: "on" },
    pair: ["会思考 不思考", "alternatives"],
  },
  fineTuned: { typed: "微调", fact: { kind: "fineTuned" }, pair: ["微调", "together"] },
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

const TODAY = "2026-11-28";
const needs = (gb: number): string => `\n  - {precision: int4, vramInferenceGb: ${gb}}`;

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
    ["before a year, and earlier", { released: "'2023-12'" }, "2024年之前", true],
    ["before a year, and in it", { released: "'2024-01'" }, "2024年之前", false],
    ["the last month of half a year", { released: "'2025-12'" }, "2025年下半年", true],
    ["the month before it", { released: "'2025-06'" }, "2025年下半年", false],
    ["the first month of a quarter", { released: "'2025-04'" }, "2025q2", true],
    ["the month after it", { released: "'2025-07'" }, "2025q2", false],
    ["since a month, in it", { released: "'2026-06-01'" }, "2026-06 以后", true],
    ["since a month, before it", { released: "'2026-05-31'" }, "2026-06 以后", false],
    ["a date beside what happened then", { released: "'2026'" }, "2026年发布的", true],
    ["half a year back", { released: "'2026-05-28'" }, "最近半年", true],
    ["a day more", { released: "'2026-05-27'" }, "最近半年", false],
    ["three months back", { released: "'2026-08-28'" }, "三个月内发布的", true],
    ["a day more than three months", { released: "'2026-08-27'" }, "三个月内发布的", false],
    ["this year", { released: "'2026-01-01'" }, "今年", true],
    ["not this year", { released: "'2025-12-31'" }, "今年", false],
    ["last year", { released: "'2025-12-31'" }, "去年", true],
    ["not last year", { released: "'2026-01-01'" }, "去年", false],
    ["last month", { released: "'2026-10-31'" }, "上个月", true],
    ["not last month", { released: "'2026-11-01'" }, "上个月", false],
    ["less memory than a bound", { requirements: needs(7.9) }, "vram<8", true],
    ["just the bound", { requirements: needs(8) }, "vram<8", false],
    ["just so much memory, without a unit", { requirements: needs(8) }, "显存8", true],
    ["more memory than that", { requirements: needs(8.1) }, "显存8", false],
    ["at most so much", { requirements: needs(8) }, "≤8g", true],
    ["more than at most", { requirements: needs(8.1) }, "vram<=8g", false],
    ["less, in words", { requirements: needs(8) }, "少于 8 G", false],
    ["up to, in words", { requirements: needs(12) }, "12g以下", true],
    ["from one to another", { requirements: needs(12) }, "8到12g", true],
    ["more than the other", { requirements: needs(12.1) }, "8-12GB显存", false],
    ["less than the one", { requirements: needs(7.9) }, "8g到12g", false],
    ["two cards together", { requirements: needs(48) }, "2x24g", true],
    ["more than two cards have", { requirements: needs(48.1) }, "24G×2", false],
    ["main memory beside its name", { requirements: "\n  - {precision: int4, ramGb: 16}" }, "16g内存", true],
    ["the memory of MLX is main memory", { requirements: "\n  - {precision: mlx, ramGb: 8}" }, "mlx 8g", true],
    ["half of this year", { released: "'2026-06'" }, "上半年", true],
    ["not half of this year", { released: "'2026-07'" }, "上半年", false],
    ["about as much, and less by a quarter", { requirements: needs(6) }, "8G 左右", true],
    ["less by more", { requirements: needs(5.9) }, "8G 左右", false],
    ["about as much, and more by a tenth", { requirements: needs(8.8) }, "约8g", true],
    ["more by more", { requirements: needs(8.9) }, "约8g", false],
    ["about a size", { parametersB: "8.4" }, "7b左右", true],
    ["a size beyond that", { parametersB: "8.5" }, "7b左右", false],
    ["thinks always", { thinking: "always" }, "思考", true],
    ["may be told to think", { thinking: "switchable" }, "thinking", true],
    ["never thinks", { thinking: "never" }, "思考", false],
    ["need not think as it never does", { thinking: "never" }, "no-think", true],
    ["thinks always, though it should not", { thinking: "always" }, "不思考", false],
    ["thinking can be switched", { thinking: "switchable" }, "可关闭思考", true],
    ["thinking cannot be switched", { thinking: "always" }, "可关闭思考", false],
    ["of thinking nothing is stated", {}, "不思考", false],
    ["the licence of the weights", { license: "{commercial: unknown, weights: MIT License}" }, "mit", true],
    ["that of the code", { license: "{commercial: unknown, code: MIT, weights: Own License}" }, "mit", false],
    ["that of the code alone", { license: "{commercial: unknown, code: MIT, weights: unknown}" }, "mit", false],
    ["that of the repository", { license: "{commercial: unknown, weights: 仓库 MIT，权重未写}" }, "mit", false],
    ["that of the base model", { license: "{commercial: unknown, weights: MIT（底座 Apache-2.0）}" }, "apache", false],
    ["that of another size", { license: "{commercial: unknown, weights: 7B 为 Own，3B 为 MIT}" }, "mit", true],
    ["a word that holds its letters", { license: "{commercial: unknown, weights: Limited use}" }, "mit", false],
    ["conditions without registration", { license: "{commercial: conditional}" }, "免申请", true],
    ["registration", { license: "{commercial: registration}" }, "不用登记", false],
    [
      "a stand-in in Ollama is not the model",
      { ollama: "\n  - {model: a, official: true, exact: false}" },
      "ollama",
      false,
    ],
    ["the exact model in Ollama is", { ollama: "\n  - {model: a, official: true, exact: true}" }, "ollama", true],
  ])("%s", (_what, fields, query, found) => {
    expect(smallCatalog({ small: fields }, TODAY).search(query).hits).toHaveLength(found ? 1 : 0);
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
    const alone = smallCatalog({ small: { license: "{commercial: 'yes'}", variants } });
    for (const query of ["非商用", "mit"]) expect(alone.search(query).hits).toHaveLength(1);
    for (const query of ["商用", "apache"]) expect(alone.search(query).hits).toHaveLength(0);
    const two = smallCatalog({
      small: { license: "{commercial: 'yes'}", variants: `${variants}\n  - {name: small-3b}` },
    });
    for (const query of ["商用", "非商用"]) expect(two.search(query).hits).toHaveLength(1);
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
