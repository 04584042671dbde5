import { describe, expect, test } from "vitest";
import { LOCALES, type Locale, textIn } from "#src/base/locale.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { catalogPages } from "#src/catalog/readme/pages.ts";
import { factRows } from "#src/chat/compare/facts.ts";
import { commercialText } from "#src/chat/model/license-text.ts";
import { modelSections } from "#src/chat/model/sections.ts";
import { UNLIMITED } from "#src/chat/view.ts";
import { smallCatalog } from "#tests/catalog/small-catalog.ts";

/** A series as it comes: sizes under three licences, some that think, measured with several engines. */
const [series] = smallCatalog({
  lark: {
    name: "Lark",
    developers: "\n  - {name: 云雀实验室 (Lark Lab), zh: 云雀实验室, en: Lark Lab}",
    license: "\n  code: Apache-2.0\n  commercial: 'no'",
    purposes: "[chat, code]",
    variants: `
  - name: Lark-1B
    thinking: never
    attention: {layers: 28, kvHeads: 4, headDim: 128, source: ['https://example.org/config.json']}
    license: {weights: Apache-2.0, commercial: 'yes'}
  - name: Lark-7B
    thinking: switchable
    license: {weights: Apache-2.0, commercial: 'yes'}
    requirements:
      - {precision: bf16, vramInferenceGb: 17.2, contextTokens: 6144, engine: vllm, hardware: H20 96GB}
      - {precision: int8, vramInferenceGb: 9.5}
  - name: Lark-3B
    thinking: always
    purposes: [math]
    license:
      weights: Lark Research
      commercial: 'no'
      clause: {zh: 只供研究, en: research only}
      source: ['https://example.org/research']
  - name: Lark-72B
    license: {weights: Lark License, commercial: conditional, clause: {zh: 月活超过 1 亿须另申请, en: above 100 million users}}`,
  },
}).entries;
if (series === undefined) throw new Error("the test's own entry is wrong");

const page = (entry: Entry, locale: Locale = "zh-CN", tables = false): string =>
  modelSections(entry, { locale, text: textIn(locale), room: { ...UNLIMITED, tables } })
    .map(({ title, lines }) => [title, ...lines].join("\n"))
    .join("\n\n");

describe("the licences of a series", () => {
  test("are told with the variants under each, the freest first, with the clause and its source", () => {
    expect(page(series)).toContain(
      [
        "许可",
        "- 代码许可：Apache-2.0",
        "- 1B、7B：Apache-2.0 · 可商用",
        "- 72B：Lark License · 有条件可商用：月活超过 1 亿须另申请",
        "- 3B：Lark Research · 不可商用：只供研究 ([来源](https://example.org/research))",
      ].join("\n"),
    );
    expect(page(series, "en-US")).toContain("- 3B: Lark Research · not commercial: research only ([source](");
    expect(page(series, "zh-TW")).toContain("72B：Lark License · 有條件可商用：月活超過 1 億須另申請");
  });

  test("stand in short with each variant, and nowhere the strictest for all", () => {
    expect(page(series)).toMatch(/\*\*Lark-7B\*\* .*Apache-2\.0 · 可商用$/m);
    expect(page(series)).toMatch(/\*\*Lark-3B\*\* .*Lark Research · 不可商用$/m);
    expect(page(series)).not.toContain("- 商用：");
  });

  test.each([
    ["zh-CN", "部分可商用（72B 有条件可商用；3B 不可商用）"],
    ["zh-TW", "部分可商用（72B 有條件可商用；3B 不可商用）"],
    ["en-US", "commercial use in part (72B commercial with conditions; 3B not commercial)"],
  ] as const)("are summed up in %s as %s", (locale, expected) => {
    expect(commercialText(series, { locale, text: textIn(locale) })).toBe(expected);
  });

  test("of which few are free name those alone", () => {
    const variants = ["A", "B", "C"].map(
      (name) => `\n  - name: Small-${name}\n    license: {commercial: '${name === "B" ? "yes" : "no"}'}`,
    );
    const [entry] = smallCatalog({ small: { name: "Small", variants: variants.join("") } }).entries;
    expect(entry && commercialText(entry, { locale: "zh-CN", text: textIn("zh-CN") })).toBe("部分可商用（仅 B）");
  });

  test("that are the same everywhere stand once, the variant's own words before the entry's", () => {
    const [entry] = smallCatalog({
      one: {
        variants: "\n  - {name: A, license: {weights: MIT, commercial: 'yes'}}",
        license: "\n  commercial: 'yes'",
      },
    }).entries;
    expect(entry && page(entry)).toContain("- 权重许可：MIT\n- 商用：可以，无需申请");
  });
});

