import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fittingEntry, linkedModels, precisionInName, seriesOf } from "#src/sync/sources/hub-names.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { entryOf } from "./samples.ts";

describe("links to models in a README", () => {
  it.each([
    ["[HF](https://huggingface.co/Qwen/Qwen3-8B)", ["huggingface:Qwen/Qwen3-8B"]],
    ["https://huggingface.co/zai-org/GLM-4.6/tree/main.", ["huggingface:zai-org/GLM-4.6"]],
    ["<a href='https://modelscope.cn/models/ZhipuAI/glm-4-9b/summary'>", ["modelscope:ZhipuAI/glm-4-9b"]],
    ["https://www.modelscope.cn/models/qwen/Qwen3-8B?x=1", ["modelscope:qwen/Qwen3-8B"]],
    ["https://hf-mirror.com/Qwen/Qwen3-8B-GGUF、", ["huggingface:Qwen/Qwen3-8B-GGUF"]],
    ["https://huggingface.co/a/b https://HUGGINGFACE.co/A/B https://huggingface.co/a/B", ["huggingface:a/b"]],
    ["https://huggingface.co/spaces/Qwen/Demo https://huggingface.co/datasets/x/y", []],
    ["https://huggingface.co/collections/Qwen/qwen3-67 https://huggingface.co/papers/2505.09388", []],
    ["https://huggingface.co/Qwen git clone https://huggingface.co/x/y.git", ["huggingface:x/y"]],
    ["huggingface.co/没有/地址", []],
  ])("%s", (markdown, expected) => {
    expect(linkedModels(markdown).map(({ hub, id }) => `${hub}:${id}`)).toEqual(expected);
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        for (const { id } of linkedModels(`https://huggingface.co/${text}/x ${text}`))
          expect(id).toMatch(/^[^/\s]+\/[^/\s]+$/);
      }),
    );
  });
});

describe("what a model's name says", () => {
  it.each([
    ["Qwen3.5-7B-Instruct-GPTQ-Int4", "Qwen3.5", "gptq-int4"],
    ["GLM-4.6-FP8", "GLM-4.6", "fp8"],
    ["Kimi-K2-Instruct-0905", "Kimi-K2", undefined],
    ["Qwen3-30B-A3B-AWQ", "Qwen3", "awq"],
    ["internlm2_5-7b-chat-1m-gguf", "internlm2_5", "gguf"],
    ["DeepSeek-V4", "DeepSeek-V4", undefined],
    ["MiniCPM-V-4.6-int4", "MiniCPM-V-4.6", "int4"],
    ["Yi-1.5-34B-Chat-8bit", "Yi-1.5", undefined],
    ["flora-mint4u", "flora-mint4u", undefined],
    ["7B", "7B", undefined],
  ])("%s is of the series %s, at %s", (name, series, precision) => {
    expect(seriesOf(name)).toBe(series);
    expect(precisionInName(name)).toBe(precision);
  });
});

describe("the entry that a model's name fits", () => {
  const entries = [
    entryOf("qwen2.5", { name: "Qwen2.5" }),
    entryOf("qwen3", { name: "Qwen3", variants: [{ name: "Qwen3-8B" }] }),
    entryOf("qwen3-coder", { name: "Qwen3-Coder" }),
    entryOf("internlm2", { name: "InternLM2" }),
    entryOf("chatglm-6b", { name: "ChatGLM-6B", aliases: ["chatglm"] }),
  ];
  it.each([
    ["Qwen3-14B-GGUF", "qwen3"],
    ["qwen3_32b", "qwen3"],
    ["Qwen3-Coder-480B-A35B", "qwen3-coder"],
    ["Qwen3.5-7B", undefined],
    ["Qwen3VL-7B", undefined],
    ["Qwen2.5-7B-Instruct-1M", "qwen2.5"],
    ["internlm2_5-7b-chat", undefined],
    ["internlm2-chat-20b", "internlm2"],
    ["chatglm-6b-int8", "chatglm-6b"],
    ["ChatGLM2-6B", undefined],
    ["Baichuan-7B", undefined],
  ])("%s → %s", (name, id) => {
    expect(fittingEntry(name, entries)?.id).toBe(id);
  });

  it("finds the entry of each variant of the catalog again", () => {
    for (const entry of realCatalog.entries)
      for (const { name } of entry.variants ?? []) expect(fittingEntry(name, realCatalog.entries), name).toBeDefined();
  });
});
