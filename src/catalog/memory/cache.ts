import type { Attention } from "#src/catalog/entry/schema.ts";

/** What a model keeps of the text that it has read, in values of one number each. */
export type Cache = {
  /** Kept of every token, over all layers. */
  valuesPerToken: number;
  /** Kept of the newest tokens only, by layers with a sliding window. */
  window?: { tokens: number; valuesPerToken: number };
  /** Kept of the text as a whole, beside keys and values of single tokens. */
  constantValues: number;
  /** States of linear and recurrent layers. */
  stateValues: number;
};

/** How keys and values are stored, as engines name it. */
export const CACHE_KINDS = ["f16", "q8_0", "fp8", "q4_0"] as const;
export type CacheKind = (typeof CACHE_KINDS)[number];

/**
 * Bytes a value. Blocks of 32 have a scale of 16 bits (`ggml/src/ggml-common.h` of llama.cpp: 34 and 18 bytes a block);
 * FP8 has one scale for all (docs.vllm.ai, quantized KV cache).
 */
const BYTES: Record<CacheKind, number> = { f16: 2, q8_0: 34 / 32, fp8: 1, q4_0: 18 / 32 };

/**
 * States are kept in 32 bits whatever the cache is: llama.cpp writes `S (f32): 144 MiB` for Qwen3.5-27B, which has
 * 37,748,736 values.
 */
const STATE_BYTES = 4;
/** Values of a linear layer whose state nobody states: what Kimi and MiniMax have, and more than Qwen (0.5 to 0.8 million). */
const USUAL_STATE = 2 ** 20;

/** Bytes of the cache of one text of so many tokens. */
export function cacheBytes(cache: Cache, tokens: number, kind: CacheKind = "f16"): number {
  const { valuesPerToken, window, constantValues, stateValues } = cache;
  const inWindow = window === undefined ? 0 : Math.min(tokens, window.tokens) * window.valuesPerToken;
  const values = tokens * valuesPerToken + inWindow + constantValues;
  return values * BYTES[kind] + stateValues * STATE_BYTES;
}

/**
 * The cache of a model by its attention, counted exactly; undefined where a figure that it needs is missing. Ordinary
 * layers keep two vectors a token, as wide as the key-value heads together (https://arxiv.org/abs/2211.05102, section
 * 2.1); latent ones a compressed vector and a rotated key (https://arxiv.org/abs/2405.04434, section 2.1).
 */
export function cacheOf(attention: Attention): Cache | undefined {
  const { kind, constantValues = 0, stateValues = statesOf(attention), extraValuesPerToken = 0 } = attention;
  if (kind === "linear") return { valuesPerToken: 0, constantValues, stateValues };
  const own = kind === "compressed" ? attention.valuesPerToken : growingValues(attention);
  const window = windowOf(attention);
  if (own === undefined || (kind === "sliding" && window === undefined)) return undefined;
  return { valuesPerToken: own + extraValuesPerToken, constantValues, stateValues, ...(window && { window }) };
}

/**
 * The cache of a model with latent keys and values in a program that keeps them in full: Transformers, and llama.cpp with
 * a file from before it could do otherwise (27 layers of 16 heads of 192 and 128 values are 2,160 MiB at 8,192 tokens in
 * llama.cpp's log for DeepSeek-Coder-V2-Lite). Undefined where its heads are not stated, and for all other models.
 */
export function expandedCacheOf(attention: Attention): Cache | undefined {
  if (attention.latentRank === undefined || attention.kvHeads === undefined) return undefined;
  const { latentRank: _latent, ...full } = attention;
  return cacheOf(full);
}

const statesOf = ({ linearLayers = 0 }: Attention): number => linearLayers * USUAL_STATE;

/** Values a token in all layers whose cache grows. */
function growingValues(attention: Attention): number | undefined {
  const { kind, layers, fullLayers } = attention;
  const growing = kind === "hybrid" || kind === "sliding" ? fullLayers : layers;
  const each = layerValues(attention, attention.kvHeads);
  return growing === undefined || each === undefined ? undefined : growing * each;
}

/** Values a token in one layer of so many key-value heads. */
function layerValues({ latentRank, ropeDim = 0, headDim, valueHeadDim = headDim }: Attention, heads?: number) {
  if (latentRank !== undefined) return latentRank + ropeDim;
  if (heads === undefined || headDim === undefined || valueHeadDim === undefined) return undefined;
  return heads * (headDim + valueHeadDim);
}

function windowOf(attention: Attention): Cache["window"] {
  const { kind, window, layers, fullLayers, kvHeads, windowKvHeads = kvHeads } = attention;
  const each = layerValues(attention, windowKvHeads);
  if (kind !== "sliding" || window === undefined || layers === undefined || fullLayers === undefined) return undefined;
  return each === undefined ? undefined : { tokens: window, valuesPerToken: (layers - fullLayers) * each };
}
