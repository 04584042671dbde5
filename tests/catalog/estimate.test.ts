import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PRECISIONS } from "#src/catalog/entry/precision.ts";
import { ENGINES } from "#src/catalog/entry/schema.ts";
import { CACHE_KINDS, type Cache } from "#src/catalog/memory/cache.ts";
import { overheadGb, perCardGb, usualEngine } from "#src/catalog/memory/engines.ts";
import { type Build, estimateGb, weightsGb } from "#src/catalog/memory/estimate.ts";
import { activeBytes, activeOf, parametersInFile, tokenTables } from "#src/catalog/memory/weights.ts";
import { errorOf, estimateErrors } from "#tests/estimate-errors.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const growing = (valuesPerToken: number): Cache => ({ valuesPerToken, constantValues: 0, stateValues: 0 });
/** The cache of Llama 3.1 8B: 128 KiB a token. */
const GROUPED = growing(2 * 32 * 8 * 128);
const build = (fields: Partial<Build> = {}): Build => ({
  precision: "gguf",
  quant: "q4_k_m",
  parametersB: 8.03,
  released: "2025",
  cache: { least: GROUPED, most: GROUPED },
  ...fields,
});
const weights = (fields: Partial<Build> = {}): number => weightsGb(build(fields)) ?? Number.NaN;

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
    expect(weights({ quant })).toBeCloseTo(size, 1);
  });

  test("a file whose kind nobody states counts as the usual Q4_K_M", () => {
    expect(weights({ quant: undefined })).toBe(weights({ quant: "q4_k_m" }));
  });

  test("the size of a file is better than any calculation", () => {
    // 4.7 GB of Qwen2.5-7B in Ollama are 4.38 GiB.
    expect(weights({ fileGb: 4.7 })).toBeCloseTo(4.38, 2);
    expect(weights({ fileGb: 4.7, parametersB: 7 })).toBe(weights({ fileGb: 4.7, parametersB: 8 }));
  });
});

describe("weights with their scales", () => {
  const bits = (fields: Partial<Build>): number => {
    // So large that embeddings weigh little: 100B.
    return (weights({ parametersB: 100, quant: undefined, ...fields }) * 2 ** 30 * 8) / 100e9;
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
    ["int4", 4.5],
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
      const gb = weights({ precision: "int8", quant: undefined, parametersB });
      return ((gb * 2 ** 30 * 8) / (parametersB * 1e9) - 8) / 8;
    };
    expect(share(0.5)).toBeCloseTo(0.27, 5);
    expect(share(100)).toBeGreaterThan(0.01);
    expect(share(100)).toBeLessThan(0.03);
    // Up to 4.5B input and output share one table.
    expect(share(4.6) / share(4.4)).toBeGreaterThan(1.8);
  });

  test("llama.cpp keeps the output layer at Q6_K, which weighs where it is the embeddings too", () => {
    const bits = (quant: string): number => (weights({ parametersB: 1, quant }) * 2 ** 30 * 8) / 1e9;
    // Of the rest alone: what two kinds differ by.
    const rest = (bits("q2_k") - bits("iq1_s")) / (3.16 - 2);
    expect(rest).toBeLessThan(0.9);
    expect(bits("q2_k") - rest * 3.16).toBeCloseTo((1 - rest) * 6.56, 5);
    expect(bits("q8_0")).toBeCloseTo(8.5, 5);
  });

  test("a vision encoder of 0.6B is kept at 16 bits beside them", () => {
    expect(weights({ vision: true }) - weights()).toBeCloseTo((0.6e9 * 2) / 2 ** 30, 5);
    expect(weights({ vision: true, fileGb: 5 })).toBe(weights({ fileGb: 5 }));
  });
});

