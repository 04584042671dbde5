import { describe, expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { cacheBytes } from "#src/catalog/memory/cache.ts";
import { cacheGb, weightsGb } from "#src/catalog/memory/estimate.ts";
import { type Need, needAt } from "#src/catalog/memory/need.ts";
import { leastMemory, type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import { speedLimit } from "#src/catalog/memory/speed.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

function entryOf(fields: Record<string, string>): Entry {
  const { entry, problems } = parseEntry("small.yaml", smallEntry(fields));
  if (entry === undefined) throw new Error(JSON.stringify(problems));
  return entry;
}

/** Qwen2-7B: 56 KiB of cache a token, 152,064 words. */
const SHAPE = {
  parametersB: "7.62",
  released: "'2024-06'",
  contextTokens: "131072",
  attention: "{layers: 28, kvHeads: 4, headDim: 128, source: ['https://example.org/config.json']}",
  embeddings: "{width: 3584, vocabulary: 152064, tied: false}",
};
const CACHE_GB = 57_344 / 2 ** 30;
const weights = (precision: string): string => `\n  - {label: x, precision: ${precision}, hub: huggingface, id: a/b}`;
const rows = (...fields: string[]): string => fields.map((row) => `\n  - {precision: bf16, ${row}}`).join("");

const offerOf = (fields: Record<string, string>): Offer => {
  const [offer] = offersOf(entryOf({ ...SHAPE, ...fields }));
  if (offer === undefined) throw new Error("there is one");
  return offer;
};
const need = (offer: Offer, ...rest: [tokens: number, kind?: "q8_0" | "q4_0" | "fp8"]): Need => {
  const found = needAt(offer, ...rest);
  if (found === undefined) throw new Error("it is known");
  return found;
};

describe("a measurement", () => {
  const silent = offerOf({ requirements: rows("vramInferenceGb: 15, contextTokens: 2048") });

  test("is as it stands for its context and less, and grows by the exact cache", () => {
    expect(need(silent, 2048)).toMatchObject({ low: 15, high: 15, basis: "measured" });
    expect(need(silent, 100)).toMatchObject({ high: 15, basis: "measured" });
    const longer = need(silent, 8192);
    expect(longer.basis).toBe("grown");
    expect(longer.low).toBe(longer.high);
    expect(longer.high).toBeCloseTo(15 + 6144 * CACHE_GB, 6);
  });

  test("without its context was taken at up to 2,048 tokens", () => {
    const offer = offerOf({ requirements: rows("vramInferenceGb: 15") });
    expect(need(offer, 2048).high).toBe(15);
    expect(need(offer, 4096).high).toBeCloseTo(15 + 2048 * CACHE_GB, 6);
  });

  test("at the asked length wins over a shorter one; between two the longer bounds it", () => {
    const offer = offerOf({
      requirements: rows("vramInferenceGb: 15, contextTokens: 2049", "vramInferenceGb: 16.1, contextTokens: 8192"),
    });
    expect(offer).toMatchObject({ vramGb: 15, contextTokens: 2049 });
    expect(need(offer, 1000).high).toBe(15);
    expect(need(offer, 8192).high).toBe(16.1);
    expect(need(offer, 8000).high).toBe(16.1);
    expect(need(offer, 10_240).high).toBeCloseTo(16.1 + 2048 * CACHE_GB, 6);
  });

  test("of a program counts for that program: the prompt's logits in Transformers bound nothing for vLLM", () => {
    const engine = "engine: transformers";
    const offer = offerOf({
      requirements: rows(
        `vramInferenceGb: 14.92, contextTokens: 2049, ${engine}`,
        `vramInferenceGb: 42.62, contextTokens: 32768, ${engine}`,
      ),
    });
    expect(need(offer, 2048)).toMatchObject({ high: 14.92, engine: "transformers", basis: "measured" });
    const long = need(offer, 32_768);
    expect(long).toMatchObject({ engine: "vllm", basis: "estimate" });
    expect(long.high).toBeCloseTo((weightsGb(offer.build ?? never()) ?? 0) + 32_768 * CACHE_GB + 1.95, 1);
    expect(long.high).toBeLessThan(20);
  });

  test("of Transformers grows no further than a short text: a long one is for vLLM", () => {
    const offer = offerOf({ requirements: rows("vramInferenceGb: 14.92, contextTokens: 2049, engine: transformers") });
    expect(need(offer, 8192)).toMatchObject({ engine: "transformers", basis: "grown" });
    expect(need(offer, 8193)).toMatchObject({ engine: "vllm", basis: "estimate" });
  });

  test("is not known for more context where the size is not known", () => {
    const [only] = offersOf(entryOf({ requirements: rows("vramInferenceGb: 15") }));
    if (only === undefined) throw new Error("there is one");
    expect(needAt(only, 1024)?.high).toBe(15);
    expect(needAt(only, 8192)).toBeUndefined();
  });

  test("below the weights of the files is not believed: 302 GB of a model whose files are 510", () => {
    const stated = { fileGb: "{bf16: 510}", parametersB: "552" };
    const offer = offerOf({ ...stated, requirements: rows("vramInferenceGb: 302") });
    expect(offer).toMatchObject({ stated: false, estimated: true });
    expect(offer.vramGb).toBeGreaterThan(475);
    expect(offerOf({ ...stated, requirements: rows("vramInferenceGb: 480") })).toMatchObject({
      vramGb: 480,
      stated: true,
    });
  });

  test("below two thirds of the weights as they are computed is not believed, where files are not known", () => {
    const stated = (gb: number) => offerOf({ requirements: rows(`vramInferenceGb: ${gb}`) }).stated;
    expect(stated(10.1)).toBe(true);
    expect(stated(9.8)).toBe(false);
  });
});

const never = (): never => {
  throw new Error("its size is known");
};

describe("a source's rule of thumb or sum of recommended cards", () => {
  const row = (gb: number, kind: string): string => `\n  - {${kind}, vramInferenceGb: ${gb}, estimated: true}`;
  const stated = (gb: number, kind = "precision: bf16", fields: Record<string, string> = {}): boolean =>
    offerOf({ ...fields, requirements: row(gb, kind) }).stated;
  const unknown = { attention: "{note: x, source: ['https://example.org/x']}" };

  test("gives way to what we compute where cache and weights are known", () => {
    // 14.2 GB of weights, 0.1 of cache and 0.6 besides.
    expect([12.5, 14.9, 15, 19.1].map((gb) => stated(gb))).toEqual([false, false, false, false]);
    expect(offerOf({ requirements: rows("vramInferenceGb: 80") }).vramGb).toBe(80);
    expect(stated(19.1, "precision: gguf, quant: 1bit")).toBe(true);
  });

  test("counts where the cache or the width is not known, and it is near to what we compute", () => {
    expect([12.3, 13.2, 18.5, 21].map((gb) => stated(gb, "precision: bf16", unknown))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    // 5.2 GB at four bits with embeddings at 16.
    expect([3.9, 5.5, 7.9].map((gb) => stated(gb, "precision: gptq-int4"))).toEqual([false, true, false]);
  });

  test("counts for a mixture of experts at four bits however much it is, but not where it is below the weights", () => {
    const moe = { architecture: "moe", parametersB: "1000", activeParametersB: "32" };
    expect([400, 480, 714, 2000].map((gb) => stated(gb, "precision: int4", moe))).toEqual([false, true, true, true]);
    expect(stated(714, "precision: int4, fileGb: 594.2", moe)).toBe(false);
  });
});

describe("a mixture of experts at four bits", () => {
  const moe = { architecture: "moe", parametersB: "1000", activeParametersB: "32" };
  const range = (precision: string, fields: Record<string, string> = moe) =>
    need(offerOf({ ...fields, weights: weights(precision) }), 4096);

  test("takes up to five bits a parameter, because only the experts are narrow: 594 GB of Kimi-K2-Thinking", () => {
    const { low, high } = range("int4");
    const [least, most] = [594.2, 625].map((file) => range("int4", { ...moe, fileGb: `{int4: ${file}}` }).high);
    expect(low).toBeLessThan(least ?? 0);
    expect(high / (most ?? 0)).toBeCloseTo(1, 2);
    expect(offerOf({ ...moe, weights: weights("int4") }).vramGb).toBeGreaterThan(8 * 64);
  });

  test.each(["int4", "nvfp4", "mxfp4", "fp4-mixed"])(
    "is a range at %s, a dense model and other widths are none",
    (kind) => {
      const [experts, dense] = [range(kind), range(kind, { ...moe, architecture: "dense" })];
      expect(experts.high - experts.low).toBeGreaterThan(20);
      expect(dense.high).toBe(dense.low);
      expect(range("fp8").high).toBe(range("fp8").low);
    },
  );
});

describe("a model with latent keys and values", () => {
  // DeepSeek-Coder-V2-Lite: 27 layers of 16 heads of 192 and 128 values, of which 576 are kept.
  const heads = "kvHeads: 16, headDim: 192, valueHeadDim: 128,";
  const latent = (figures = heads) => ({
    attention: `{kind: mla, layers: 27, ${figures} latentRank: 512, ropeDim: 64, source: ['https://example.org/c.json']}`,
  });
  const cacheAt = (offer: Offer, tokens = 8192): number[] => {
    const { least, most } = offer.build?.cache ?? never();
    return [least, most].map((cache) => cacheBytes(cache, tokens) / 2 ** 20);
  };
  const inOllama = (fields: string, released: string, figures = heads): number[] => {
    const row = `\n  - {model: 'a:16b', official: true, exact: true, sizeGb: 8.9${fields}}`;
    const [offer] = offersOf(entryOf({ ...SHAPE, ...latent(figures), released: `'${released}'`, ollama: row }));
    return cacheAt(offer ?? never());
  };
  const [FULL, SMALL] = [2160, 243];

  test("keeps them in full in files from before llama.cpp kept the latent form: 2,160 MiB at 8,192 tokens, as its log says", () => {
    expect(inOllama(", mla: false", "2024-06")).toEqual([FULL, FULL]);
    expect(inOllama(", mla: false", "2026-01")).toEqual([FULL, FULL]);
    expect(inOllama(", mla: true", "2024-06")).toEqual([SMALL, SMALL]);
  });

  test("is between both where nobody says, small if it came out later, and small where its heads are not stated", () => {
    expect(inOllama("", "2024-06")).toEqual([SMALL, FULL]);
    expect(inOllama("", "2025-04")).toEqual([SMALL, FULL]);
    expect(inOllama("", "2025-05")).toEqual([SMALL, SMALL]);
    expect(inOllama("", "2024-06", "")).toEqual([SMALL, SMALL]);
  });

  test("of GGUF weights as of models in Ollama; not of other formats", () => {
    const file = (row: string) => cacheAt(offerOf({ ...latent(), weights: weights(row) }));
    expect(file("gguf, quant: q4_0, mla: false")).toEqual([FULL, FULL]);
    expect(file("gguf, quant: q4_0")).toEqual([SMALL, FULL]);
    expect(file("fp8")).toEqual([SMALL, SMALL]);
  });

  test("is estimated for vLLM, and what was measured in Transformers grows by full keys and values", () => {
    expect(offerOf({ ...latent(), weights: weights("bf16") }).engine).toBe("vllm");
    expect(offerOf({ weights: weights("bf16") }).engine).toBe("transformers");
    const row = rows("vramInferenceGb: 16, contextTokens: 2048, engine: transformers");
    const grown = need(offerOf({ ...latent(), requirements: row }), 4096);
    expect(grown.high).toBeLessThanOrEqual(16 + FULL / 4 / 1024 + 1e-9);
    expect(grown.high).toBeGreaterThan(16 + SMALL / 4 / 1024);
  });
});

test("what was measured with a narrower cache is no measurement of the usual one", () => {
  const plain = "vramInferenceGb: 15.6, contextTokens: 2048";
  const narrow = "vramInferenceGb: 15, contextTokens: 2048, cacheKind: q8_0";
  expect(offerOf({ requirements: rows(plain, narrow) })).toMatchObject({ vramGb: 15.6, stated: true });
  expect(offerOf({ requirements: rows(narrow, plain) })).toMatchObject({ vramGb: 15.6, stated: true });
  expect(offerOf({ requirements: rows(narrow) }).stated).toBe(false);
});

describe("an estimate", () => {
  test("is of what the files hold, where that is more than the maker's figure", () => {
    const gb = (fields: Record<string, string>): number =>
      need(offerOf({ weights: weights("bf16"), ...fields }), 4096).high;
    const plain = gb({});
    expect(gb({ storedParametersB: "8.62" }) - plain).toBeCloseTo((2e9 / 2 ** 30) * 1.01, 2);
    expect(gb({ fileGb: "{bf16: 17.24}" })).toBeCloseTo(gb({ storedParametersB: "8.62" }), 2);
    // The files of one precision tell the parameters of the others; those of another model do not.
    const narrow = { weights: weights("int8") };
    expect(gb({ ...narrow, fileGb: "{bf16: 16.2}" })).toBeGreaterThan(gb(narrow));
    expect(gb({ ...narrow, fileGb: "{bf16: 30}" })).toBe(gb(narrow));
  });

  test("of a model whose attention nobody states is a range, and a list shows its upper end", () => {
    const unknown = offerOf({ attention: "{note: x, source: ['https://example.org/x']}", weights: weights("bf16") });
    const { low, high } = need(unknown, 32_768);
    expect(high - low).toBeGreaterThan(3);
    expect(unknown.vramGb).toBeGreaterThanOrEqual(need(unknown, 4096).high);
    expect(unknown.leastGb).toBeLessThan(unknown.vramGb ?? 0);
    expect(offerOf({ weights: weights("bf16") })).not.toHaveProperty("leastGb");
  });

  test("of no variant in particular lies between those of its size, where all of them are known", () => {
    const variant = (name: string, heads: number | undefined, parametersB = 9): string =>
      `\n  - {name: ${name}, parametersB: ${parametersB}${heads ? `, attention: {layers: 40, kvHeads: ${heads}, headDim: 128, source: ['https://example.org/x']}` : ""}}`;
    const values = (...variants: string[]): number[] => {
      const ollama = "\n  - {model: 'a:9b', official: true, exact: true, sizeGb: 5.5}";
      const [offer] = offersOf(entryOf({ released: "'2024-06'", variants: variants.join(""), ollama }));
      expect(offer?.edition).toBeUndefined();
      const { least, most } = offer?.build?.cache ?? never();
      return [least.valuesPerToken, most.valuesPerToken];
    };
    const [two, four] = [2, 4].map((heads) => 2 * 40 * heads * 128);
    expect(values(variant("A-9B-Chat", 2), variant("A-9B-1M", 4), variant("A-32B", 8, 32))).toEqual([two, four]);
    expect(values(variant("A-9B-Chat", 4), variant("A-9B-1M", 2))).toEqual([two, four]);
    expect(values(variant("A-9B-Chat", 2), variant("A-9B-1M", undefined))[1]).toBeGreaterThan(four ?? 0);
  });

  test("with a narrower cache takes less, where the program has such a cache", () => {
    const gguf = offerOf({ weights: weights("gguf, quant: q4_k_m") });
    const full = need(gguf, 131_072).high;
    const cache = cacheGb(gguf.build?.cache ?? never(), 131_072).high;
    expect(full - need(gguf, 131_072, "q8_0").high).toBeCloseTo(cache * (1 - 34 / 64), 5);
    expect(full - need(gguf, 131_072, "q4_0").high).toBeCloseTo(cache * (1 - 18 / 64), 5);
    expect(need(gguf, 131_072, "fp8").high).toBe(full);
    const fp8 = offerOf({ weights: weights("fp8") });
    expect(need(fp8, 131_072).high - need(fp8, 131_072, "fp8").high).toBeCloseTo(cache / 2, 5);
    expect(need(fp8, 131_072, "q8_0").high).toBe(need(fp8, 131_072).high);
  });

  test("with a narrower cache is less than measured too, and never less than the weights", () => {
    const measured = offerOf({ requirements: rows("vramInferenceGb: 20, contextTokens: 32768, engine: vllm") });
    expect(need(measured, 32_768, "fp8").high).toBeCloseTo(20 - (32_768 * CACHE_GB) / 2, 5);
    const tight = offerOf({ requirements: rows("vramInferenceGb: 14.3, contextTokens: 131072, engine: vllm") });
    expect(need(tight, 131_072, "fp8").low).toBeGreaterThan(14);
  });
});

describe("the least memory of an entry", () => {
  const series = entryOf({
    variants: `
  - {name: A-2B, parametersB: 2, weights: [{label: x, precision: gguf, quant: q4_k_m, hub: huggingface, id: a/b}]}
  - {name: A-235B, parametersB: 235, requirements: [{precision: fp8, vramInferenceGb: 282, estimated: true}]}`,
  });

  test("is the least of all that it can be had in, stated or estimated", () => {
    expect(leastMemory(series)).toMatchObject({ variant: "A-2B", stated: false });
    expect(leastMemory(series)?.vramGb).toBeLessThan(4);
  });

  test("is of the variants that are meant, where theirs is known", () => {
    const [small, large] = series.variants ?? [];
    if (!small || !large) throw new Error("there are two");
    expect(leastMemory(series, [large])?.vramGb).toBe(282);
    expect(leastMemory(series, [large, small])?.variant).toBe("A-2B");
    expect(leastMemory(series, [{ name: "A-7B" }])?.variant).toBe("A-2B");
  });
});

describe("tokens a second at most", () => {
  const dense = offerOf({ weights: weights("bf16") });
  const bandwidth = { bandwidthGbs: 1008 };

  test("are the bandwidth by what is read for a token: weights but for one table, and the cache", () => {
    const table = 152_064 * 3584 * 2;
    expect(speedLimit(dense, bandwidth, { tokens: 0 })).toBeCloseTo(1008e9 / (7.62e9 * 2 - table), 3);
    expect(speedLimit(dense, bandwidth, { tokens: 32_768 })).toBeCloseTo(
      1008e9 / (7.62e9 * 2 - table + 32_768 * 57_344),
      3,
    );
  });

  test("are of the active part of a mixture of experts, and unknown where nobody states it", () => {
    const moe = { architecture: "moe", weights: weights("bf16"), parametersB: "30" };
    expect(speedLimit(offerOf({ ...moe, activeParametersB: "3" }), bandwidth, { tokens: 0 })).toBeCloseTo(1008 / 6, 3);
    expect(speedLimit(offerOf(moe), bandwidth, { tokens: 0 })).toBeUndefined();
    expect(speedLimit(dense, {}, { tokens: 0 })).toBeUndefined();
  });

  test("fall to those of main memory for the part that lies there", () => {
    const whole = speedLimit(dense, bandwidth, { tokens: 0 }) ?? 0;
    const half = speedLimit(dense, bandwidth, { tokens: 0, share: 0.5 }) ?? 0;
    expect(half).toBeCloseTo(1 / (0.5 / whole + (0.5 / whole) * (1008 / 89.6)), 3);
  });
});