describe("what a variant is", () => {
  test("is told with it where variants differ, and once where they do not", () => {
    expect(page(series)).toMatch(/\*\*Lark-3B\*\* 数学 · 思考模式：始终开启 ·/);
    expect(page(series)).toContain("- 用途：聊天和通用、写代码（部分版本不同）\n");
    expect(page(series)).toMatch(/\*\*Lark-7B\*\* 思考模式：可开关 ·/);
    expect(page(series)).toMatch(/\*\*Lark-1B\*\* .*思考模式：没有 · KV 缓存：每 1K 上下文约 0\.055 GB ·/);
    const [same] = smallCatalog({ same: { thinking: "always", variants: "\n  - name: A\n  - name: B" } }).entries;
    expect(same && page(same)).toContain("- 思考模式：始终开启\n");
    expect(same && page(same)).toMatch(/\*\*A\*\*$/m);
  });

  test.each([
    ["kind: linear, stateValues: 100", "不随上下文增长"],
    ["kind: linear, stateValues: 134217728", "约 0.5 GB，不随上下文增长"],
    [
      "kind: hybrid, fullLayers: 8, linearLayers: 24, kvHeads: 8, headDim: 128, stateValues: 134217728",
      "每 1K 上下文约 0.031 GB，另有固定的 0.5 GB",
    ],
    ["layers: 28, kvHeads: 4, headDim: 128, confidence: base", "每 1K 上下文约 0.055 GB（按基座的结构）"],
  ])("its cache of %s is %s", (attention, expected) => {
    const [entry] = smallCatalog({
      one: { attention: `{${attention}, source: ['https://example.org/config.json']}` },
    }).entries;
    expect(entry && page(entry)).toContain(`- KV 缓存：${expected}\n`);
  });

  test("its measurements have context, engine and hardware in columns", () => {
    expect(page(series, "zh-CN", true)).toContain(
      [
        "| 精度 | 推理显存 | 上下文 | 引擎 | 硬件 |",
        "| --- | --- | --- | --- | --- |",
        "| BF16 · Lark-7B | 17.2 GB | 6K | vLLM | H20 96GB |",
        "| INT8 · Lark-7B | 9.5 GB | 未注明 | 未注明 | 未注明 |",
      ].join("\n"),
    );
    expect(page(series)).toContain("- **BF16 · Lark-7B** 推理显存 17.2 GB · 上下文 6K · vLLM · H20 96GB");
  });
});

test.each([
  ["zh-CN", "开发者：云雀实验室"],
  ["zh-TW", "開發者：雲雀實驗室"],
  ["en-US", "Developers: Lark Lab"],
] as const)("developers are named in the reader's language: %s", (locale, expected) => {
  expect(page(series, locale)).toContain(`- ${expected}\n`);
});

test("of variants with different caches the least and the most are told", () => {
  const attention = (heads: number): string =>
    `{layers: 28, kvHeads: ${heads}, headDim: 128, source: ['https://example.org/config.json']}`;
  const variants = [4, 16, 8].map((heads) => `\n  - {name: A${heads}, attention: ${attention(heads)}}`).join("");
  const [entry] = smallCatalog({ one: { variants } }).entries;
  expect(entry && page(entry)).toContain("- KV 缓存：每 1K 上下文约 0.055–0.22 GB\n");
  expect(entry && catalogPages([entry])[1]?.text).toContain("- 缓存：每 1K tokens 约 0.055–0.22 GB\n");
});

test("a comparison tells of the very variant, and of a series whom each fact is of", () => {
  const context = { locale: "zh-CN", text: textIn("zh-CN") } as const;
  const [small, , research] = series.variants ?? [];
  const subjects = [small, research, undefined].map((variant) => ({ entry: series, variant }));
  const said = new Map(factRows(subjects, context).map(({ label, facts }) => [label, facts.map((fact) => fact?.text)]));
  expect(said.get("用途")).toEqual(["聊天和通用、写代码", "数学", "聊天和通用、写代码（部分版本不同）"]);
  expect(said.get("思考模式")).toEqual(["没有", "始终开启", "没有 / 可开关 / 始终开启（部分版本不同）"]);
  expect(said.get("KV 缓存")).toEqual(["每 1K 上下文约 0.055 GB", undefined, "每 1K 上下文约 0.055 GB"]);
  expect(said.get("权重许可")).toEqual(["Apache-2.0", "Lark Research", "Apache-2.0、Lark License、Lark Research"]);
  expect(said.get("商用")).toEqual(["可商用", "不可商用：只供研究", "部分可商用（72B 有条件可商用；3B 不可商用）"]);
});

test("the generated pages say the same", () => {
  const [list, family] = catalogPages([series]);
  expect(list?.text).toMatch(/\| 部分可商用（72B 有条件可商用；3B 不可商用） \|$/m);
  for (const line of [
    "- 开发者：云雀实验室",
    "- 1B、7B 的许可：Apache-2.0，可商用",
    "- 3B 的许可：Lark Research，不可商用：只供研究（[来源](https://example.org/research)）",
    "- Lark-3B：用途：数学，思考：始终开启，Lark Research，不可商用",
    "| Lark-7B | BF16 | 17.2 GB | 6K | vLLM | H20 96GB |",
  ])
    expect(family?.text.split("\n")).toContain(line);
  expect(family?.text).toContain("- Lark-1B：思考：没有，缓存：每 1K tokens 约 0.055 GB，");
});

test.each(LOCALES)("every word of these facts is there in %s", (locale) => {
  expect(page(series, locale)).not.toMatch(/undefined|\{\{|(?:thinking|cache|licenses|commercialInPart|facts)\.[a-z]/);
});
