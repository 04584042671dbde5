import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizesInName, wordsOf } from "#src/sync/names/model-words.ts";
import { precisionInName, quantizationInName } from "#src/sync/names/precision-in-name.ts";

describe("the sizes in a model's name", () => {
  it.each([
    ["Nova3-8B", { parametersB: 8 }],
    ["nova2-1_8b", { parametersB: 1.8 }],
    ["Nova3-0.5B-Instruct", { parametersB: 0.5 }],
    ["Nova3-30B-A3B", { parametersB: 30, activeParametersB: 3 }],
    ["Nova1.5-MoE-A2.7B", { activeParametersB: 2.7 }],
    ["Nova-8x7B", { experts: 8 }],
    ["Nova3.8-2.4T-A95B", { parametersB: 2400, activeParametersB: 95 }],
    ["nova-3n-E4B-it", { parametersB: 4 }],
    ["nova-bloom-2b6", { parametersB: 2.6 }],
    ["Nova-21BA3B", { parametersB: 21, activeParametersB: 3 }],
    ["Nova-mixed8x22b", { experts: 8 }],
    ["Nova-B7", {}],
    ["Nova-V3", {}],
  ])("%s", (name, sizes) => {
    expect(sizesInName(name)).toEqual(sizes);
  });
});

describe("the words of a model's name", () => {
  it.each([
    ["Nova3-4B-Instruct-2507-FP8", ["nova3"], ["instruct", "2507"], undefined],
    ["nova2_5-7b-chat-1m", ["nova2.5"], ["chat"], "1m"],
    ["Nova-4.5V", ["nova4.5", "v"], [], undefined],
    ["Nova-V-4_5-AWQ", ["nova", "v4.5"], [], undefined],
    ["nova-4.1-8B-Marlin", ["nova4.1"], [], undefined],
    ["Nova2.0", ["nova2"], [], undefined],
    ["Nova-Chat-V1-5", ["nova1.5"], ["chat"], undefined],
    ["Nova-8B-Instruct-v2", ["nova"], ["instruct", "v2"], undefined],
    ["Nova-R1-0528", ["nova", "r1"], ["0528"], undefined],
    ["Nova-13B-448px", ["nova", "448px"], [], undefined],
    ["Nova-13B-chat-hf", ["nova"], ["chat"], undefined],
    ["7B", [], [], undefined],
  ])("%s", (name, series, editions, context) => {
    const words = wordsOf(name);
    expect(words.series).toEqual(series);
    expect(words.editions).toEqual(editions);
    expect(words.context).toBe(context);
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        const { all } = wordsOf(text);
        for (const { start, end } of all) expect(end).toBeGreaterThan(start);
      }),
    );
  });
});

describe("the precision in a model's name", () => {
  it.each([
    ["Nova-7B-GPTQ-Int4", "gptq-int4"],
    ["Nova-7B-Int4-GPTQ", "gptq-int4"],
    ["Nova-0.5B-QAT-Int4-GPTQ-format", "gptq-int4"],
    ["nova-7b-w4a16-gptq", "gptq-int4"],
    ["Nova-7B-GPTQ", "gptq"],
    ["Nova-8B-Marlin", "gptq"],
    ["Nova-8B-AutoAWQ", "awq"],
    ["Nova-4B-AWQ-Int4", "awq"],
    ["Nova-7B-W8A8", "int8"],
    ["Nova-7B-4bit", "int4"],
    ["Nova-7B-NVFP4", "nvfp4"],
    ["Nova-7B-MXFP4", "mxfp4"],
    ["nova-7b-fp32", "fp32"],
    ["Nova-7B-BNB", "bitsandbytes"],
    ["Nova-7B-LoRA", "lora"],
    ["Nova-flora", undefined],
    ["Nova-7B", undefined],
  ])("%s → %s", (name, precision) => {
    expect(precisionInName(name)).toBe(precision);
  });

  it.each([
    ["Nova-8B-MLX-4bit", { precision: "mlx", quant: "4bit" }],
    ["Nova-GGUF-Q4_K_S", { precision: "gguf", quant: "q4_k_s" }],
    ["Nova-GGUF", { precision: "gguf" }],
    ["Nova-FP8", { precision: "fp8" }],
    ["Nova", {}],
  ])("%s, with its kind", (name, quantization) => {
    expect(quantizationInName(name)).toEqual(quantization);
  });
});
