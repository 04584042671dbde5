import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PRECISIONS } from "#src/catalog/entry/precision.ts";
import { attentionOf, KNOWN_ATTENTION } from "#src/catalog/memory/attention.ts";
import { type Build, cacheGbPerToken, estimateGb } from "#src/catalog/memory/estimate.ts";
import { errorOf, estimateErrors } from "#tests/estimate-errors.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const grouped = attentionOf({ id: "any", parametersB: 8, released: "2025" });
const build = (fields: Partial<Build> = {}): Build => ({
  precision: "gguf",
  quant: "q4_k_m",
  parametersB: 8.03,
  attention: grouped,
  ...fields,
});
const gb = (fields: Partial<Build> = {}, tokens = 4096): number => estimateGb(build(fields), tokens) ?? Number.NaN;

describe("a file's kind has its real bits per weight", () => {
  // Sizes of Llama 3.1 8B in llama.cpp's tools/quantize/README.md, in GiB as memory is counted.
  test.each([
    ["q2_k", 2.95],
    ["q4_k_m", 4.58],
    ["q5_k_m", 5.33],
    ["q6_k", 6.14],
    ["q8_0", 7.95],
    ["f16", 14.96],
  ])("%s", (quant, size) => {
    const weights = (gb({ quant }, 0) - 457 / 1024) / 1.03;
    expect(weights).toBeCloseTo(size, 1);
  });

  test("a file whose kind nobody states counts as the usual Q4_K_M", () => {
    expect(gb({ quant: undefined })).toBe(gb({ quant: "q4_k_m" }));
  });

  test("the size of a file is better than any calculation", () => {
    // 4.7 GB of Qwen2.5-7B in Ollama are 4.38 GiB.
    expect(gb({ fileGb: 4.7 }, 0)).toBeCloseTo(4.38 * 1.03 + 0.45, 1);
    expect(gb({ fileGb: 4.7, parametersB: 7 }, 0)).toBe(gb({ fileGb: 4.7, parametersB: 8 }, 0));
  });
});

describe("weights with their scales", () => {
  const bits = (fields: Partial<Build>): number => {
    // So large that embeddings weigh little: 100B.
    const weights = (gb({ parametersB: 100, quant: undefined, ...fields }, 0) - 457 / 1024) / 1.03;
    return (weights * 2 ** 30 * 8) / 100e9;
  };

  // Blocks and groups: of 32 weights with 16 bits, of 64 with two times 16 bits, of 128 with 16 and 4 bits.
  test.each<[Build["precision"], string | undefined, number]>([
    ["gguf", "int4", 4.5],
    ["gguf", "q4_0", 4.5],
    ["gguf", "q4_1", 5],
    ["gguf", "f16", 16],
    ["gguf", undefined, 4.89],
    ["mlx", "4bit", 4.5],
    ["mlx", "8bit", 8.5],
    ["exl2", "5bit", 5],
    ["int4-qe", undefined, 4 + 20 / 128],
    ["fp4-mixed", undefined, 4.5],
    ["bf16", undefined, 16],
    ["fp32", undefined, 32],
  ])("%s %s takes %d bits", (precision, quant, expected) => {
    expect(bits({ precision, quant })).toBeCloseTo(expected, 5);
  });

  test.each<[Build["precision"], number]>([
    ["fp8", 8],
    ["mxfp8", 8.25],
    ["mxfp4", 4.25],
    ["nvfp4", 4.5],
    ["int4", 4 + 20 / 128],
    ["gptq-int8", 8 + 20 / 128],
    ["gptq-int2", 2 + 20 / 128],
    ["awq", 4 + 20 / 128],
    ["bitsandbytes", 4.5],
  ])("%s takes %d bits, and 16 for embeddings", (precision, expected) => {
    const embeddings = (bits({ precision: "int8" }) - 8) / 8;
    expect(bits({ precision })).toBeCloseTo((1 - embeddings) * expected + embeddings * 16, 5);
  });

  test("embeddings of other quantisations stay at 16 bits: a quarter of the smallest model, two hundredths of a large one", () => {
    const share = (parametersB: number): number => {
      const weights = (gb({ precision: "int8", quant: undefined, parametersB }, 0) - 457 / 1024) / 1.03;
      return ((weights * 2 ** 30 * 8) / (parametersB * 1e9) - 8) / 8;
    };
    expect(share(0.5)).toBeCloseTo(0.27, 5);
    expect(share(100)).toBeGreaterThan(0.01);
    expect(share(100)).toBeLessThan(0.03);
    // Up to 4.5B input and output share one table.
    expect(share(4.6) / share(4.4)).toBeGreaterThan(1.8);
  });

  test("llama.cpp keeps the output layer at Q6_K, which weighs where it is the embeddings too", () => {
    const bits = (quant: string): number => {
      const weights = (gb({ parametersB: 1, quant }, 0) - 457 / 1024) / 1.03;
      return (weights * 2 ** 30 * 8) / 1e9;
    };
    // Of the rest alone: what two kinds differ by.
    const rest = (bits("q2_k") - bits("iq1_s")) / (3.16 - 2);
    expect(rest).toBeLessThan(0.9);
    expect(bits("q2_k") - rest * 3.16).toBeCloseTo((1 - rest) * 6.56, 5);
    expect(bits("q8_0")).toBeCloseTo(8.5, 5);
  });

  test("a vision encoder of 0.6B is kept at 16 bits beside them", () => {
    expect(gb({ vision: true }) - gb()).toBeCloseTo((0.6e9 * 2 * 1.03) / 2 ** 30, 5);
    expect(gb({ vision: true, fileGb: 5 })).toBe(gb({ fileGb: 5 }));
  });
});

