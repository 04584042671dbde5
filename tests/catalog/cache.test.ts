import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attention } from "#src/catalog/entry/schema.ts";
import { CACHE_KINDS, type Cache, cacheBytes, cacheOf } from "#src/catalog/memory/cache.ts";
import { cacheRangeOf } from "#src/catalog/memory/shapes.ts";

const source = ["https://example.org/config.json"];
const cacheFor = (attention: Omit<Attention, "source">): Cache => {
  const cache = cacheOf({ ...attention, source });
  if (cache === undefined) throw new Error("every figure is given");
  return cache;
};

describe("the cache of a token, in bytes", () => {
  // As configurations and engines' logs give them: vLLM tells 46.8 GiB for 715,072 tokens of Kimi-K2, 70,274 a token.
  test.each<[model: string, attention: Omit<Attention, "source">, bytes: number]>([
    ["Qwen-7B, every head its own", { layers: 32, kvHeads: 32, headDim: 128 }, 524_288],
    ["Qwen2.5-7B, four heads", { layers: 28, kvHeads: 4, headDim: 128 }, 57_344],
    ["QwQ-32B, eight heads", { layers: 64, kvHeads: 8, headDim: 128 }, 262_144],
    ["OpenCoder-1.5B, wide heads", { layers: 24, kvHeads: 14, headDim: 160 }, 215_040],
    ["Kimi-K2, latent", { kind: "mla", layers: 61, latentRank: 512, ropeDim: 64 }, 70_272],
    [
      "DeepSeek-V3.2, latent with index keys",
      { kind: "mla", layers: 61, latentRank: 512, ropeDim: 64, extraValuesPerToken: 7808 },
      85_888,
    ],
    [
      "Qwen3.5-27B, a quarter of the layers",
      {
        kind: "hybrid",
        layers: 64,
        kvHeads: 4,
        headDim: 256,
        fullLayers: 16,
        linearLayers: 48,
        stateValues: 37_748_736,
      },
      65_536,
    ],
    [
      "Kimi-K3, hybrid and latent",
      { kind: "hybrid", layers: 93, fullLayers: 24, linearLayers: 69, latentRank: 512, ropeDim: 64 },
      27_648,
    ],
    [
      "MiMo-V2-Flash, a window in 39 of 48 layers",
      {
        kind: "sliding",
        layers: 48,
        kvHeads: 4,
        headDim: 192,
        valueHeadDim: 128,
        window: 128,
        fullLayers: 9,
        windowKvHeads: 8,
      },
      23_040,
    ],
    [
      "DeepSeek-V4-Flash, compressed",
      { kind: "compressed", layers: 43, valuesPerToken: 3440, constantValues: 2_818_048 },
      6880,
    ],
    [
      "MiniMax-M3, sparse reading of a full cache",
      { kind: "sparse", layers: 60, kvHeads: 4, headDim: 128, fullLayers: 3, extraValuesPerToken: 7296 },
      137_472,
    ],
    ["RWKV-7, none", { kind: "linear", layers: 12, stateValues: 608_256 }, 0],
  ])("%s", (_model, attention, bytes) => {
    const cache = cacheFor(attention);
    expect(cacheBytes(cache, 1_000_001) - cacheBytes(cache, 1_000_000)).toBe(bytes);
  });

  test.each<[missing: string, attention: Omit<Attention, "source">]>([
    ["layers", { kvHeads: 8, headDim: 128 }],
    ["heads", { layers: 32, headDim: 128 }],
    ["the size of a head", { layers: 32, kvHeads: 8 }],
    ["full layers", { kind: "hybrid", layers: 32, kvHeads: 8, headDim: 128 }],
    ["the window", { kind: "sliding", layers: 32, kvHeads: 8, headDim: 128, fullLayers: 4 }],
    ["what a compressed cache keeps", { kind: "compressed", layers: 32, kvHeads: 8, headDim: 128 }],
  ])("without %s it is not known", (_missing, attention) => {
    expect(cacheOf({ ...attention, source })).toBeUndefined();
  });
});

describe("what does not grow", () => {
  test("a window keeps its newest tokens: 25.6 MB of MiMo-V2-Flash, less of a shorter text", () => {
    const cache = cacheFor({
      kind: "sliding",
      layers: 48,
      kvHeads: 4,
      headDim: 192,
      valueHeadDim: 128,
      window: 128,
      fullLayers: 9,
      windowKvHeads: 8,
    });
    expect(cacheBytes(cache, 1000) - 1000 * 23_040).toBe(25_559_040);
    expect(cacheBytes(cache, 64) - 64 * 23_040).toBe(25_559_040 / 2);
  });

  test("states are of 32 bits, 144 MiB of Qwen3.5-27B, and where nobody states them of about as many", () => {
    const known = { kind: "hybrid", kvHeads: 4, headDim: 256, fullLayers: 16, linearLayers: 48 } as const;
    expect(cacheBytes(cacheFor({ ...known, stateValues: 37_748_736 }), 0)).toBe(144 * 2 ** 20);
    expect(cacheBytes(cacheFor(known), 0)).toBe(192 * 2 ** 20);
  });
});

