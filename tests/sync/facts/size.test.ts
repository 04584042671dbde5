import { describe, expect, test } from "vitest";
import { sizeOf, storedParametersOf } from "#src/sync/facts/size.ts";
import { modelFacts } from "./model-facts.ts";

const stored = (byType: Record<string, number>) =>
  modelFacts({ stored: { total: Object.values(byType).reduce((all, count) => all + count, 0), byType } });
const nothing = modelFacts();

describe("the size of a model", () => {
  test.each([
    ["Qwen3-8B", { parametersB: 8 }],
    ["Qwen3-0.6B-Base", { parametersB: 0.6 }],
    ["Qwen3-235B-A22B-Instruct-2507-FP8", { parametersB: 235, activeParametersB: 22 }],
    ["SmallThinker-4BA0.6B-Instruct", { parametersB: 4, activeParametersB: 0.6 }],
    ["internlm2-chat-1_8b", { parametersB: 1.8 }],
    ["pangu_2_6B", { parametersB: 2.6 }],
    ["internlm_20b", { parametersB: 20 }],
    ["Ring-1T", { parametersB: 1000 }],
    ["BlueLM-270M", { parametersB: 0.27 }],
    ["Qwen2.5-7B-Instruct-1M", { parametersB: 7 }],
    ["InternLM-Chat-1M", {}],
    ["InternLM1.8B-chat", {}],
    ["Baichuan-M2-32B", { parametersB: 32 }],
    ["Mixtral-8x22B", {}],
    ["Qwen1.5-MoE-A2.7B", {}],
    ["DeepSeek-V3.2", {}],
    ["Step-3.5-Flash-128K", {}],
    ["Merge-7B-13B", {}],
  ])("by the name %s is %o", (name, size) => {
    expect(sizeOf(nothing, name)).toEqual(size);
  });

  test("has the name's figure before that of the files, and theirs where it differs by a hundredth", () => {
    expect(sizeOf(stored({ BF16: 8_191_000_000 }), "Qwen3-8B")).toEqual({ parametersB: 8, storedParametersB: 8.191 });
    expect(sizeOf(stored({ BF16: 8_079_000_000 }), "Qwen3-8B")).toEqual({ parametersB: 8 });
    expect(sizeOf(stored({ BF16: 8_080_000_000 }), "Qwen3-8B")).toEqual({ parametersB: 8, storedParametersB: 8.08 });
    expect(sizeOf(stored({ F8_E4M3: 684_000_000_000, F32: 531_000_000 }), "DeepSeek-V3")).toEqual({ parametersB: 685 });
  });

  test("is not that of a name that the files gainsay, as of a draft head", () => {
    expect(sizeOf(stored({ BF16: 4_000_000_000 }), "Qwen3-8B-eagle3")).toEqual({
      parametersB: 8,
      storedParametersB: 4,
    });
    expect(sizeOf(stored({ BF16: 3_900_000_000 }), "Qwen3-8B-eagle3")).toEqual({});
    expect(sizeOf(stored({ BF16: 16_100_000_000 }), "Qwen3-8B-eagle3")).toEqual({});
  });

  test("is not counted from packed numbers", () => {
    expect(storedParametersOf(stored({ I32: 3_000_000_000, BF16: 1_000_000_000 }))).toBeUndefined();
    expect(storedParametersOf(stored({ U8: 500_000_000_000, F8_E8M0: 1 }))).toBeUndefined();
    expect(storedParametersOf(stored({ I64: 1_000, BF16: 1_000_000_000 }))).toBe(1);
    expect(storedParametersOf(stored({}))).toBeUndefined();
    expect(storedParametersOf(nothing)).toBeUndefined();
    expect(storedParametersOf(stored({ BF16: Number.MAX_VALUE }))).toBeUndefined();
  });

  test("takes no long time over a long name", () => {
    expect(sizeOf(nothing, "8B-".repeat(100_000))).toEqual({ parametersB: 8 });
    expect(sizeOf(nothing, `${"1".repeat(1_000_000)}B`)).toEqual({});
  });
});
