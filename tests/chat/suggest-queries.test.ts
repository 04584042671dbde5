import { describe, expect, test } from "vitest";
import { LOCALES, type Locale, textIn } from "#src/base/locale.ts";
import { byNewest } from "#src/catalog/search/names.ts";
import { suggestModels } from "#src/chat/suggest/models.ts";
import { suggestQueries } from "#src/chat/suggest/queries.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const app = await testApp();
const contextIn = (locale: Locale) => ({ ...contextOf(app), catalog: realCatalog, text: textIn(locale), locale });
const queries = (typed: string, locale: Locale = "zh-CN"): string[] =>
  suggestQueries(typed, contextIn(locale)).map(({ value }) => value);
const models = (typed: string): string[] => suggestModels(typed, contextIn("zh-CN")).map(({ value }) => value);

const newest = (familyAlias: string): string =>
  realCatalog.entries
    .filter(({ family, familyAliases }) => family === familyAlias || familyAliases.includes(familyAlias))
    .toSorted(byNewest)[0]?.id ?? "";

describe("queries, from what is typed so far", () => {
  test.each<[typed: string, first: string[], among: string[], never: string[]]>([
    ["q", ["Qwen"], [newest("qwen")], []],
    ["qw", ["Qwen"], ["qwen-coder", newest("qwen")], ["qw"]],
    ["ｑｗ", ["Qwen"], [newest("qwen")], []],
    ["qwen", ["qwen"], [newest("qwen")], []],
    ["qwen3", ["qwen3"], ["qwen3-coder"], ["qwen2"]],
    ["qwne3", ["qwne3", "qwen3"], ["qwen3-vl"], ["chatglm-6b"]],
    ["deeps", ["DeepSeek", newest("deepseek")], ["deepseek-r1"], ["deeps"]],
    ["deepseek r", ["deepseek-r1"], ["deepseek-r1-distill"], ["deepseek deepseek-r1"]],
    ["int4 deepseek r", ["int4 deepseek-r1"], ["int4 deepseek-r1-distill"], []],
    ["int", ["int4"], ["int8", "InternLM", "internlm3-8b"], []],
    ["int4 qw", ["int4 Qwen"], ["int4 qwen2.5"], ["qwen2.5"]],
    ["int4 商", ["int4 商用"], [], []],
    ["通", [], [newest("qwen")], ["chatglm-6b"]],
    ["清", ["清华"], ["chatglm-6b"], ["qwen3"]],
    ["代", ["代码"], [], []],
    ["6G显存能跑的代", [], ["6G显存能跑的代码"], []],
    ["写", ["写代码"], [], ["寫程式"]],
    ["7", ["7b", "<=7GB"], ["70b"], ["7"]],
    ["8", ["8b", "<=8GB"], ["8bit"], ["8"]],
    ["6g", ["6g"], [], []],
    ["<=8", ["<=8GB"], [], []],
    ["128", [], ["128k"], []],
    ["gp", ["gptq"], ["gptq-int4"], ["ling-1"]],
    ["mi", [], ["MiniCPM", "MiniMax", "mit"], []],
    ["r1", ["r1", "deepseek-r1"], ["light-r1"], ["vibethinker"]],
    ["tyqw", [], [newest("qwen")], []],
    ["qinghua", ["qinghua"], ["chatglm-6b"], []],
    ["chatgml", [], ["chatglm-6b"], ["qwen3"]],
    ["cod", [], ["code", "codegeex"], []],
    ["zzzz", [], [], ["zzzz"]],
    ["gpt4", [], [], ["gpt4"]],
  ])("%s", (typed, first, among, never) => {
    const offered = queries(typed);
    expect(offered.slice(0, first.length)).toEqual(first);
    expect(offered).toEqual(expect.arrayContaining(among));
    for (const value of never) expect(offered).not.toContain(value);
  });

  test("with nothing typed in the words of every language, each finding something", () => {
    for (const locale of LOCALES) {
      const offered = queries("", locale);
      expect(offered.length).toBeGreaterThan(15);
      expect(offered.length).toBeLessThanOrEqual(25);
      for (const query of offered) expect(realCatalog.search(query).hits.length).toBeGreaterThan(0);
    }
    expect(queries("", "en-US")).toContain("reasoning");
    expect(queries("", "zh-TW")).toContain("寫程式");
  });

  test("behind a space only what narrows, and still finds something", () => {
    for (const typed of ["qwen ", "医疗 ", "moe <=16GB "]) {
      const [same, ...further] = queries(typed);
      expect(same).toBe(typed.trim());
      const total = realCatalog.count(typed);
      expect(further.length).toBeGreaterThan(0);
      for (const query of further) {
        expect(query.startsWith(typed)).toBe(true);
        expect(realCatalog.count(query)).toBeLessThan(total);
        expect(realCatalog.count(query)).toBeGreaterThan(0);
      }
    }
  });

  test("the count in a suggestion is what the search finds", () => {
    const counted = ["", "int4 ", "qw", "通义"].flatMap((typed) => suggestQueries(typed, contextIn("zh-CN")));
    for (const { name, value } of counted) {
      const count = /（(\d+) 个）$/.exec(name)?.[1];
      if (count !== undefined) expect([value, realCatalog.search(value).hits.length]).toEqual([value, Number(count)]);
    }
    expect(counted.some(({ name }) => name.endsWith("个）"))).toBe(true);
  });

  test("key by key, at most 25, all different, none too long for Discord, each finding something", () => {
    const typed = ["int4 6g 商用", "DeepSeek-R1-Distill", "清华的模型", "moe <=16GB qwen", "ｇｌｍ 4.5"].flatMap(
      (text) => [...text].map((_, at) => text.slice(0, at + 1)),
    );
    for (const text of typed) {
      const offered = suggestQueries(text, contextIn("zh-CN"));
      expect(offered.length).toBeLessThanOrEqual(25);
      expect(new Set(offered.map(({ value }) => value)).size).toBe(offered.length);
      for (const { name, value } of offered) {
        expect(Math.max(name.length, value.length)).toBeLessThanOrEqual(100);
        expect([value, realCatalog.search(value).hits.length > 0]).toEqual([value, true]);
      }
    }
  });
});