describe("a narrower cache", () => {
  const cache = cacheFor({ layers: 64, kvHeads: 8, headDim: 128 });
  test.each([
    ["f16", 1],
    ["q8_0", 34 / 64],
    ["fp8", 1 / 2],
    ["q4_0", 18 / 64],
  ] as const)("%s", (kind, share) => {
    expect(cacheBytes(cache, 4096, kind)).toBe(cacheBytes(cache, 4096) * share);
  });

  test("leaves states as they are", () => {
    const state = cacheFor({ kind: "linear", stateValues: 1000 });
    for (const kind of CACHE_KINDS) expect(cacheBytes(state, 10, kind)).toBe(4000);
  });
});

describe("of a model whose attention nobody states", () => {
  const perToken = (outline: Parameters<typeof cacheRangeOf>[1]): [number, number] => {
    const { least, most } = cacheRangeOf(undefined, outline);
    return [least.valuesPerToken * 2, most.valuesPerToken * 2];
  };

  // What these models really have lies within, though it is taken from their size, kind and time alone.
  test.each<[model: string, outline: Parameters<typeof cacheRangeOf>[1], bytes: number]>([
    ["LLaMA-7B", { parametersB: 7, released: "2023-02" }, 524_288],
    ["ChatGLM2-6B", { parametersB: 6, released: "2023-06" }, 28_672],
    ["MiniCPM-2B", { parametersB: 2.7, released: "2024-02" }, 368_640],
    ["TeleChat2-35B", { parametersB: 35, released: "2024-09" }, 1_572_864],
    ["Qwen3-0.6B", { parametersB: 0.6, released: "2025-04" }, 114_688],
    ["MiniCPM4-8B", { parametersB: 8, released: "2025-06" }, 32_768],
    ["Qwen3.5-9B", { parametersB: 9, released: "2026-02" }, 32_768],
    ["IQuest-Coder-V1-40B", { parametersB: 40, released: "2026-01" }, 327_680],
    ["GLM-4.5", { parametersB: 355, activeParametersB: 32, architecture: "moe" }, 376_832],
    ["DeepSeek-V4-Flash", { parametersB: 284, activeParametersB: 13, architecture: "moe" }, 6880],
    ["Baichuan-M3, its active part not stated", { parametersB: 235, architecture: "moe" }, 192_512],
  ])("%s", (_model, outline, bytes) => {
    const [least, most] = perToken(outline);
    expect(least).toBeLessThanOrEqual(bytes);
    expect(most).toBeGreaterThanOrEqual(bytes);
  });

  test("it is a mixture of experts by its active part, and never as much as a dense model of its size", () => {
    const outline = { parametersB: 100, released: "2025" };
    const [, dense] = perToken(outline);
    const [, silent] = perToken({ ...outline, architecture: "moe" });
    const [, stated] = perToken({ ...outline, architecture: "moe", activeParametersB: 20 });
    expect(silent).toBeCloseTo(stated);
    expect(silent).toBeLessThan(dense);
  });

  test("heads of their own are for the time until 2025", () => {
    const [, early] = perToken({ parametersB: 30, released: "2024-12" });
    const [, late] = perToken({ parametersB: 30, released: "2025-01" });
    expect(early / late).toBeGreaterThan(3);
    expect(perToken({ parametersB: 30 })[1]).toBe(early);
  });

  test("a recurrent one keeps nothing of a token", () => {
    expect(perToken({ parametersB: 7, architecture: "rwkv" })).toEqual([0, 0]);
    expect(cacheRangeOf({ kind: "linear", source }, { parametersB: 7 }).most.valuesPerToken).toBe(0);
  });

  test("the range has an order, whatever the outline", () => {
    const outlines = fc.record({
      parametersB: fc.double({ min: 0.05, max: 3000, noNaN: true }),
      architecture: fc.constantFrom("dense", "moe", undefined),
      released: fc.constantFrom("2023-03", "2024", "2025-06-01", undefined),
    });
    fc.assert(
      fc.property(outlines, (outline) => {
        const [least, most] = perToken(outline);
        expect(least).toBeGreaterThan(0);
        expect(most).toBeGreaterThanOrEqual(least);
      }),
    );
  });
});