describe("embeddings as the configuration states them", () => {
  /** Qwen3-4B: 36 layers, 151,936 tokens of 2,560 values in one table. */
  const qwen3 = { parametersB: 4.02, embeddings: { width: 2560, vocabulary: 151_936, tied: true }, quant: undefined };

  test("are counted exactly, once or twice", () => {
    const table = (151_936 * 2560) / 1e9;
    expect(tokenTables(build(qwen3))).toEqual({ width: 2560, vocabulary: 151_936, tables: 1, billions: table });
    const two = build({ ...qwen3, embeddings: { ...qwen3.embeddings, tied: false } });
    expect(tokenTables(two)).toMatchObject({ tables: 2, billions: 2 * table });
    // At 8 bits each table is twice as wide as the rest.
    const wider = (weights({ ...two, precision: "int8" }) - weights({ ...qwen3, precision: "int8" })) * 2 ** 30;
    expect(wider).toBeCloseTo(table * 1e9, -3);
  });

  test("FP8 files hold the output layer beside them: 5.16 GB of Qwen3-4B, with 0.28 of cache, as Qwen measured", () => {
    expect(weights({ ...qwen3, precision: "fp8" }) + 0.28).toBeCloseTo(5.16, 1);
    expect(weights({ ...qwen3, precision: "gptq-int8" }) + 0.28).toBeLessThan(4.6);
  });

  test("AWQ files did so until 2025: 2.5 GB of Qwen2.5-3B, 2.85 of the larger Qwen3-4B", () => {
    const qwen25 = {
      parametersB: 3.09,
      embeddings: { width: 2048, vocabulary: 151_936, tied: true },
      quant: undefined,
    };
    expect(weights({ ...qwen25, precision: "awq", released: "2024-09" }) + 0.07).toBeCloseTo(2.5, 0);
    expect(weights({ ...qwen3, precision: "awq", released: "2025-04" }) + 0.28).toBeCloseTo(2.85, 0);
    expect(weights({ ...qwen25, precision: "awq", released: "2024-12" })).toBeGreaterThan(
      weights({ ...qwen25, precision: "awq", released: "2025-01" }),
    );
  });

  test("small models share one table since Qwen2; before, they had two", () => {
    expect(tokenTables({ parametersB: 1.8, released: "2024-06" }).tables).toBe(1);
    expect(tokenTables({ parametersB: 1.8, released: "2024-05" }).tables).toBe(2);
    expect(tokenTables({ parametersB: 1.8 }).tables).toBe(2);
    expect(tokenTables({ parametersB: 7, released: "2025" }).tables).toBe(2);
  });

  test("the parameters of a file are counted back from its size", () => {
    const item = build({ quant: "q4_k_m", parametersB: 7 });
    const gb = ((weightsGb({ ...item, parametersB: 7.62 }) ?? 0) * 2 ** 30) / 1e9;
    expect(parametersInFile(item, gb)).toBeCloseTo(7.62, 1);
    expect(parametersInFile({ ...item, precision: "lora" }, gb)).toBeUndefined();
  });
});

describe("what an engine takes besides", () => {
  const tables = { width: 4096, vocabulary: 128_256, tables: 2, billions: 1.05 } as const;

  test("llama.cpp's compute buffer is 258.5 MiB for Llama 3 8B, and the mask of the context", () => {
    const buffer = (overheadGb("llama.cpp", 4.6, tables, 0) - 457 / 1024) * 1024;
    expect(buffer).toBeCloseTo(258.5, 1);
    const mask = (overheadGb("ollama", 4.6, tables, 32_768) - overheadGb("ollama", 4.6, tables, 0)) * 1024;
    expect(mask).toBeCloseTo(64);
  });

  test("vLLM profiles a run before it takes the cache; Transformers takes little", () => {
    expect(overheadGb("vllm", 15, tables, 4096)).toBeCloseTo(1.5 + 457 / 1024);
    expect(overheadGb("transformers", 15, tables, 4096)).toBeCloseTo(0.15 + 457 / 1024);
    expect(perCardGb("vllm")).toBeGreaterThan(perCardGb("llama.cpp"));
  });

  test.each([
    ["gguf", false, "llama.cpp"],
    ["gguf", true, "ollama"],
    ["ggml", false, "llama.cpp"],
    ["mlx", false, "mlx"],
    ["bf16", false, "transformers"],
    ["int4", false, "transformers"],
    ["fp8", false, "vllm"],
    ["nvfp4", false, "vllm"],
    ["awq", false, "transformers"],
    ["gptq-int4", false, "transformers"],
  ] as const)("%s, in Ollama %s: %s", (precision, inOllama, engine) => {
    expect(usualEngine({ precision }, inOllama)).toBe(engine);
  });
});

describe("what is read for each token", () => {
  test("of a dense model all but the table that one row is looked up in", () => {
    const bf16 = build({ precision: "bf16", quant: undefined });
    const table = tokenTables(bf16).billions / 2;
    expect(activeBytes(bf16)).toBeCloseTo((8.03 - table) * 2e9, -3);
    const small = build({ precision: "bf16", quant: undefined, parametersB: 2 });
    expect(activeBytes(small)).toBeCloseTo(4e9, -3);
  });

  test("of a mixture of experts the active part, by its usual share where nobody states it", () => {
    const moe = build({ precision: "bf16", quant: undefined, parametersB: 30, architecture: "moe" });
    expect(activeBytes({ ...moe, activeParametersB: 3 })).toBeCloseTo(6e9, -3);
    expect(activeOf(moe)).toBe(30 / 8);
    expect(activeOf({ parametersB: 30 })).toBe(30);
  });
});

