import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { offerAt } from "#src/catalog/memory/offer-at.ts";
import { type Offer, sizesOf } from "#src/catalog/memory/offers.ts";
import { askedContext, type Criterion } from "./criteria.ts";
import { asksMemory, compareMemory, isOfferCriterion, jointRank, offersFor } from "./criterion-ranks.ts";
import { variantsMeeting } from "./same-variant.ts";

/** The size of the smallest variant that is meant, in billions of parameters. */
export function smallest(criteria: readonly Criterion[], entry: Entry): number {
  const meant = [...(variantsMeeting(criteria, entry) ?? [])].flatMap(({ parametersB }) => parametersB ?? []);
  return meant.length > 0 ? Math.min(...meant) : (sizesOf(entry)[0] ?? Number.MAX_VALUE);
}

/** The offer that takes the least memory, whatever its precision. */
export const leastOffer = (criteria: readonly Criterion[], entry: Entry): Offer | undefined =>
  offersMeeting(criteria, entry).toSorted(compareMemory)[0];

/** The offers of the variants that meet all the criteria, best precision, then least memory first. */
function offersMeeting(criteria: readonly Criterion[], entry: Entry): Offer[] {
  const meant = variantsMeeting(criteria, entry);
  const offers = offersFor(criteria.filter(isOfferCriterion), entry);
  return meant ? offers.filter(({ edition }) => edition === undefined || meant.has(edition)) : offers;
}

/**
 * The offers of an entry that answer a query, of the named variants where it names some. What must fit in a memory is the largest
 * that does, at the widest precision, what is measured before what is estimated; else the least memory comes first.
 */
export function shownOffers(criteria: readonly Criterion[], entry: Entry): Offer[] {
  const asked = criteria.filter(isOfferCriterion);
  const variants = namedVariants(criteria, entry);
  if (asked.length === 0 && variants.size === 0) return [];
  const tokens = askedContext(criteria);
  const offers = offersMeeting(criteria, entry).flatMap((offer) =>
    tokens === undefined ? offer : (offerAt(offer, tokens) ?? []),
  );
  const ofVariants = offers.filter(({ edition }) => edition !== undefined && variants.has(edition));
  const shown = ofVariants.length > 0 ? ofVariants : offers;
  if (!asksMemory(criteria, "fits")) return shown;
  const atPrecision = asked.filter(({ kind }) => kind !== "memory");
  const rank = (offer: Offer): number => jointRank(atPrecision, offer, entry) ?? 1;
  return shown.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (b.parametersB ?? 0) - (a.parametersB ?? 0) ||
      Number(a.estimated) - Number(b.estimated) ||
      compareMemory(b, a),
  );
}

/** The variants that a query names as a whole; what an entry is called itself means all of it. */
function namedVariants(criteria: readonly Criterion[], { id, name, variants = [] }: Entry): Set<Variant> {
  const typed = criteria.flatMap((item) => (item.kind === "word" ? foldName(item.word) : []));
  const names = new Set(typed.filter((word) => word !== foldName(id) && word !== foldName(name)));
  return new Set(variants.filter((variant) => names.has(foldName(variant.name))));
}
