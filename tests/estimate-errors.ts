import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { RUNTIME_GB } from "#src/catalog/memory/engines.ts";
import { type Build, cacheGb, estimateGb } from "#src/catalog/memory/estimate.ts";
import { engineOf } from "#src/catalog/memory/need.ts";
import { MEASURED_TOKENS, type Measurement, type Offer, offersOf } from "#src/catalog/memory/offers.ts";

/** How far our estimate of a measured way to run a model is off: 0.1 is a tenth too much. */
export type EstimateError = {
  what: string;
  measuredGb: number;
  estimatedGb: number;
  error: number;
  /** The source says with which program and how much context it measured. */
  defined: boolean;
  /** It holds more of the prompt than its cache, so that it is no measure for an estimate. */
  holdsPrompt: boolean;
  /** The formula was fitted to this half. */
  tuned: boolean;
};

/** Our formula beside every graphics memory that a source measured of a known size, best first. */
export function estimateErrors(entries: readonly Entry[]): EstimateError[] {
  const errors = entries.flatMap((entry) =>
    offersOf(entry).flatMap((offer) => {
      if (offer.build === undefined || !offer.stated || offer.estimated) return [];
      const build = { ...offer.build, fileGb: undefined };
      return (offer.measurements ?? []).flatMap((one) => errorsOf(entry, offer, build, one));
    }),
  );
  return errors.toSorted((a, b) => Math.abs(a.error) - Math.abs(b.error));
}

function errorsOf(entry: Entry, offer: Offer, build: Build, one: Measurement): EstimateError[] {
  const tokens = Math.max(one.tokens ?? MEASURED_TOKENS, 1);
  const range = estimateGb(build, { engine: engineOf(offer), tokens });
  if (range === undefined) return [];
  const estimatedGb = (range.low + range.high) / 2 + ofItsTime(entry, offer, build, one);
  const what = `${entry.id} ${offer.variant ?? ""} ${quantizationLabel(offer)} @${one.tokens ?? "?"}`.replace(
    /\s+/g,
    " ",
  );
  const defined = offer.engine !== undefined && one.tokens !== undefined;
  const error = estimatedGb / one.gb - 1;
  return [
    {
      what,
      measuredGb: one.gb,
      estimatedGb,
      error,
      defined,
      holdsPrompt: holdsPrompt(entry, offer, build, one),
      tuned: isTuned(what),
    },
  ];
}

/**
 * GB that a figure of Transformers holds besides, or does not hold. PyTorch's own count leaves out what CUDA takes. Until
 * the caches of version 4.36 (https://github.com/huggingface/transformers/pull/26681) each token made the cache anew
 * beside the old one.
 */
function ofItsTime(entry: Entry, offer: Offer, build: Build, { tokens = MEASURED_TOKENS }: Measurement): number {
  if (offer.engine !== "transformers") return 0;
  return (isBeforeCaches(entry, offer) ? cacheGb(build.cache, tokens).high : 0) - RUNTIME_GB;
}

const releasedOf = (entry: Entry, { edition }: Offer): string => edition?.released ?? entry.released ?? "";
const isBeforeCaches = (entry: Entry, offer: Offer): boolean => releasedOf(entry, offer) < "2023-12";
/** Qwen lets a model write so much after a prompt of one token, which holds no logits to speak of. */
const ONE_TOKEN_PROMPT = 2049;

/** So much more than the cache of the longer text is something else. */
const MORE_THAN_CACHE = 1.5;

/**
 * Whether a figure holds the logits or one layer's values of the whole prompt and so bounds nothing else: those of long
 * prompts in Transformers until version 4.45 of September 2024 do (https://github.com/huggingface/transformers/pull/31292),
 * and what grew from the shortest by more than its cache.
 */
function holdsPrompt(entry: Entry, offer: Offer, build: Build, { gb, tokens = MEASURED_TOKENS }: Measurement): boolean {
  const isLong = offer.engine === "transformers" && tokens > ONE_TOKEN_PROMPT;
  if (isLong && releasedOf(entry, offer) < "2024-09") return true;
  const [shortest] = (offer.measurements ?? []).toSorted((a, b) => a.gb - b.gb);
  if (shortest === undefined) return false;
  const growth = cacheGb(build.cache, tokens).high - cacheGb(build.cache, shortest.tokens ?? MEASURED_TOKENS).high;
  const copies = isBeforeCaches(entry, offer) ? 2 : 1;
  return gb - shortest.gb > growth * copies * MORE_THAN_CACHE + gb * 0.02;
}

/** Every other measurement, by its name. */
function isTuned(what: string): boolean {
  let hash = 0;
  for (const character of what) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return (hash >>> 3) % 2 === 0;
}

/** The absolute error that so many of ten are within. */
export const errorOf = (errors: readonly EstimateError[], tenths: number): number =>
  Math.abs(errors[Math.floor((errors.length * tenths) / 10)]?.error ?? Number.NaN);