describe("whatever the build", () => {
  const caches = fc.constantFrom(GROUPED, growing(35_136), growing(262_144), growing(0));
  const builds = fc.record({
    precision: fc.constantFrom(...PRECISIONS.filter((name) => name !== "lora" && name !== "qlora-int4")),
    parametersB: fc.double({ min: 0.05, max: 3000, noNaN: true }),
    cache: fc.tuple(caches, caches).map(([one, other]) => {
      const [least = one, most = other] = [one, other].toSorted((a, b) => a.valuesPerToken - b.valuesPerToken);
      return { least, most };
    }),
    vision: fc.boolean(),
    released: fc.constantFrom("2023", "2025-04"),
  });
  const settings = fc.record({
    engine: fc.constantFrom(...ENGINES),
    tokens: fc.integer({ min: 0, max: 1_000_000 }),
    cacheKind: fc.constantFrom(...CACHE_KINDS, undefined),
  });

  test("more parameters, more context or more bits never take less, and the range has an order", () => {
    fc.assert(
      fc.property(builds, settings, fc.double({ min: 1, max: 4, noNaN: true }), (item, setting, factor) => {
        const of = (other: Build, tokens = setting.tokens): number =>
          estimateGb(other, { ...setting, tokens })?.high ?? Number.NaN;
        const most = of(item);
        expect(Number.isFinite(most)).toBe(true);
        expect(estimateGb(item, setting)?.low).toBeLessThanOrEqual(most);
        // Where embeddings come apart (above 4.5B) a file of a k-quant may shrink by a little.
        expect(of({ ...item, parametersB: item.parametersB * factor })).toBeGreaterThan(most * 0.93);
        expect(of(item, setting.tokens + 1)).toBeGreaterThanOrEqual(most);
        expect(of({ ...item, precision: "fp32" })).toBeGreaterThanOrEqual(most);
        expect(most).toBeGreaterThan((item.parametersB * 1e9 * 1.9) / 8 / 2 ** 30);
      }),
    );
  });

  test("adapters have no memory of their own", () => {
    const setting = { engine: "transformers", tokens: 4096 } as const;
    expect(estimateGb(build({ precision: "lora" }), setting)).toBeUndefined();
    expect(estimateGb(build({ precision: "qlora-int4", fileGb: 1 }), setting)).toBeUndefined();
  });
});

describe("the estimates beside what was measured", () => {
  const comparable = estimateErrors(realCatalog.entries).filter(({ holdsPrompt }) => !holdsPrompt);
  const defined = comparable.filter((error) => error.defined);

  test("with a stated program and context are within 5 % at the median, and nine of ten within 15", () => {
    const worst = defined.slice(-3).map(({ what, measuredGb, estimatedGb, error }) => {
      const percent = `${error > 0 ? "+" : ""}${(error * 100).toFixed(0)} %`;
      return `  ${percent.padStart(6)} ${what}: ${measuredGb} GB measured, ${estimatedGb.toFixed(2)} estimated`;
    });
    const [median, nine] = [5, 9].map((tenths) => `${(errorOf(defined, tenths) * 100).toFixed(1)} %`);
    process.stdout.write(
      `${defined.length} measured values: median error ${median}, nine of ten within ${nine}; worst:\n${worst.join("\n")}\n`,
    );
    expect(defined.length).toBeGreaterThan(140);
    expect(errorOf(defined, 5)).toBeLessThan(0.05);
    expect(errorOf(defined, 9)).toBeLessThan(0.15);
  });

  test("are no worse on the half that the formula was not fitted to", () => {
    const other = defined.filter(({ tuned }) => !tuned);
    expect(other.length).toBeGreaterThan(60);
    expect(errorOf(other, 5)).toBeLessThan(0.05);
    expect(errorOf(other, 9)).toBeLessThan(0.15);
  });

  test("are neither too careful nor too bold on the whole, where sources say neither program nor context too", () => {
    const signed = comparable.map(({ error }) => error).toSorted((a, b) => a - b);
    expect(Math.abs(signed[Math.floor(signed.length / 2)] ?? 1)).toBeLessThan(0.05);
    expect(errorOf(comparable, 5)).toBeLessThan(0.07);
  });
});
