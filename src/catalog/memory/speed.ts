import { type CacheKind, cacheBytes } from "./cache.ts";
import type { Machine } from "./machine.ts";
import type { Offer } from "./offers.ts";
import { activeBytes } from "./weights.ts";

/** GB (10⁹ bytes) a second of two channels of DDR5-5600, as most desktops have. */
const MAIN_MEMORY_GBS = 89.6;

/**
 * Tokens a second of one text at most, the context full: for each token the weights in use and the cache are read once,
 * so no program is faster than the memory. Several cards take turns, so it is the bandwidth of one. Undefined where the
 * bandwidth, the size or the active part of a mixture of experts is not known.
 *
 * @param share The part of the model in graphics memory, 0 to 1; the rest is read from main memory.
 */
export function speedLimit(
  offer: Offer,
  { bandwidthGbs }: Pick<Machine, "bandwidthGbs">,
  { tokens, cacheKind, share = 1 }: { tokens: number; cacheKind?: CacheKind | undefined; share?: number },
): number | undefined {
  const { build, architecture, activeParametersB } = offer;
  const activeUnknown = architecture === "moe" && activeParametersB === undefined;
  const weights = build && activeBytes(build);
  if (build === undefined || weights === undefined || bandwidthGbs === undefined || activeUnknown) return undefined;
  const bytes = weights + cacheBytes(build.cache.least, tokens, cacheKind);
  const seconds = (bytes * share) / (bandwidthGbs * 1e9) + (bytes * (1 - share)) / (MAIN_MEMORY_GBS * 1e9);
  return 1 / seconds;
}
