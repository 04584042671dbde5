import { describe, expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
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

test("a source's rule of thumb or sum of recommended cards gives way to what we compute, where it is far from that", () => {
  const stated = (gb: number, kind = "precision: bf16"): boolean =>
    offerOf({ requirements: `\n  - {${kind}, vramInferenceGb: ${gb}, estimated: true}` }).stated;
  // 14.2 GB of weights, 0.1 of cache and 0.6 besides.
  expect([12.5, 13.2, 18.5, 19.1].map((gb) => stated(gb))).toEqual([false, true, true, false]);
  expect(offerOf({ requirements: rows("vramInferenceGb: 80") }).vramGb).toBe(80);
  expect(stated(19.1, "precision: gguf, quant: 1bit")).toBe(true);
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
