import { describe, expect, test } from "vitest";
import { fold } from "#src/catalog/entry/text.ts";
import { readCards } from "#src/catalog/memory/machine.ts";
import { cardPattern } from "#src/catalog/search/card-pattern.ts";
import type { Criterion } from "#src/catalog/search/criteria.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const criteria = (query: string): Criterion[] => realCatalog.search(query).query.criteria;
/** GB of graphics memory that a query asks to stay below; undefined where it does not. */
const vram = (query: string): (number | undefined)[] =>
  criteria(query).flatMap((item) => (item.kind === "memory" && item.device === "vram" ? [item.gb.max] : []));

const TODAY = "2026-01-01";

describe("cards in a query are the memory that they have", () => {
  test.each<[query: string, gb: number, others: number]>([
    ["4090", 24, 0],
    ["4090 商用", 24, 1],
    ["4090能跑的模型", 24, 0],
    ["单卡4090", 24, 0],
    ["2x3090 70b", 48, 1],
    ["双3090", 48, 0],
    ["双卡 3090 写代码", 48, 1],
    ["3090+3060", 36, 0],
    ["8卡H20 deepseek", 768, 1],
    ["a100 40g", 40, 0],
    ["A100 80G x4", 320, 0],
    ["4*A100 80G", 320, 0],
    ["3060笔记本", 6, 0],
    ["3060 笔记本 商用", 6, 1],
    ["4060 8g", 8, 0],
    ["RTX4060M 7b", 8, 1],
    ["7900xtx 推理", 24, 1],
    ["昇腾910B 32G qwen3", 32, 1],
    ["昇騰 910B", 64, 0],
    ["t4 7b", 16, 1],
    ["v100", 32, 0],
    ["v100 16g int4", 16, 1],
    ["m4 max 64g", 48, 0],
    ["m4 max", 24, 0],
    ["m2 16g", 10.66, 0],
    ["mac mini m4 16g", 10.66, 0],
    ["mac studio 512g", 384, 0],
    ["apple m1 小模型", 5.33, 1],
    ["dgx spark", 120, 0],
    ["qwen3 4090", 24, 1],
    ["2x24g 商用", 48, 1],
    ["两张24g", 48, 0],
    ["80G*8 deepseek", 640, 1],
    ["24g", 24, 0],
  ])("%s", (query, gb, others) => {
    expect(vram(query)).toEqual([gb]);
    expect(criteria(query)).toHaveLength(others + 1);
  });

  test.each([
    "glm 4",
    "glm-4.5",
    "qwen3 4b",
    "qwen3 30b-a3b",
    "yi 34b",
    "m1",
    "m2",
    "minimax m2",
    "MiniMax-M1",
    "k2",
    "kimi k2",
    "v3",
    "deepseek v3",
    "r1",
    "deepseek r1 14b",
    "4b",
    "128k",
    "2024",
    "2024-10",
    "780m",
    "1.5b",
    "qwen2-57b-a14b",
    "14090",
    "4090b",
    "x-4090",
    "v0.4090",
  ])("%s names no card", (query) => {
    expect(vram(query)).toEqual([]);
  });

  test("a card's memory is no wish of its own", () => {
    expect(criteria("a100 40g")).toEqual(criteria("40g"));
  });

  test("no name of the catalog is a card, nor holds one", () => {
    const { expression, read } = cardPattern(realCatalog.cards);
    for (const { id, name, family, aliases, variants = [] } of realCatalog.entries)
      for (const known of [id, name, family, ...aliases, ...variants.map((variant) => variant.name)]) {
        expect(readCards(known, realCatalog.cards)).toBeUndefined();
        const held = [...fold(known).matchAll(expression)].filter(
          ({ 0: whole, groups = {} }) => read(groups, TODAY, whole) !== undefined,
        );
        expect(held).toEqual([]);
      }
  });
});
