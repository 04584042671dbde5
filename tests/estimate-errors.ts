import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { RUNTIME_GB } from "#src/catalog/memory/engines.ts";
import { type Build, estimateGb } from "#src/catalog/memory/estimate.ts";
import { engineOf, MEASURED_TOKENS } from "#src/catalog/memory/need.ts";
import { type Measurement, type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import { tokenTables } from "#src/catalog/memory/weights.ts";

/** How far our estimate of a measured way to run a model is off: 0.1 is a tenth too much. */
export type EstimateError = {
  what: string;
  measuredGb: number;
  estimatedGb: number;
  error: number;
  /** The source says with which program and how much context it measured. */
  defined: boolean;
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
  return [{ what, measuredGb: one.gb, estimatedGb, error, defined, tuned: isTuned(what) }];
}

/** The text that Qwen lets a model write after each prompt that it measures with. */
const WRITTEN = 2048;

/**
 * What a figure of Transformers holds besides, or does not hold: PyTorch's own count leaves out what CUDA takes; and the
 * logits of the whole prompt were kept, in 16 and in 32 bits, until version 4.45 of September 2024
 * (https://github.com/huggingface/transformers/pull/31292), which shows where a longer prompt takes more than its cache.
 */
function ofItsTime(entry: Entry, offer: Offer, build: Build, { gb, tokens = MEASURED_TOKENS }: Measurement): number {
  if (offer.engine !== "transformers") return 0;
  const logits = (Math.max(0, tokens - WRITTEN) * tokenTables(build).vocabulary * 6) / 2 ** 30;
  const shortest = Math.min(...(offer.measurements ?? []).map((one) => one.gb));
  const holdsLogits = gb - shortest > logits * 0.7;
  return (holdsLogits ? logits : 0) - RUNTIME_GB + 0 * entry.id.length;
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
