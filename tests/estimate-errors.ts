import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { estimateGb } from "#src/catalog/memory/estimate.ts";
import { buildOf, offersOf } from "#src/catalog/memory/offers.ts";

/** How far our estimate of a measured way to run a model is off: 0.1 is a tenth too much. */
type EstimateError = { what: string; measuredGb: number; estimatedGb: number; error: number };

/** Tokens that makers measure with where they do not say how many: Qwen generates 2,048, others less. */
const MEASURED_TOKENS = 2048;

/** Our formula beside every graphics memory that a source measured of a known size, best first. */
export function estimateErrors(entries: readonly Entry[]): EstimateError[] {
  const errors = entries.flatMap((entry) =>
    offersOf(entry).flatMap((offer): EstimateError[] => {
      if (offer.vramGb === undefined || !offer.stated || offer.estimated) return [];
      const build = buildOf(entry, offer, { label: offer.variant ?? "", fileGb: undefined });
      const estimatedGb = build && estimateGb(build, offer.contextTokens ?? MEASURED_TOKENS);
      if (estimatedGb === undefined) return [];
      const what = `${entry.id} ${offer.variant ?? ""} ${quantizationLabel(offer)}`.replace(/\s+/g, " ");
      return [{ what, measuredGb: offer.vramGb, estimatedGb, error: estimatedGb / offer.vramGb - 1 }];
    }),
  );
  return errors.toSorted((a, b) => Math.abs(a.error) - Math.abs(b.error));
}

/** The absolute error that so many of ten are within. */
export const errorOf = (errors: readonly EstimateError[], tenths: number): number =>
  Math.abs(errors[Math.floor((errors.length * tenths) / 10)]?.error ?? Number.NaN);