describe("the cache of a token", () => {
  const perToken = (id: string, parametersB: number, released: string, activeParametersB?: number): number =>
    cacheGbPerToken({
      parametersB,
      activeParametersB,
      attention: attentionOf({ id, parametersB, released }),
    }) *
    2 ** 20;

  // KiB at 16 bits, from layers · heads · head size of the models' config.json; within a third.
  test.each<[name: string, kib: number, args: Parameters<typeof perToken>]>([
    ["LLaMA 7B, every head its own", 512, ["any", 7, "2023-02"]],
    ["LLaMA 13B, every head its own", 800, ["any", 13, "2023-02"]],
    ["Llama 3 8B, eight heads", 128, ["any", 8, "2024-04"]],
    ["Qwen3-32B, eight heads", 256, ["any", 32.8, "2025-04"]],
    ["Llama 2 70B, eight heads though early", 320, ["any", 70, "2023-07"]],
    ["Qwen3-30B-A3B, layers of a small model", 96, ["any", 30.5, "2025-04", 3.3]],
    ["Qwen2.5-7B, four heads", 56, ["qwen2.5", 7.6, "2024-09"]],
    ["GLM-4-9B, two heads", 40, ["glm-4-9b", 9.4, "2024-06"]],
    ["DeepSeek-V3, latent attention", 68.6, ["deepseek-v3", 671, "2024-12", 37]],
    ["Qwen3.5-27B, a quarter of the layers", 64, ["qwen3.5", 27, "2026-02"]],
  ])("%s", (_name, kib, args) => {
    expect(perToken(...args)).toBeGreaterThan(kib * 0.67);
    expect(perToken(...args)).toBeLessThan(kib * 1.34);
  });

  test("a recurrent model keeps a state of fixed size", () => {
    const attention = attentionOf({ id: "any", architecture: "rwkv", parametersB: 7 });
    expect(gb({ attention }, 1_000_000)).toBe(gb({ attention }, 0));
  });

  test("an entry built on a known one is like it", () => {
    const own = { id: "tuned", parametersB: 7, released: "2025" };
    expect(attentionOf({ ...own, baseModel: "qwen2.5" })).toEqual(attentionOf({ ...own, id: "qwen2.5" }));
    for (const id of KNOWN_ATTENTION) expect(realCatalog.entry(id)?.id).toBe(id);
  });
});

