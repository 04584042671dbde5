import { describe, expect, test } from "vitest";
import { fileGbOf } from "#src/sync/facts/files.ts";
import { modelFacts } from "./model-facts.ts";

const GB = 1_000_000_000;
const sizes = (
  files: Record<string, number | undefined>,
  precision: "bf16" | "gguf" | "mlx" | "lora" = "bf16",
  quant?: string,
) =>
  fileGbOf(
    modelFacts({
      files: Object.entries(files).map(([path, gb]) => ({ path, bytes: gb === undefined ? undefined : gb * GB })),
    }),
    { precision, quant },
  );

describe("the size of weight files", () => {
  test("is the sum of shards, in safetensors where both forms are there", () => {
    const shards = { "model-00001-of-00002.safetensors": 4.9, "model-00002-of-00002.safetensors": 3.123 };
    expect(sizes({ ...shards, "pytorch_model.bin": 16, "config.json": 0.001 })).toEqual({ bf16: 8.02 });
    expect(sizes({ "pytorch_model-00001-of-00001.bin": 16, "training_args.bin": 1 })).toEqual({ bf16: 16 });
    expect(sizes({ "model.safetensors": 123.456 })).toEqual({ bf16: 123.5 });
    expect(sizes({ "model.safetensors": 4.5 }, "mlx", "4bit")).toEqual({ "mlx:4bit": 4.5 });
  });

  test("has no copies and nothing of the training", () => {
    const beside = { "consolidated.safetensors": 8, "original/model.safetensors": 8, "optimizer.bin": 9 };
    expect(sizes({ "model.safetensors": 8, ...beside, "adapter_model.safetensors": 1 })).toEqual({ bf16: 8 });
  });

  test("is not said where a shard is missing, a size is not known, or weights are there in two forms", () => {
    expect(sizes({ "model-00001-of-00002.safetensors": 4.9 })).toBeUndefined();
    expect(sizes({ "model-00001-of-00001.safetensors": undefined })).toBeUndefined();
    expect(sizes({ "model.safetensors": 8, "model.fp16.safetensors": 8 })).toBeUndefined();
    expect(sizes({ "config.json": 1 })).toBeUndefined();
    expect(sizes({ "adapter_model.safetensors": 1 }, "lora")).toBeUndefined();
    expect(sizes({ "model.safetensors": Number.NaN })).toBeUndefined();
    expect(fileGbOf(modelFacts({ files: [{ path: "model.safetensors", bytes: GB }] }), undefined)).toBeUndefined();
  });

  test("of GGUF files is given for each kind", () => {
    const shards = { "M-Q8_0-00001-of-00002.gguf": 40, "M-Q8_0-00002-of-00002.gguf": 32 };
    const all = { "M-Q4_K_M.gguf": 4.68, "M-F16.gguf": 15.2, "mmproj-M-F16.gguf": 1, ...shards };
    expect(sizes(all, "gguf")).toEqual({ "gguf:q4_k_m": 4.68, "gguf:f16": 15.2, "gguf:q8_0": 72 });
    expect(sizes({ "Base-Q4_0.gguf": 4, "Chat-Q4_0.gguf": 4, "Chat-Q8_0.gguf": 8 }, "gguf")).toEqual({
      "gguf:q8_0": 8,
    });
    expect(sizes({ "model.gguf": 4 }, "gguf")).toBeUndefined();
    expect(sizes({ "M-fp16.gguf": 15.2 }, "gguf")).toEqual({ "gguf:f16": 15.2 });
  });

  test("is counted in no long time", () => {
    const count = 99_999;
    const number = (index: number) => String(index).padStart(5, "0");
    const many = Array.from({ length: count }, (_, index) => [
      `m-${number(index + 1)}-of-${number(count)}.safetensors`,
      0.001,
    ]);
    expect(sizes(Object.fromEntries(many))).toEqual({ bf16: 100 });
  });
});