describe("models, from what is typed so far", () => {
  test.each<[typed: string, first: string[], among: string[], never: string[]]>([
    ["q", [newest("qwen")], ["qwen3"], ["chatglm-6b"]],
    ["qwen", [newest("qwen")], ["qwen2.5"], ["chatglm-6b"]],
    ["qwne3", ["qwen3"], [], ["chatglm-6b"]],
    ["chatg", ["chatglm-6b"], ["chatglm3-6b"], ["qwen3"]],
    ["通义", [newest("qwen")], ["qwen3"], []],
    ["deepseek r", ["deepseek-r1", "deepseek-r1-distill"], [], []],
    ["r1", ["deepseek-r1"], ["light-r1", "fin-r1"], ["vibethinker", "opencoder"]],
    ["zhipu", [newest("glm")], [], []],
    ["minicp", [newest("minicpm")], ["minicpm-v"], []],
    ["zzzz", [], [], ["qwen3"]],
  ])("%s", (typed, first, among, never) => {
    const offered = models(typed);
    expect(offered.slice(0, first.length)).toEqual(first);
    expect(offered).toEqual(expect.arrayContaining(among));
    for (const id of never) expect(offered).not.toContain(id);
  });

  test("with nothing typed the newest of 25 families", () => {
    const offered = models("");
    expect(offered[0]).toBe(realCatalog.search("").hits[0]?.entry.id);
    expect(new Set(offered.map((id) => realCatalog.entry(id)?.family)).size).toBe(25);
  });
});
