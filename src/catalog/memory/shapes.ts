import type { Architecture, Attention } from "#src/catalog/entry/schema.ts";
import { type Cache, cacheBytes, cacheOf, expandedCacheOf } from "./cache.ts";
import { layersOf, widthOf } from "./weights.ts";

/** The least and the most that a model's cache may be; the same where its attention is known. */
export type CacheRange = { least: Cache; most: Cache };

/** What is known of a model whose attention is not. */
export type Outline = {
  parametersB: number;
  activeParametersB?: number | undefined;
  architecture?: Architecture | undefined;
  released?: string | undefined;
};

/**
 * Since then llama.cpp keeps the latent form of MLA, in files that are made since
 * (https://github.com/ggml-org/llama.cpp/pull/12801, 2025-04-15: older files keep keys and values in full).
 */
const LATENT_IN_GGUF_SINCE = "2025-05";

/**
 * The cache of a model in a GGUF file. Whether a file of an MLA model lets the latent form be kept the catalog says; where
 * it does not, a model from after llama.cpp learned it does, and an older one lies between both.
 */
export function ggufCacheRange(attention: Attention | undefined, outline: Outline, mla?: boolean): CacheRange {
  const range = cacheRangeOf(attention, outline);
  const full = attention && expandedCacheOf(attention);
  const isLatent = mla ?? ((outline.released ?? "") >= LATENT_IN_GGUF_SINCE ? true : undefined);
  if (full === undefined || isLatent) return range;
  return { least: isLatent === false ? full : range.least, most: full };
}

/** The cache of a model in Transformers, which keeps keys and values of MLA in full. */
export function transformersCacheRange(attention: Attention | undefined): CacheRange | undefined {
  const full = attention && expandedCacheOf(attention);
  return full && { least: full, most: full };
}

/** A text so long that what grows with it outweighs what does not. */
const LONG_TOKENS = 131_072;

/** From the least to the most of several ranges. At least one. */
export function spanOf(ranges: readonly CacheRange[]): CacheRange {
  const size = (cache: Cache): number => cacheBytes(cache, LONG_TOKENS);
  return ranges.reduce((span, { least, most }) => ({
    least: size(least) < size(span.least) ? least : span.least,
    most: size(most) > size(span.most) ? most : span.most,
  }));
}

const growing = (valuesPerToken: number): Cache => ({ valuesPerToken, constantValues: 0, stateValues: 0 });
const NO_CACHE = growing(0);

/** The cache of a model: as its attention says, else within what models of its kind, size and time have. */
export function cacheRangeOf(attention: Attention | undefined, outline: Outline): CacheRange {
  const known = attention && cacheOf(attention);
  if (known !== undefined) return { least: known, most: known };
  // A recurrent model keeps a state of fixed size, of some megabytes.
  if (outline.architecture === "rwkv" || attention?.kind === "linear") return { least: NO_CACHE, most: NO_CACHE };
  return outline.architecture === "moe" ? ofExperts(outline) : ofDense(outline);
}

/** Keys and values of eight heads of 128, as in Llama 3, Qwen3 and most models since (https://arxiv.org/abs/2305.13245). */
const GROUPED = 2 * 8 * 128;
/** Of what eight heads take: two heads (ChatGLM2, MiniCPM4) or a quarter of the layers (Qwen3.5). */
const LEAST_DENSE = 0.19;
/** Small models are deeper than they are wide: Qwen3-0.6B has 28 layers. */
const LEAST_LAYERS = 28;
/** Layers beyond those of the rule: DeepSeek LLM 67B and IQuest-Coder-V1-40B. */
const DEEPER = 1.4;
/** Every head its own, of the deepest and narrowest: MiniCPM-2B has 1.26 times what the rule says. */
const ALL_HEADS = 1.26;

/**
 * Until 2024 most models gave every head its own keys and values, and some still did in that year (TeleChat2, Orion-14B,
 * OpenCoder-1.5B); none of the dense ones since that the catalog knows does.
 */
function ofDense({ parametersB, released = "" }: Outline): CacheRange {
  const layers = layersOf(parametersB);
  const shared = GROUPED * Math.max(LEAST_LAYERS, layers * DEEPER);
  const own = 2 * layers * widthOf(parametersB) * ALL_HEADS;
  const most = released >= "2025" ? shared : Math.max(shared, own);
  return { least: growing(layers * GROUPED * LEAST_DENSE), most: growing(most) };
}

/**
 * A mixture of experts by its active part: 0.04 (DeepSeek-V4) to 1.7 times (GLM-4.5, MiniMax-M2) what eight heads of a
 * dense model of that size take, seldom more (dots.llm1: 6). Where nobody states the active part, between a thirtieth
 * and a fifth of the whole.
 */
function ofExperts({ parametersB, activeParametersB }: Outline): CacheRange {
  const least = layersOf(activeParametersB ?? parametersB / 30);
  const most = layersOf(activeParametersB ?? parametersB / 5);
  return {
    least: growing(least * GROUPED * LEAST_EXPERTS),
    most: growing(Math.max(LEAST_LAYERS, most * MOST_EXPERTS) * GROUPED),
  };
}
const LEAST_EXPERTS = 0.04;
const MOST_EXPERTS = 1.75;