describe("whatever the build", () => {
  const builds = fc.record({
    precision: fc.constantFrom(...PRECISIONS.filter((name) => name !== "lora" && name !== "qlora-int4")),
    parametersB: fc.double({ min: 0.05, max: 3000, noNaN: true }),
    attention: fc.constantFrom(
      grouped,
      attentionOf({ id: "deepseek-v3", parametersB: 1 }),
      attentionOf({ id: "qwen", parametersB: 1 }),
    ),
    vision: fc.boolean(),
  });
  const tokens = fc.integer({ min: 0, max: 1_000_000 });

  test("more parameters, more context or more bits never take less", () => {
    fc.assert(
      fc.property(builds, tokens, fc.double({ min: 1, max: 4, noNaN: true }), (item, context, factor) => {
        const least = estimateGb(item, context) ?? Number.NaN;
        const larger = { ...item, parametersB: item.parametersB * factor };
        expect(Number.isFinite(least)).toBe(true);
        // Where embeddings come apart (above 4.5B) a file of a k-quant may shrink by a little.
        expect(estimateGb(larger, context)).toBeGreaterThan(least * 0.93);
        expect(estimateGb(item, context + 1)).toBeGreaterThanOrEqual(least);
        expect(estimateGb({ ...item, precision: "fp32" }, context)).toBeGreaterThanOrEqual(least);
        expect(least).toBeGreaterThan((item.parametersB * 1e9 * 1.9) / 8 / 2 ** 30);
      }),
    );
  });

  test("a mixture of experts holds all of its experts, and the cache of its active part", () => {
    fc.assert(
      fc.property(builds, fc.double({ min: 0.02, max: 0.5, noNaN: true }), (item, share) => {
        const sparse = { ...item, activeParametersB: item.parametersB * share };
        const plain = (entry: Build): number => (entry.parametersB * 1e9) / 8 / 2 ** 30;
        expect(estimateGb(sparse, 0)).toBeGreaterThan(plain(item) * 1.9);
        expect(cacheGbPerToken(sparse)).toBeLessThan(cacheGbPerToken(item));
      }),
    );
  });

  test("adapters have no memory of their own", () => {
    expect(estimateGb(build({ precision: "lora" }), 4096)).toBeUndefined();
    expect(estimateGb(build({ precision: "qlora-int4", fileGb: 1 }), 4096)).toBeUndefined();
  });
});

test("the estimates come near to what makers measured", () => {
  const errors = estimateErrors(realCatalog.entries);
  const worst = errors.slice(-3).map(({ what, measuredGb, estimatedGb, error }) => {
    const percent = `${error > 0 ? "+" : ""}${(error * 100).toFixed(0)} %`;
    return `  ${percent.padStart(6)} ${what}: ${measuredGb} GB measured, ${estimatedGb.toFixed(2)} estimated`;
  });
  const [median, nine] = [5, 9].map((tenths) => `${(errorOf(errors, tenths) * 100).toFixed(1)} %`);
  process.stdout.write(
    `${errors.length} measured values: median error ${median}, nine of ten within ${nine}; worst:\n${worst.join("\n")}\n`,
  );

  expect(errors.length).toBeGreaterThan(140);
  expect(errorOf(errors, 5)).toBeLessThan(0.12);
  expect(errorOf(errors, 9)).toBeLessThan(0.4);
  // Neither too careful nor too bold on the whole.
  const signed = errors.map(({ error }) => error).toSorted((a, b) => a - b);
  expect(Math.abs(signed[Math.floor(signed.length / 2)] ?? 1)).toBeLessThan(0.05);
  // From 5 GB on, where a fixed part of half a GB matters little, nothing at short context is far off.
  const sizeable = errors.filter(({ measuredGb, what }) => measuredGb >= 5 && !what.includes("1M"));
  expect(errorOf(sizeable, 9)).toBeLessThan(0.25);
});
