import { memoByObject } from "#src/base/memo.ts";
import { sizeInName } from "#src/catalog/entry/edition-match.ts";
import { contextOf, licenseOf, modalitiesOf, purposesOf, thinkingOf } from "#src/catalog/entry/of-variant.ts";
import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { DOES_TOO, isSpecialist } from "#src/catalog/entry/suitability.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { offersOf } from "#src/catalog/memory/offers.ts";
import type { Criterion } from "./criteria.ts";
import { entryRank, isOfferCriterion, jointRank, requiresOffer } from "./criterion-ranks.ts";
import type { Rank } from "./fact-kinds.ts";
import { namesOfEntry } from "./names.ts";

/** How well one variant of an entry meets all the criteria about facts; less is better. */
export type Fit = {
  /** The sum of the ranks for all but purposes. */
  facts: number;
  /** The sum of the ranks for purposes. */
  purposes: number;
  /** Whether one of the purposes is none that it is made for: it only does that too. */
  doesToo: boolean;
  /** Whether it is made for one thing alone, as those are that take little memory or fit a card and help few. */
  specialist: boolean;
};

/** The rank of an entry as a whole for the criterion at an index; it meets all of them. */
type RankAt = (index: number) => number;

/**
 * How well the best variant of an entry meets all the criteria, each of which something in the entry meets; undefined
 * where no variant alone meets them. `moe 128k` wants a mixture of experts that itself has the context, and `chatglm moe`
 * not the collection in which one variant is built on ChatGLM and another is a mixture of experts. What the catalog says of
 * no variant in particular holds for all.
 */
export function fitting(criteria: readonly Criterion[]): (entry: Entry, rankAt: RankAt) => Fit | undefined {
  const asked = criteria.filter(isOfferCriterion);
  const needsOffer = criteria.length > 1 && criteria.some(requiresOffer);
  const byOffer = criteria.map((criterion) => needsOffer && isOfferCriterion(criterion));
  const isOffered = (entry: Entry, variant: Variant | undefined): boolean =>
    !needsOffer ||
    offersOf(entry).some(
      (offer) =>
        (variant === undefined || offer.edition === undefined || offer.edition === variant) &&
        jointRank(asked, offer, entry) !== undefined,
    );
  return (entry, rankAt) => {
    const variants = entry.variants ?? [];
    if (criteria.length < 2 || variants.length === 0)
      return isOffered(entry, undefined) ? sumOf(criteria, purposesOfAll(entry), rankAt) : undefined;
    let best: Fit | undefined;
    for (const variant of variants) {
      const fit = sumOf(criteria, purposesOf(entry, variant), (index) => {
        const criterion = criteria[index];
        return criterion === undefined || byOffer[index] ? rankAt(index) : variantRank(criterion, entry, variant);
      });
      if (fit && isBetter(fit, best) && isOffered(entry, variant)) best = fit;
    }
    return best;
  };
}

const isBetter = (fit: Fit, best: Fit | undefined): boolean => best === undefined || compareFits(fit, best) < 0;

const compareFits = (a: Fit, b: Fit): number =>
  a.facts - b.facts || a.purposes - b.purposes || Number(a.specialist) - Number(b.specialist);

/** The purposes of an entry and all of its variants. */
const purposesOfAll = memoByObject((entry: Entry): readonly Purpose[] =>
  [undefined, ...(entry.variants ?? [])].flatMap((variant) => purposesOf(entry, variant)),
);

function sumOf(
  criteria: readonly Criterion[],
  purposes: readonly Purpose[],
  rankAt: (index: number) => Rank,
): Fit | undefined {
  const sum: Fit = { facts: 0, purposes: 0, doesToo: false, specialist: isSpecialist(purposes) };
  for (const [index, { kind }] of criteria.entries()) {
    const rank = rankAt(index);
    if (rank === undefined) return undefined;
    if (kind === "purpose") {
      sum.purposes += rank;
      sum.doesToo ||= rank >= DOES_TOO;
    } else if (kind !== "word") sum.facts += rank;
  }
  return sum;
}

/** Whether one variant of an entry meets all the criteria. */
export const meetInOneVariant = (criteria: readonly Criterion[], entry: Entry): boolean =>
  fitting(criteria)(entry, () => 0) !== undefined;

const variantRank = (criterion: Criterion, entry: Entry, variant: Variant): Rank => {
  if (criterion.kind === "word") return isAbout(criterion.word, entry, variant) ? 0 : undefined;
  return entryRank(criterion, alone(entry, variant));
};

/** The entry as if the variant were all of it. */
const alone = (entry: Entry, variant: Variant): Entry => entriesOfVariants(entry)(variant);

const entriesOfVariants = memoByObject((entry: Entry) => memoByObject((variant: Variant) => narrowed(entry, variant)));

function narrowed(entry: Entry, variant: Variant): Entry {
  const { weights: _weights, requirements: _requirements, ollama: _ollama, quantizations: _kinds, ...facts } = entry;
  return {
    ...facts,
    variants: [variant],
    architecture: variant.architecture ?? entry.architecture,
    parametersB: variant.parametersB ?? sizeInName(variant.name) ?? entry.parametersB,
    contextTokens: contextOf(entry, variant),
    license: licenseOf(entry, variant),
    modalities: [...modalitiesOf(entry, variant)],
    purposes: [...purposesOf(entry, variant)],
    thinking: thinkingOf(entry, variant),
    ...(variant.released !== undefined && { released: variant.released, updates: [] }),
  };
}

/** Whether a word is about a variant: one in the names of some variants, and in none of the entry or family, is about those. */
function isAbout(word: string, entry: Entry, variant: Variant): boolean {
  const folded = foldName(word);
  const isNamed = ({ name }: Variant): boolean => foldName(name).includes(folded);
  if (isNamed(variant) || !entry.variants?.some(isNamed)) return true;
  return namesOfEntry(entry).some((name) => foldName(name).includes(folded));
}
