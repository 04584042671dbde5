import { attentionOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { cacheBytes, cacheOf } from "./cache.ts";

/** Memory is counted as graphics cards count it. */
const BYTES_PER_GB = 2 ** 30;
const STEP_TOKENS = 1024;

/** How the key-value cache of one text grows with its length, at 16 bits a value. */
export type CacheGrowth = {
  /** GB (2³⁰ bytes) that each further 1,024 tokens take; 0 where nothing grows. */
  gbPer1K: number;
  /** GB that do not grow with the text: states, and the layers that keep no more than a window of it. */
  fixedGb: number;
  /** Whether the shape is that of the model that it is built on, or from third parties. */
  confidence: "base" | "secondary" | undefined;
};

/** Undefined where the attention, or a figure of it, is not known. */
export function cacheGrowth(entry: Entry, variant: Variant | undefined): CacheGrowth | undefined {
  const attention = attentionOf(entry, variant);
  const cache = attention && cacheOf(attention);
  if (attention === undefined || cache === undefined) return undefined;
  // From the end of the window on, only what grows without limit is added.
  const full = cache.window?.tokens ?? 0;
  const grown = cacheBytes(cache, full + STEP_TOKENS) - cacheBytes(cache, full);
  const fixed = cacheBytes({ ...cache, valuesPerToken: 0 }, full);
  return { gbPer1K: grown / BYTES_PER_GB, fixedGb: fixed / BYTES_PER_GB, confidence: attention.confidence };
}
