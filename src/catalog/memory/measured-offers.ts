import { bitsPerWeight, quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Offer } from "./offers.ts";

/** An offer whose graphics memory is known. */
export type MeasuredOffer = Offer & { vramGb: number };

/**
 * The offers with known graphics memory, each precision of a variant once (measured before estimated, then the least):
 * variants from the smallest on, each from the widest precision to the narrowest.
 */
export function measuredOffers(offers: readonly Offer[]): MeasuredOffer[] {
  const best = new Map<string, MeasuredOffer>();
  for (const offer of offers) {
    if (offer.vramGb === undefined) continue;
    const known = { ...offer, vramGb: offer.vramGb };
    const key = `${offer.variant ?? ""}\u0000${quantizationLabel(offer)}`;
    const other = best.get(key);
    if (other === undefined || isBetter(known, other)) best.set(key, known);
  }
  return byVariant([...best.values()]).flat();
}

/**
 * At most so many of them that stand for all, in the same order: what sources state before our estimates, and what is
 * said of no variant in particular before variants. Of the variants those around the given GB, the largest that fits
 * among them; without it some evenly from the smallest to the largest. Of each the precisions evenly from the widest to
 * the narrowest.
 */
export function selectOffers(measured: readonly MeasuredOffer[], limit: number, availableGb?: number): MeasuredOffer[] {
  const stated = measured.filter((offer) => offer.stated);
  const estimates = measured.filter((offer) => !offer.stated);
  const kept = new Set(chosenOf(stated, limit, availableGb));
  for (const offer of chosenOf(estimates, limit - kept.size, availableGb)) kept.add(offer);
  return measured.filter((offer) => kept.has(offer));
}

function chosenOf(offers: readonly MeasuredOffer[], limit: number, availableGb: number | undefined): MeasuredOffer[] {
  if (offers.length <= limit) return [...offers];
  const groups = byVariant(offers);
  const general = groups.filter((group) => !isOfVariant(group));
  const variants = groups.filter(isOfVariant);
  const count = Math.max(1, Math.floor(limit / 2)) - general.length;
  const shown = [
    ...general,
    ...(availableGb === undefined ? evenly(variants, count) : around(variants, count, availableGb)),
  ];
  const chosen = shown.flatMap((group) => evenly(group, Math.floor(limit / shown.length)));
  const spare = shown.flat().filter((offer) => !chosen.includes(offer));
  return [...chosen, ...spare].slice(0, limit);
}

const isBetter = (offer: MeasuredOffer, other: MeasuredOffer): boolean =>
  trust(offer) === trust(other) ? offer.vramGb < other.vramGb : trust(offer) > trust(other);

/** Measured, computed by the source, estimated by us. */
const trust = ({ estimated, stated }: MeasuredOffer): number => (estimated ? (stated ? 1 : 0) : 2);

function byVariant(offers: readonly MeasuredOffer[]): MeasuredOffer[][] {
  const groups = [...Map.groupBy(offers, ({ variant }) => variant ?? "").values()];
  const size = (group: MeasuredOffer[]): number =>
    group[0]?.parametersB ?? Math.min(...group.map(({ vramGb }) => vramGb));
  return groups
    .map((group) => group.toSorted((a, b) => width(b) - width(a) || b.vramGb - a.vramGb))
    .toSorted((a, b) => Number(isOfVariant(a)) - Number(isOfVariant(b)) || size(a) - size(b));
}

const isOfVariant = ([first]: readonly MeasuredOffer[]): boolean => first?.variant !== undefined;

/** Bits per weight; formats that do not state theirs are last. */
const width = (offer: MeasuredOffer): number => bitsPerWeight(offer) ?? 0;

/** So many neighbours with the largest variant that fits in their middle. */
function around(variants: readonly MeasuredOffer[][], count: number, availableGb: number): MeasuredOffer[][] {
  if (count < 1) return [];
  const largest = variants.findLastIndex((offers) => offers.some(({ vramGb }) => vramGb <= availableGb));
  const first = Math.max(0, Math.min(largest - Math.floor((count - 1) / 2), variants.length - count));
  return variants.slice(first, first + count);
}

/** So many items with the first and the last among them, the rest at equal steps. */
function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  if (count < 1) return [];
  const step = (items.length - 1) / Math.max(1, count - 1);
  return items.filter((_, at) => Array.from({ length: count }, (_item, nth) => Math.round(nth * step)).includes(at));
}
