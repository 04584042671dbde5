import { describe, expect, test } from "vitest";
import { precisionOf } from "#src/sync/facts/quantization.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { modelFacts } from "./model-facts.ts";

const byName = (name: string) => precisionOf(modelFacts(), name);
const byConfig = (quantization_config: object, model: object = {}) =>
  precisionOf(modelFacts({ config: { ...model, quantization_config } }), "Model-8B")?.precision;
const file = (path: string) => ({ path, bytes: 1_000_000_000 });

describe("the precision of weights", () => {
  test.each([
    ["Qwen3-8B-FP8", { precision: "fp8" }],
    ["Qwen3-8B-AWQ", { precision: "awq" }],
    ["Hunyuan-4B-Instruct-AWQ-Int4", { precision: "awq" }],
    ["Qwen3-8B-GPTQ-Int8", { precision: "gptq-int8" }],
    ["MiniCPM-V-4.6-GPTQ", { precision: "gptq" }],
    ["midashenglm-7b-w4a16-gptq", { precision: "gptq-int4" }],
    ["Baichuan2-7B-Chat-4bits", { precision: "int4" }],
    ["Qwen3-8B-GGUF", { precision: "gguf" }],
    ["Step-3.5-Flash-GGUF-Q4_K_S", { precision: "gguf", quant: "q4_k_s" }],
    ["Qwen3-8B-MLX-4bit", { precision: "mlx", quant: "4bit" }],
    ["Step-3.7-Flash-NVFP4", { precision: "nvfp4" }],
    ["lora-llama-med", { precision: "lora" }],
    ["Qwen3-8B", undefined],
  ])("by the name %s is %o", (name, expected) => {
    expect(byName(name)).toEqual(expected);
  });

  test("by the name is that of the catalog, or its width where the name says no more", () => {
    const weights = realCatalog.entries.flatMap(({ weights = [], variants = [] }) => [
      ...weights,
      ...variants.flatMap((variant) => variant.weights ?? []),
    ]);
    const said = weights.flatMap(({ id, precision }) => {
      const named = id === undefined ? undefined : byName(id.slice(id.indexOf("/") + 1));
      return named === undefined ? [] : [{ id, precision, named: named.precision }];
    });
    const others = said.filter(({ precision, named }) => precision !== named);
    const methods = others.filter(({ named }) => !["int4", "int8", "gptq", "lora"].includes(named));
    expect(methods).toEqual([]);
    expect(said.length).toBeGreaterThan(400);
    expect(others.length).toBeLessThan(said.length / 10);
  });

  test.each([
    ["gptq-int4", { quant_method: "gptq", bits: 4 }],
    ["gptq-int8", { quant_method: "gptq", bits: 8 }],
    ["gptq", { quant_method: "gptq", bits: 3 }],
    ["gptq", { quant_method: "gptq", bits: "4" }],
    ["awq", { quant_method: "awq", bits: 4 }],
    [undefined, { quant_method: "awq", bits: 8 }],
    ["fp8", { quant_method: "fp8", weight_block_size: [128, 128] }],
    ["mxfp4", { quant_method: "mxfp4" }],
    ["int4", { quant_method: "bitsandbytes", load_in_4bit: true }],
    ["int8", { quant_method: "bitsandbytes", load_in_8bit: true }],
    ["nvfp4", { quant_method: "modelopt", quant_algo: "NVFP4" }],
    [undefined, { quant_method: "modelopt", quant_algo: "MIXED_PRECISION" }],
    [undefined, { quant_method: "constructor" }],
    [undefined, { quant_method: ["fp8"] }],
    [undefined, {}],
  ])("is %s by the config's %o", (expected, settings) => {
    expect(byConfig(settings)).toBe(expected);
  });

  test("is that of all groups of compressed tensors, or not said", () => {
    const group = (type: string, num_bits: number, format?: string) => ({ format, weights: { type, num_bits } });
    const groups = (...all: object[]) => ({ quant_method: "compressed-tensors", config_groups: { ...all } });
    expect(byConfig(groups(group("int", 4)))).toBe("int4");
    expect(byConfig(groups(group("float", 8)))).toBe("fp8");
    expect(byConfig(groups(group("float", 4, "mxfp4-pack-quantized")))).toBe("mxfp4");
    expect(byConfig(groups(group("float", 4, "nvfp4-pack-quantized")))).toBe("nvfp4");
    expect(byConfig(groups(group("float", 4)))).toBe("fp4");
    expect(byConfig(groups(group("int", 4), group("int", 8)))).toBeUndefined();
    expect(byConfig(groups())).toBeUndefined();
  });

  test("has experts of four bits in FP8 models that say so, also where the language model is nested", () => {
    expect(byConfig({ quant_method: "fp8" }, { expert_dtype: "fp4" })).toBe("fp4-mixed");
    const nested = { num_hidden_layers: 2, quantization_config: { quant_method: "fp8" } };
    expect(precisionOf(modelFacts({ config: { text_config: nested } }), "Model")?.precision).toBe("fp8");
  });

  test("takes the method from the config where the name says the width only", () => {
    const config = { quantization_config: { quant_method: "gptq", bits: 8 } };
    expect(precisionOf(modelFacts({ config }), "Qwen-7B-Chat-Int8")).toEqual({ precision: "gptq-int8" });
    expect(precisionOf(modelFacts({ config }), "Qwen-7B-Chat-Int4")).toEqual({ precision: "int4" });
    expect(precisionOf(modelFacts({ config }), "Qwen-7B-Chat-GPTQ")).toEqual({ precision: "gptq-int8" });
  });

  test("is else that of the files, then of most stored numbers, then of the config", () => {
    const gguf = [file("model-Q4_K_M.gguf"), file("mmproj-F16.gguf")];
    expect(precisionOf(modelFacts({ files: gguf }), "Model")).toEqual({ precision: "gguf", quant: "q4_k_m" });
    expect(precisionOf(modelFacts({ files: [...gguf, file("model-Q8_0.gguf")] }), "Model")).toEqual({
      precision: "gguf",
    });
    const mlx = modelFacts({ library: "mlx", config: { quantization: { bits: 8 } } });
    expect(precisionOf(mlx, "Model")).toEqual({ precision: "mlx", quant: "8bit" });
    const adapter = [file("adapter_config.json"), file("adapter_model.safetensors")];
    expect(precisionOf(modelFacts({ files: adapter }), "Model")).toEqual({ precision: "lora" });
    const config = { torch_dtype: "float32" };
    const stored = { total: 10, byType: { F32: 4, F16: 6 } };
    expect(precisionOf(modelFacts({ stored, config }), "Model")).toEqual({ precision: "fp16" });
    expect(precisionOf(modelFacts({ config }), "Model")).toEqual({ precision: "fp32" });
    const halves = { total: 10, byType: { F32: 5, F16: 5 } };
    expect(precisionOf(modelFacts({ stored: halves, config }), "Model")).toBeUndefined();
    expect(precisionOf(modelFacts({ config: { dtype: "toString" } }), "Model")).toBeUndefined();
  });
});
