import type { Locale, Text } from "#src/base/locale.ts";
import { plain } from "#src/base/markdown.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import { isOurEstimate, type Offer, sizeSummary } from "#src/catalog/memory/offers.ts";

/** `中文`, `英文`: the name of a language in the reader's language. */
export function languageName(tag: string, locale: Locale): string {
  return new Intl.DisplayNames([locale], { type: "language" }).of(tag) ?? tag;
}

/** All sizes of an entry, or that none is stated. */
export const sizesText = (entry: Entry, text: Text): string => sizeSummary(entry) ?? text("facts.notStated");

/** Ends of a range that are as near as this are one figure. */
const EXACT = 0.03;

/** `6.1 GB`, or `5.4–6.1 GB` where the ends differ; rounded up to a tenth. */
export function gbRange(least: number, most: number): string {
  const [low, high] = [least, most].map((gb) => formatGb(Math.ceil(gb * 10) / 10));
  return least < most * (1 - EXACT) ? `${low?.replace(/ GB$/, "")}–${high}` : `${high}`;
}

/**
 * The memory of an offer with its precision: `6 GB`, `5.4 GB（GPTQ-Int4，LLaMA-7B）`, `≈ 6.1 GB（GGUF Q4_K_M，估计）`; marks
 * main memory, what is second-hand, what the source computed and what we estimate.
 */
export function offerText(offer: Offer | undefined, text: Text, options: { precision: boolean }): string {
  if (offer === undefined) return text("facts.notStated");
  const memory =
    offer.vramGb !== undefined
      ? aboutGb(offer, offer.vramGb)
      : offer.ramGb !== undefined
        ? `${text("facts.ram")} ${aboutGb(offer, offer.ramGb)}`
        : text("facts.notStated");
  const remarks = [
    options.precision ? quantizationLabel(offer) : "",
    offer.variant === undefined ? "" : plain(offer.variant),
    offer.estimated ? text(isOurEstimate(offer) ? "facts.ourEstimate" : "facts.estimated") : "",
    offer.secondary ? text("facts.secondary") : "",
  ].filter((remark) => remark !== "");
  return remarks.length === 0
    ? memory
    : text("facts.withRemark", { value: memory, remark: remarks.join(text("facts.comma")) });
}

/** `6 GB`; `≈ 6.1 GB` or `≈ 5.4–6.1 GB` where it is our estimate. */
export const aboutGb = (offer: Offer, gb: number): string =>
  isOurEstimate(offer) ? `≈ ${gbRange(offer.leastGb ?? gb, gb)}` : formatGb(gb);
