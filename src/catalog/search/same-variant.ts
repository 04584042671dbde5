import { memoByObject } from "#src/base/memo.ts";
import { sizeInName } from "#src/catalog/entry/edition-match.ts";
import { contextOf, licenseOf, modalitiesOf, purposesOf, thinkingOf } from "#src/catalog/entry/of-variant.ts";
import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { DOES_TOO, isSpecialist } from "#src/catalog/entry/suitability.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { offersOf } from "#src/catalog/memory/offers.ts";
import type { Criterion } from "./criteria.ts";
import { entryRank, isOfferCriterion, offerRank, requiresOffer } from "./criterion-ranks.ts";
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

/** The ranks of an entry and its parts for the criteria of a query, each by its index. */
export type RanksOfEntry = {
  /** The entry as a whole, which meets all of them. */
  whole: (criterion: number) => Rank;
  variant: (criterion: number, variant: number) => Rank;
  offer: (criterion: number, offer: number) => Rank;
};

/**
 * How well the best variant of an entry meets all the criteria, each of which something in the entry meets; undefined
 * where no variant alone meets them. `moe 128k` wants a mixture of experts that itself has the context, and `chatglm moe`
 * not the collection in which one variant is built on ChatGLM and another is a mixture of experts. What the catalog says of
 * no variant in particular holds for all.
 */
export function fitting(criteria: readonly Criterion[]): (entry: Entry, ranks: RanksOfEntry) => Fit | undefined {
  const needsOffer = criteria.length > 1 && criteria.some(requiresOffer);
  const byOffer = criteria.map((criterion) => needsOffer && isOfferCriterion(criterion));
  const asked = [...byOffer.keys()].filter((at) => byOffer[at]);
  return (entry, ranks) => {
    const { variants = [] } = entry;
    const offered = needsOffer ? variantsOffered(asked, entry, ranks) : "all";
    if (offered === "none") return undefined;
    if (criteria.length < 2 || variants.length === 0) return sumOf(criteria, purposesOfAll(entry), ranks.whole);
    let best: Fit | undefined;
    for (const [which, variant] of variants.entries()) {
      if (offered !== "all" && !offered.has(variant)) continue;
      const fit = sumOf(criteria, purposesOf(entry, variant), (at) =>
        byOffer[at] ? ranks.whole(at) : ranks.variant(at, which),
      );
      best = better(best, fit);
    }
    return best;
  };
}

/** The variants of which an offer meets all the criteria at some indexes; all where one of no variant in particular does. */
function variantsOffered(
  asked: readonly number[],
  entry: Entry,
  { offer }: RanksOfEntry,
): Set<Variant> | "all" | "none" {
  const variants = new Set<Variant>();
  let which = -1;
  for (const { edition } of offersOf(entry)) {
    which += 1;
    const isKnown = edition && variants.has(edition);
    if (isKnown || asked.some((at) => offer(at, which) === undefined)) continue;
    if (edition === undefined) return "all";
    variants.add(edition);
  }
  return variants.size === 0 ? "none" : variants;
}

function better(best: Fit | undefined, fit: Fit | undefined): Fit | undefined {
  if (best === undefined || fit === undefined) return best ?? fit;
  return compareFits(fit, best) < 0 ? fit : best;
}

const compareFits = (a: Fit, b: Fit): number =>
  a.facts - b.facts || a.purposes - b.purposes || Number(a.specialist) - Number(b.specialist);

/** The purposes of an entry and all of its variants. */
const purposesOfAll = memoByObject((entry: Entry): readonly Purpose[] =>
  [undefined, ...(entry.variants ?? [])].flatMap((variant) => purposesOf(entry, variant)),
);

const isSpecialistAmong = memoByObject((purposes: readonly Purpose[]) => isSpecialist(purposes));

function sumOf(
  criteria: readonly Criterion[],
  purposes: readonly Purpose[],
  rankAt: (criterion: number) => Rank,
): Fit | undefined {
  const sum: Fit = { facts: 0, purposes: 0, doesToo: false, specialist: isSpecialistAmong(purposes) };
  // This runs for every variant that a query may find: no iterators.
  for (let at = 0; at < criteria.length; at++) {
    const rank = rankAt(at);
    if (rank === undefined) return undefined;
    const kind = criteria[at]?.kind;
    if (kind === "purpose") {
      sum.purposes += rank;
      sum.doesToo ||= rank >= DOES_TOO;
    } else if (kind !== "word") sum.facts += rank;
  }
  return sum;
}

/** Whether one variant of an entry meets all the criteria, each of which something in the entry meets. */
export function meetInOneVariant(criteria: readonly Criterion[], entry: Entry): boolean {
  const ranks: RanksOfEntry = {
    whole: () => 0,
    variant: (at, which) => {
      const [criterion, variant] = [criteria[at], entry.variants?.[which]];
      return criterion && variant && variantRank(criterion, entry, variant);
    },
    offer: (at, which) => {
      const [criterion, offer] = [criteria[at], offersOf(entry)[which]];
      return criterion && offer && offerRank(criterion, offer, entry);
    },
  };
  return fitting(criteria)(entry, ranks) !== undefined;
}

/**
 * The variants of an entry that meet the criteria which are not about ways to run them: what is shown or counted of the entry
 * must be of these. Undefined where all may be.
 */
export function variantsMeeting(criteria: readonly Criterion[], entry: Entry): ReadonlySet<Variant> | undefined {
  const facts = criteria.filter((criterion) => !isOfferCriterion(criterion));
  if (facts.length === 0 || !entry.variants) return undefined;
  const met = entry.variants.filter((variant) =>
    facts.every((criterion) => variantRank(criterion, entry, variant) !== undefined),
  );
  return met.length === 0 ? undefined : new Set(met);
}

/** How well a variant of an entry meets a criterion; a word by being about it. */
export function variantRank(criterion: Criterion, entry: Entry, variant: Variant): Rank {
  if (criterion.kind === "word") return isAbout(criterion.word, entry, variant) ? 0 : undefined;
  return entryRank(criterion, alone(entry, variant));
}

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
