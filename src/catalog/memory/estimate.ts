import type { Engine } from "#src/catalog/entry/schema.ts";
import { type CacheKind, cacheBytes } from "./cache.ts";
import { overheadGb } from "./engines.ts";
import type { CacheRange } from "./shapes.ts";
import { mostWeightsBytes, tokenTables, type WeightsBuild, weightsBytes } from "./weights.ts";

/**
 * Memory to run a model where nobody has measured it: weights, key-value cache, and what the engine takes besides.
 * Memory is counted as graphics cards and their tools count it (1 GB = 2³⁰ bytes), files as hubs do (1 GB = 10⁹ bytes).
 */
const BYTES_PER_GB = 2 ** 30;

/** What an estimate is made from. */
export type Build = WeightsBuild & {
  cache: CacheRange;
  /** The cache in Transformers, where that keeps more than other programs. */
  transformersCache?: CacheRange | undefined;
};

/** The cache of a build in a program. */
export const cacheIn = ({ cache, transformersCache }: Build, engine: Engine): CacheRange =>
  engine === "transformers" ? (transformersCache ?? cache) : cache;

/** How it is run. */
export type Setting = { engine: Engine; tokens: number; cacheKind?: CacheKind | undefined };

/** GB between which the truth lies; both the same where nothing is unknown. */
export type Range = { low: number; high: number };

/** Tokens of context that an estimate allows for: what Ollama gives below 24 GB (docs.ollama.com/context-length). */
export const ESTIMATE_TOKENS = 4096;

/** GB of the weights alone; undefined for adapters. */
export function weightsGb(build: WeightsBuild): number | undefined {
  const bytes = weightsBytes(build);
  return bytes && bytes / BYTES_PER_GB;
}

/** GB of the cache of one text of so many tokens. */
export const cacheGb = ({ least, most }: CacheRange, tokens: number, kind?: CacheKind): Range => ({
  low: cacheBytes(least, tokens, kind) / BYTES_PER_GB,
  high: cacheBytes(most, tokens, kind) / BYTES_PER_GB,
});

/** GB of memory to run a build on one card. Undefined for adapters. */
export function estimateGb(build: Build, { engine, tokens, cacheKind }: Setting): Range | undefined {
  const weights = weightsGb(build);
  if (weights === undefined) return undefined;
  const most = (mostWeightsBytes(build) ?? 0) / BYTES_PER_GB;
  const overhead = overheadGb(engine, weights, tokenTables(build), tokens);
  const cache = cacheGb(cacheIn(build, engine), tokens, cacheKind);
  return { low: weights + overhead + cache.low, high: Math.max(weights, most) + overhead + cache.high };
}
