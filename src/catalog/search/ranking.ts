import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { type Offer, offersOf, sizesOf } from "#src/catalog/memory/offers.ts";
import type { Criterion, WordCriterion } from "./criteria.ts";
import { asksMemory, compareMemory, isOfferCriterion, jointRank, offersFor } from "./criterion-ranks.ts";
import { MAX_NAME_RANK, type Matching, NOT_MET, type Ranks } from "./matching.ts";
import type { Sort } from "./query.ts";

export type Hit = {
  entry: Entry;
  /** The offers of the entry that meet the asked precision, memory, size and variant, best first; empty where none was asked. */
  readonly offers: Offer[];
};

/** A hit with what it is ranked by. Where two are alike in all, the newer comes first. */
type RankedEntry = {
  entry: Entry;
  /** The sum of its ranks for words. */
  wordRank: number;
  /** Whether it only mentions one of the words. */
  mentioned: boolean;
  /** The sum of its ranks for facts. */
  factRank: number;
  best: BestOffer;
};

/** 0 where an offer of exactly the asked precision exists, 1 where only a relative; the least memory that one takes, in GB. */
type BestOffer = { precision: number; vramGb: number | undefined; ramGb: number | undefined };
const NO_OFFER: BestOffer = { precision: 0, vramGb: undefined, ramGb: undefined };

/** The entries that meet all the criteria, in the order that was asked for or else the most useful first. */
export function rankHits(criteria: readonly Criterion[], sort: Sort | undefined, matching: Matching): Hit[] {
  const series = seriesOf(criteria);
  const indexes = indexesOfHits(criteria, matching);
  const columns = criteria.map((criterion) => ({
    isWord: criterion.kind === "word",
    ranks: criterion === series ? matching.ranksWithRelatives(series) : matching.ranks(criterion),
  }));
  const asked = criteria.filter(isOfferCriterion);
  const byOffers = sort === undefined && asksMemory(criteria, "least");
  const bestOfHit = (entry: Entry): BestOffer => {
    if (sort === "memory") return leastMemoryOffer(asked, entry);
    return byOffers ? bestOffer(asked, entry) : NO_OFFER;
  };
  const ranked: RankedEntry[] = [];
  for (const index of indexes) {
    const entry = matching.entries[index];
    if (entry === undefined) continue;
    const hit = { entry, wordRank: 0, mentioned: false, factRank: 0, best: bestOfHit(entry) };
    for (const { isWord, ranks } of columns) {
      const rank = ranks[index] ?? 0;
      hit[isWord ? "wordRank" : "factRank"] += rank;
      hit.mentioned ||= isWord && rank > MAX_NAME_RANK;
    }
    ranked.push(hit);
  }
  return ranked.sort(order(criteria, sort)).map(({ entry }) => new LazyHit(entry, criteria));
}

/** The name that stands for a series too, alone and without a number: whoever types `chatglm` may want a newer GLM. */
function seriesOf([only, ...others]: readonly Criterion[]): WordCriterion | undefined {
  return only?.kind === "word" && others.length === 0 && !/\d/.test(only.word) ? only : undefined;
}

/** The indexes of the entries that a search finds, newest first. */
export function indexesOfHits(criteria: readonly Criterion[], matching: Matching): number[] {
  const series = seriesOf(criteria);
  return series ? indexesMet(matching.ranksWithRelatives(series)) : matching.meeting(criteria);
}

function indexesMet(ranks: Ranks): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < ranks.length; index++) if (ranks[index] !== NOT_MET) indexes.push(index);
  return indexes;
}

/** A hit that looks for its offers when they are read: a list shows ten of its hits. A class, as there may be a thousand. */
class LazyHit implements Hit {
  readonly entry: Entry;
  readonly #criteria: readonly Criterion[];
  #offers: Offer[] | undefined;
  constructor(entry: Entry, criteria: readonly Criterion[]) {
    this.entry = entry;
    this.#criteria = criteria;
  }
  get offers(): Offer[] {
    this.#offers ??= shownOffers(this.#criteria, this.entry);
    return this.#offers;
  }
}

/**
 * Compares hits. An order that was asked for counts first, but nobody who asks for the newest Qwen means a model that
 * mentions Qwen. Otherwise: entries of the typed name before their family before mere mentions; then better fits (free
 * commercial use before conditional); then the exact precision before its relatives; then, where no memory to fit in is
 * given, the least of it; then the newest.
 */
function order(criteria: readonly Criterion[], sort: Sort | undefined): (a: RankedEntry, b: RankedEntry) => number {
  const namedFirst = (a: RankedEntry, b: RankedEntry): number => Number(a.mentioned) - Number(b.mentioned);
  if (sort === "newest") return namedFirst;
  if (sort === "memory") return (a, b) => namedFirst(a, b) || compareMemory(a.best, b.best);
  if (sort === "size") return (a, b) => namedFirst(a, b) || smallest(a.entry) - smallest(b.entry);
  if (sort === "name") return (a, b) => namedFirst(a, b) || a.entry.name.localeCompare(b.entry.name, "en");
  const fits = asksMemory(criteria, "fits");
  return (a, b) =>
    a.wordRank - b.wordRank ||
    a.factRank - b.factRank ||
    a.best.precision - b.best.precision ||
    (fits ? 0 : compareMemory(a.best, b.best));
}

const smallest = (entry: Entry): number => sizesOf(entry)[0] ?? Number.MAX_VALUE;

/** The least memory that an offer takes, whatever its precision. */
function leastMemoryOffer(asked: readonly Criterion[], entry: Entry): BestOffer {
  const least = offersFor(asked, entry).toSorted(compareMemory)[0];
  return { precision: 0, vramGb: least?.vramGb, ramGb: least?.ramGb };
}

/** The least memory at the best precision that is offered: memory of a relative says nothing of the exact one. */
function bestOffer(asked: readonly Criterion[], entry: Entry): BestOffer {
  let best: BestOffer | undefined;
  for (const offer of offersOf(entry)) {
    const precision = jointRank(asked, offer, entry);
    if (precision === undefined) continue;
    if (
      best === undefined ||
      precision < best.precision ||
      (precision === best.precision && compareMemory(offer, best) < 0)
    )
      best = { precision, vramGb: offer.vramGb, ramGb: offer.ramGb };
  }
  return best ?? { ...NO_OFFER, precision: 1 };
}

/**
 * The offers of an entry that answer a query, of the named variants where it names some. What must fit in a memory is the largest
 * that does, at the widest precision, what is measured before what is estimated; else the least memory comes first.
 */
export function shownOffers(criteria: readonly Criterion[], entry: Entry): Offer[] {
  const asked = criteria.filter(isOfferCriterion);
  const variants = namedVariants(criteria, entry);
  if (asked.length === 0 && variants.size === 0) return [];
  const offers = offersFor(asked, entry);
  const ofVariants = offers.filter(({ edition }) => edition !== undefined && variants.has(edition));
  const shown = ofVariants.length > 0 ? ofVariants : offers;
  if (!asksMemory(criteria, "fits")) return shown;
  const rank = (offer: Offer): number => jointRank(asked, offer, entry) ?? 1;
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
