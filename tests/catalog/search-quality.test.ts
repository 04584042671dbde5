import { describe, expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { criterionText } from "#src/chat/model/criterion-text.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { FACTS, NAMES, NOTHING, PURPOSES, SAID } from "./typed-queries.ts";

const ids = (query: string): string[] => realCatalog.search(query).hits.map(({ entry }) => entry.id);

describe.each([
  ["names", NAMES],
  ["facts", FACTS],
  ["purposes", PURPOSES],
  ["what people say", SAID],
])("by %s", (_what, rows) => {
  test.each(rows)("%s", (query, first, among, never) => {
    const found = ids(query);
    expect(found.slice(0, first.length)).toEqual(first);
    expect(found.slice(0, 10)).toEqual(expect.arrayContaining(among));
    const met = realCatalog.search(query).hits.filter(({ group }) => group !== "others" && group !== "doesToo");
    for (const id of never) expect(met.map(({ entry }) => entry.id)).not.toContain(id);
  });
});

test.each(NOTHING)("%s finds nothing", (query) => {
  expect(ids(query)).toEqual([]);
});

test("where nothing meets all, the named model and its family are nearest", () => {
  const { nearest } = realCatalog.search("chatglm 语音");
  expect(nearest.map(({ id }) => id)).toContain("chatglm-6b");
  expect(nearest.every(({ family }) => family === "GLM")).toBe(true);
});

test("what fits in a memory is shown at its largest, a named variant as itself", () => {
  const shown = (query: string) => realCatalog.search(query).hits[0]?.offers[0];
  expect(shown("qwen3 8g")).toMatchObject({ variant: "Qwen3-8B", precision: "awq" });
  expect(shown("qwen3-1.7b")).toMatchObject({ variant: "Qwen3-1.7B" });
  expect(shown("int4 chatglm")).toMatchObject({ precision: "int4", vramGb: 6 });
});

test("QwQ-32B fits a card of 24 GB, and not with 128K of context", () => {
  expect(ids("qwq-32b 24g")).toEqual(["qwq-32b"]);
  expect(ids("qwq-32b 24g 32k")).toEqual([]);
  expect(ids("qwq-32b 24g 128k")).toEqual([]);
  expect(ids("qwq-32b 64g 128k")).toEqual(["qwq-32b"]);
});

describe("what was understood is said", () => {
  const text = textIn("zh-CN");
  test.each<[query: string, criteria: string[], ignored: string[]]>([
    ["能商用的代码模型", ["可商用", "写代码"], []],
    ["6G显存能跑的", ["显存 ≤ 6 GB"], ["能跑的"]],
    ["4090 推理", ["显存 ≤ 24 GB", "推理（思考）"], []],
    ["4090 128k", ["显存 ≤ 24 GB（128K 上下文时）", "上下文 ≥ 128K"], []],
    ["中医", ["医疗（「中医」优先）"], []],
    ["心血管", ["医疗"], []],
    ["2张3090", ["显存 ≤ 48 GB"], []],
    ["百川 13b", ["「百川」", "参数 ≈ 13B"], []],
    ["qwne3", ["「qwne3」 → 「qwen3」"], []],
    ["智普", ["「智普」 → 「智谱」"], []],
    ["qwen 适合新手", ["「qwen」"], ["适合", "新手"]],
    ["小模型", ["参数 ≤ 4B"], []],
    ["手机 ollama", ["可用 Ollama 运行", "端侧（手机等）"], []],
    ["1m apache license 2.0", ["上下文 ≥ 1M", "APACHE 许可"], []],
  ])("%s", (query, criteria, ignored) => {
    const { query: parsed } = realCatalog.search(query);
    expect(parsed.criteria.map((item) => criterionText(item, text, "zh-CN"))).toEqual(criteria);
    expect(parsed.ignored).toEqual(ignored);
  });
});
