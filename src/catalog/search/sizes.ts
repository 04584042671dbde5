import { memoByObject } from "#src/base/memo.ts";
import { sizeInName } from "#src/catalog/entry/edition-match.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";

/** Billions of parameters, and how its name rounds them, if it does. */
export type Size = { parametersB: number; called: number | undefined };

type Sizes = { all: Size[]; byOffer: Map<Offer, Size[]> };

const sizesOf = memoByObject((entry: Entry): Sizes => {
  const own = [entry, ...(entry.variants ?? [])].flatMap(({ parametersB, name }) => sizeOf(parametersB, name));
  const all = [...own];
  const byOffer = new Map<Offer, Size[]>();
  for (const offer of offersOf(entry)) {
    const [size] = sizeOf(offer.parametersB, offer.variant ?? entry.name);
    const same = size && all.find((item) => item.parametersB === size.parametersB && item.called === size.called);
    if (size && !same) all.push(size);
    // What is said of no variant in particular may hold for each.
    byOffer.set(offer, size ? [same ?? size] : own);
  }
  return { all, byOffer };
});

/** The sizes of an entry, of its variants and of its offers, as far as they are stated. */
export const namedSizesOf = (entry: Entry): readonly Size[] => sizesOf(entry).all;

/** The size of an offer; those of its entry where it is of no variant in particular. */
export const sizesOfOffer = (offer: Offer, entry: Entry): readonly Size[] => sizesOf(entry).byOffer.get(offer) ?? [];

const sizeOf = (parametersB: number | undefined, name: string): Size[] =>
  parametersB === undefined ? [] : [{ parametersB, called: sizeInName(name) }];
