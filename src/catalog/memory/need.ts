import type { Engine } from "#src/catalog/entry/schema.ts";
import type { CacheKind } from "./cache.ts";
import { cacheKindOf, usualEngine } from "./engines.ts";
import { type Build, cacheGb, cacheIn, estimateGb, type Range, weightsGb } from "./estimate.ts";
import { MEASURED_TOKENS, type Measurement, type Offer } from "./offers.ts";

/** GB that it takes to run an offer with so much context, and what that is known from. */
export type Need = Range & {
  engine: Engine;
  /** `measured`: a source states it for at least this context; `grown`: for less, and we added the cache of the rest. */
  basis: "measured" | "grown" | "estimate";
};

const tokensOf = ({ tokens = MEASURED_TOKENS }: Measurement): number => tokens;

/**
 * What an offer takes with so much context; undefined where that is not known. A source's figure counts for the engine
 * that it was measured with: Transformers held the logits of the whole prompt until version 4.45
 * (https://github.com/huggingface/transformers/pull/31292), so its figures bound nothing for vLLM.
 */
export function needAt(offer: Offer, tokens: number, cacheKind?: CacheKind): Need | undefined {
  const { build, measurements = [] } = offer;
  const measured = measurements.map((one) => fromMeasurement(offer, one, tokens, cacheKind));
  const known = measured.filter((need) => need !== undefined);
  const longEnough = known.filter(({ basis }) => basis === "measured");
  const stated = longEnough.length > 0 ? least(longEnough) : nearest(known, measurements);
  if (measurements.length === 0) return estimateFor(build, engineFor(offer, tokens), tokens, cacheKind);
  if (offer.engine !== "transformers" || stated === undefined) return stated;
  const served = estimateFor(build, "vllm", tokens, cacheKind);
  if (served === undefined) return stated;
  return served.high < stated.high || (stated.basis === "grown" && tokens > LONG_TOKENS) ? served : stated;
}

/**
 * From about this length on a prompt is for vLLM: it reads it piece by piece, where Transformers holds a layer's values
 * of all of it at once, which no source tells the size of (GLM-4-9B takes 250 KB a token beside its cache).
 */
const LONG_TOKENS = 8192;

const engineFor = (offer: Offer, tokens: number): Engine => {
  const engine = engineOf(offer);
  return engine === "transformers" && tokens > LONG_TOKENS ? "vllm" : engine;
};

const least = (needs: readonly Need[]): Need | undefined => needs.toSorted((a, b) => a.high - b.high)[0];

/** Of figures for less context than asked, which all grew: the one that was measured with the most. */
function nearest(needs: readonly Need[], measurements: readonly Measurement[]): Need | undefined {
  const longest = measurements.reduce(
    (most, one, at) => (tokensOf(one) > tokensOf(measurements[most] ?? one) ? at : most),
    0,
  );
  return needs[longest] ?? least(needs);
}

export const engineOf = (offer: Offer): Engine => offer.engine ?? usualEngine(offer, offer.ollama !== undefined);

function estimateFor(
  build: Build | undefined,
  engine: Engine,
  tokens: number,
  asked: CacheKind | undefined,
): Need | undefined {
  const range = build && estimateGb(build, { engine, tokens, cacheKind: cacheKindOf(engine, asked) });
  return range && { ...range, engine, basis: "estimate" };
}

function fromMeasurement(offer: Offer, one: Measurement, tokens: number, asked?: CacheKind): Need | undefined {
  const engine = engineOf(offer);
  const cacheKind = cacheKindOf(engine, asked);
  const enough = tokens <= tokensOf(one);
  if (enough && cacheKind === undefined) return { low: one.gb, high: one.gb, engine, basis: "measured" };
  if (offer.build === undefined) return undefined;
  const cache = cacheIn(offer.build, engine);
  const [then, now] = [cacheGb(cache, tokensOf(one)), cacheGb(cache, Math.max(tokens, tokensOf(one)), cacheKind)];
  const floor = weightsGb(offer.build) ?? 0;
  const low = Math.max(Math.min(floor, one.gb), one.gb + now.low - then.low);
  return { low, high: Math.max(low, one.gb + now.high - then.high), engine, basis: "grown" };
}
