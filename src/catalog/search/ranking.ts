import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { type Offer, offersOf, sizesOf } from "#src/catalog/memory/offers.ts";
import { type Criterion, compareMemory, isOfferCriterion, jointRank, offersFor, singles } from "./criteria.ts";
import { LAST_MEANT, type Matching, NOT_MET, type Ranks, type WordCriterion } from "./matching.ts";
import type { Sort } from "./query.ts";
import type { Hit } from "./search.ts";

/** What a hit is ranked by. Where two are alike in all, the newer comes first. */
type Ranked = {
  entry: Entry;
  /** How the typed words belong to it, added up. */
  name: number;
  /** Whether one of them is only mentioned. */
  mentioned: boolean;
  /** How well it meets the rest, added up. */
  fit: number;
  /** Of what was asked to run. */
  run: Run;
};

/** 0 where an offer of exactly the asked precision exists, 1 where only a relative; the least memory that one takes. */
type Run = { precision: number; vramGb: number | undefined; ramGb: number | undefined };
const NO_RUN: Run = { precision: 0, vramGb: undefined, ramGb: undefined };

/** The entries that meet all the criteria, in the order that was asked for or else the most useful first. */
export function rankHits(criteria: readonly Criterion[], sort: Sort | undefined, matching: Matching): Hit[] {
  const series = seriesOf(criteria);
  const places = placesOfHits(criteria, matching);
  const columns = criteria.map((criterion) => ({
    isWord: criterion.kind === "word",
    ranks: criterion === series ? matching.ranksWithRelatives(series) : matching.ranks(criterion),
  }));
  const asked = criteria.filter(isOfferCriterion);
  const byOffers = sort === undefined && isRankedByOffers(criteria);
  const runOfHit = (entry: Entry): Run => {
    if (sort === "memory") return leastOf(asked, entry);
    return byOffers ? runOf(asked, entry) : NO_RUN;
  };
  const ranked: Ranked[] = [];
  for (const place of places) {
    const entry = matching.entries[place];
    if (entry === undefined) continue;
    const hit = { entry, name: 0, mentioned: false, fit: 0, run: runOfHit(entry) };
    for (const { isWord, ranks } of columns) {
      const rank = ranks[place] ?? 0;
      hit[isWord ? "name" : "fit"] += rank;
      hit.mentioned ||= isWord && rank > LAST_MEANT;
    }
    ranked.push(hit);
  }
  return ranked.sort(order(criteria, sort)).map(({ entry }) => new RankedHit(entry, criteria));
}

/** A name alone and without a number stands for a series too: whoever types `chatglm` may want a newer GLM. */
function seriesOf([only, ...others]: readonly Criterion[]): WordCriterion | undefined {
  return only?.kind === "word" && others.length === 0 && !/\d/.test(only.word) ? only : undefined;
}

/** The places of the entries that a search finds, newest first. */
export function placesOfHits(criteria: readonly Criterion[], matching: Matching): number[] {
  const series = seriesOf(criteria);
  return series ? placesIn(matching.ranksWithRelatives(series)) : matching.meeting(criteria);
}

function placesIn(ranks: Ranks): number[] {
  const places: number[] = [];
  for (let place = 0; place < ranks.length; place++) if (ranks[place] !== NOT_MET) places.push(place);
  return places;
}

/** Looks for its offers when somebody reads them: a list shows ten of its hits. A class, because there may be a thousand. */
class RankedHit implements Hit {
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

/** `8g` asks what fits, `int4` how little it takes. */
const asksForMemory = (criteria: readonly Criterion[]): boolean =>
  singles(criteria).some((item) => item.kind === "memory" && item.gb.max !== undefined);
const isRankedByOffers = (criteria: readonly Criterion[]): boolean =>
  singles(criteria).some((item) => item.kind === "precision" || (item.kind === "memory" && item.gb.max === undefined));

/**
 * The ranking. An order that was asked for counts first, but nobody who asks for the newest Qwen means a model that
 * mentions Qwen. Otherwise: whoever bears the typed name before their family before mere mentions; then better fits (free
 * commercial use before conditional); then the exact precision before its relatives; then, where no memory to fit in is
 * given, the least of it; then the newest.
 */
function order(criteria: readonly Criterion[], sort: Sort | undefined): (a: Ranked, b: Ranked) => number {
  const meant = (a: Ranked, b: Ranked): number => Number(a.mentioned) - Number(b.mentioned);
  if (sort === "newest") return meant;
  if (sort === "memory") return (a, b) => meant(a, b) || compareMemory(a.run, b.run);
  if (sort === "size") return (a, b) => meant(a, b) || smallest(a.entry) - smallest(b.entry);
  if (sort === "name") return (a, b) => meant(a, b) || a.entry.name.localeCompare(b.entry.name, "en");
  const fits = asksForMemory(criteria);
  return (a, b) =>
    a.name - b.name || a.fit - b.fit || a.run.precision - b.run.precision || (fits ? 0 : compareMemory(a.run, b.run));
}

const smallest = (entry: Entry): number => sizesOf(entry)[0] ?? Number.MAX_VALUE;

/** Whatever its precision. */
function leastOf(asked: readonly Criterion[], entry: Entry): Run {
  const least = offersFor(asked, entry).toSorted(compareMemory)[0];
  return { precision: 0, vramGb: least?.vramGb, ramGb: least?.ramGb };
}

/** Of the best precision that an entry can be had in: memory of a relative says nothing of the exact one. */
function runOf(asked: readonly Criterion[], entry: Entry): Run {
  let run: Run | undefined;
  for (const offer of offersOf(entry)) {
    const precision = jointRank(asked, offer, entry);
    if (precision === undefined) continue;
    if (
      run === undefined ||
      precision < run.precision ||
      (precision === run.precision && compareMemory(offer, run) < 0)
    )
      run = { precision, vramGb: offer.vramGb, ramGb: offer.ramGb };
  }
  return run ?? { ...NO_RUN, precision: 1 };
}

/**
 * What of an entry answers a query, of the named variants where it names some. What must fit in a memory is the largest
 * that does, at the widest precision, what is measured before what is estimated; else the least memory comes first.
 */
export function shownOffers(criteria: readonly Criterion[], entry: Entry): Offer[] {
  const asked = criteria.filter(isOfferCriterion);
  const variants = namedVariants(criteria, entry);
  if (asked.length === 0 && variants.size === 0) return [];
  const offers = offersFor(asked, entry);
  const ofVariants = offers.filter(({ edition }) => edition !== undefined && variants.has(edition));
  const shown = ofVariants.length > 0 ? ofVariants : offers;
  if (!asksForMemory(criteria)) return shown;
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
