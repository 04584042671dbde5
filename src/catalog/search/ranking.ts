import { memoByObject } from "#src/base/memo.ts";
import { DOMAINS, type Purpose } from "#src/catalog/entry/purposes.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { isForAnyAssistant, isGeneral } from "#src/catalog/entry/suitability.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { offerAt } from "#src/catalog/memory/offer-at.ts";
import { type Offer, sizesOf } from "#src/catalog/memory/offers.ts";
import { askedContext, type Criterion, type FactCriterion, singles, type WordCriterion } from "./criteria.ts";
import { asksMemory, compareMemory, isOfferCriterion, jointRank, offersFor } from "./criterion-ranks.ts";
import {
  MAX_NAME_RANK,
  type Matching,
  type Met,
  NOT_MET,
  RANK_OF_MAKER,
  RANK_OF_RELATIVE,
  type Ranks,
} from "./matching.ts";
import type { Sort } from "./query.ts";
import { type Fit, variantsMeeting } from "./same-variant.ts";

/**
 * What a hit has in common with others of the list, the best first: it meets all that was asked; it is for a purpose and
 * does not mention the part of it that was typed; it only does a purpose too; it is made for one thing alone where no
 * purpose was asked; it is another of the named series; it is made by who was named; it is built on what was named or
 * mentions it; it meets all but the wishes.
 */
const HIT_GROUPS = ["full", "wider", "doesToo", "specialists", "relatives", "makers", "mentions", "others"] as const;
export type HitGroup = (typeof HIT_GROUPS)[number];

export type Hit = {
  entry: Entry;
  group: HitGroup;
  /** The offers of the entry that meet the asked precision, memory, size and variant, best first; empty where none was asked. */
  readonly offers: Offer[];
};

export type Ranking = {
  hits: Hit[];
  /** What the hits of the group `others` do not meet; there are none of them where it is empty. */
  wishes: Criterion[];
  /** Whether models that no single machine runs come last in each group, as nothing that was asked limits the size. */
  runnableFirst: boolean;
};

/** A hit with what it is ranked by. Where two are alike in all, the newer comes first. */
type RankedEntry = {
  entry: Entry;
  /** Its group as a number, the best first. */
  group: number;
  /** How many of the wishes it does not meet. */
  missed: number;
  /** Whether no single machine runs it, where that counts. */
  tooLarge: boolean;
  /** The sum of its ranks for words. */
  wordRank: number;
  fit: Fit;
  /** How well it suits the purposes, in years: older by so many it would be as good. */
  purpose: number;
  /** The year, and whether it is no general assistant, where it is asked what one could run and not for what. */
  year: number;
  niche: boolean;
  /** GB, where the order asks for it. */
  memory: { vramGb?: number | undefined; ramGb?: number | undefined } | undefined;
  /** Billions of parameters, where the order asks for it. */
  size: number;
};

/** The entries that meet the criteria, in the order that was asked for or else the most useful first. */
export function rankHits(criteria: readonly Criterion[], sort: Sort | undefined, matching: Matching): Ranking {
  const series = seriesOf(criteria);
  const found = findEntries(criteria, matching);
  const words = criteria
    .filter((criterion) => criterion.kind === "word")
    .map(
      (word): WordRanks => ({
        ranks: word === series ? matching.ranksWithRelatives(word) : matching.ranks(word),
        names: !matching.isOnlyMentioned(word),
      }),
    );
  const wished = found.wishes.map(matching.ranks);
  const any = sort === undefined && asksForAny(criteria);
  const abouts = aboutsOf(criteria);
  const groupOf = (worstName: number, { doesToo, specialist }: Fit, index: number): HitGroup => {
    if (worstName === RANK_OF_MAKER) return "makers";
    if (worstName > MAX_NAME_RANK) return "mentions";
    // An order that was asked for holds for all of a series.
    if (worstName === RANK_OF_RELATIVE && sort === undefined) return "relatives";
    if (doesToo) return "doesToo";
    if (sort === undefined && !abouts.every((word) => matching.mentions(word, index))) return "wider";
    return any && specialist ? "specialists" : "full";
  };
  const byYear = any && !singles(criteria).some(({ kind }) => kind === "modality");
  const bySize = sort === undefined && asksAnyAssistant(criteria);
  const byPurpose = sort === undefined && criteria.some(({ kind }) => kind === "purpose");
  const yearsOfRank = YEARS_OF_RANK[purposesIn(criteria).every(isForAnyAssistant) ? "forAnyAssistant" : "usual"];
  const byMemory = sort === "memory" || (sort === undefined && asksMemory(criteria, "least"));
  const ranked = ({ index, fit }: Met, wanted: readonly Criterion[], groupIn?: HitGroup): RankedEntry[] => {
    const entry = matching.entries[index];
    if (entry === undefined) return [];
    const { wordRank, worstName } = rankOfWords(words, index);
    return [
      {
        entry,
        group: HIT_GROUPS.indexOf(groupIn ?? groupOf(worstName, fit, index)),
        missed: wished.filter((ranks) => ranks[index] === NOT_MET).length,
        tooLarge: bySize && (sizesOf(entry)[0] ?? 0) > ONE_MACHINE_B,
        wordRank,
        fit,
        purpose: fit.purposes * (fit.doesToo ? 1 : yearsOfRank) - (byPurpose ? yearsOf(entry) : 0),
        year: byYear ? Math.floor(yearsOf(entry)) : 0,
        niche: byYear && !hasGeneral(entry),
        memory: byMemory ? leastOffer(wanted, entry) : undefined,
        size: sort === "size" ? smallest(wanted, entry) : 0,
      },
    ];
  };
  const all = [
    ...found.full.flatMap((met) => ranked(met, criteria)),
    ...found.others.flatMap((met) => ranked(met, found.required, "others")),
  ].sort(order(sort));
  return {
    hits: all.map(({ entry, group }) => {
      const name = HIT_GROUPS[group] ?? "full";
      return new LazyHit(entry, name, name === "others" ? found.required : criteria);
    }),
    wishes: found.wishes,
    runnableFirst: all.some(({ tooLarge }) => tooLarge) && !all.every(({ tooLarge }) => tooLarge),
  };
}

/** Years that it is worth to be made for a purpose foremost; fewer where newer assistants catch up. */
const YEARS_OF_RANK = { usual: 1, forAnyAssistant: 0.5 };

/** Billions of parameters up to which a model runs on one machine: at four bits in 128 GB of memory. */
export const ONE_MACHINE_B = 200;

/** The narrower words that were typed for purposes. */
const aboutsOf = (criteria: readonly Criterion[]): string[] =>
  singles(criteria).flatMap((criterion) => (criterion.kind === "purpose" ? (criterion.about ?? []) : []));

/** Whether it is asked for what any assistant does, and nothing limits how large it may be nor names it. */
function asksAnyAssistant(criteria: readonly Criterion[]): boolean {
  const purposes = purposesIn(criteria);
  return (
    purposes.length > 0 &&
    purposes.every(isForAnyAssistant) &&
    !criteria.some((criterion) => criterion.kind === "word" || isOfferCriterion(criterion))
  );
}

const purposesIn = (criteria: readonly Criterion[]): Purpose[] =>
  singles(criteria).flatMap((criterion) => (criterion.kind === "purpose" ? criterion.purpose : []));

type WordRanks = {
  ranks: Ranks;
  /** Whether the word is a name, or a part of one; else it is only mentioned. */
  names: boolean;
};

/** The sum of the ranks of an entry for words, and its worst for one that names. */
function rankOfWords(words: readonly WordRanks[], index: number): { wordRank: number; worstName: number } {
  let [wordRank, worstName] = [0, 0];
  for (const { ranks, names } of words) {
    const rank = Math.max(0, ranks[index] ?? 0);
    wordRank += rank;
    if (names) worstName = Math.max(worstName, rank);
  }
  return { wordRank, worstName };
}

/** How many entries meet all the criteria. */
export const countHits = (criteria: readonly Criterion[], matching: Matching): number =>
  findFull(criteria, matching).length;

/** Whether it is asked what one could run, and not for what. */
const asksForAny = (criteria: readonly Criterion[]): boolean =>
  criteria.some(isOfferCriterion) && !singles(criteria).some(({ kind }) => kind === "purpose");

/** The name that stands for a series too, alone and without a number: whoever types `chatglm` may want a newer GLM. */
function seriesOf([only, ...others]: readonly Criterion[]): WordCriterion | undefined {
  return only?.kind === "word" && others.length === 0 && !/\d/.test(only.word) ? only : undefined;
}

type Found = { full: Met[]; others: Met[]; required: readonly Criterion[]; wishes: Criterion[] };

/** With fewer entries that meet all than a page shows, those that meet all but the wishes follow. */
const FEW = 10;

/**
 * The entries that meet all the criteria. Where they are few, also those that meet all but the wishes: words that texts only
 * mention and fields of knowledge, of which there are few models, so that one such word would hide all others.
 */
function findEntries(criteria: readonly Criterion[], matching: Matching): Found {
  const full = findFull(criteria, matching);
  const nothingMore: Found = { full, others: [], required: criteria, wishes: [] };
  if (full.length >= FEW || criteria.length < 2) return nothingMore;
  const wishes = criteria.filter((criterion) => isWish(criterion, matching));
  if (wishes.length === 0) return nothingMore;
  const required = criteria.filter((criterion) => !wishes.includes(criterion));
  const known = new Set(full.map(({ index }) => index));
  const others = (
    required.length > 0 ? meetingOthers(required, wishes, matching) : meetingSome(wishes, matching)
  ).filter(({ index }) => !known.has(index));
  return others.length === 0 ? nothingMore : { full, others, required, wishes };
}

function findFull(criteria: readonly Criterion[], matching: Matching): Met[] {
  const series = seriesOf(criteria);
  return series ? metBy(matching.ranksWithRelatives(series)) : matching.meeting(criteria);
}

function isWish(criterion: Criterion, matching: Matching): boolean {
  return criterion.kind === "word" ? matching.isOnlyMentioned(criterion) : isField(criterion);
}

/** Whether a fact is that a model is made for a field of knowledge. */
function isField(criterion: FactCriterion): boolean {
  if (criterion.kind === "anyOf") return criterion.options.every(isField);
  return criterion.kind === "purpose" && DOMAINS.some((domain) => domain === criterion.purpose);
}

/** Instead of a model for a field of knowledge a general one helps, and not one for another field. */
const GENERAL: Criterion = { kind: "purpose", purpose: "chat" };

function meetingOthers(required: readonly Criterion[], wishes: readonly Criterion[], matching: Matching): Met[] {
  const wantsField = wishes.some((wish) => wish.kind !== "word");
  return matching.meeting(wantsField ? [...required, GENERAL] : required);
}

function meetingSome(wishes: readonly Criterion[], matching: Matching): Met[] {
  const met = new Map(wishes.flatMap((wish) => matching.meeting([wish])).map((item) => [item.index, item]));
  return [...met.values()].toSorted((a, b) => a.index - b.index);
}

const NO_FACTS: Fit = { facts: 0, purposes: 0, doesToo: false, specialist: false };

function metBy(ranks: Ranks): Met[] {
  const met: Met[] = [];
  for (let index = 0; index < ranks.length; index++) if (ranks[index] !== NOT_MET) met.push({ index, fit: NO_FACTS });
  return met;
}

/** A hit that looks for its offers when they are read: a list shows ten of its hits. A class, as there may be a thousand. */
class LazyHit implements Hit {
  readonly entry: Entry;
  readonly group: HitGroup;
  readonly #criteria: readonly Criterion[];
  #offers: Offer[] | undefined;
  constructor(entry: Entry, group: HitGroup, criteria: readonly Criterion[]) {
    this.entry = entry;
    this.group = group;
    this.#criteria = criteria;
  }
  get offers(): Offer[] {
    this.#offers ??= shownOffers(this.#criteria, this.entry);
    return this.#offers;
  }
}

/**
 * Compares hits: first by their groups, as nobody who asks for the newest Qwen means a model that mentions Qwen. Then by the
 * order that was asked for. Otherwise: entries of the typed name before their family; then better fits (free commercial use
 * before conditional); then what is made for a purpose, unless it is older by a year for each step that it suits better,
 * or by half a year where any assistant will do; then, where memory has only a lower bound, the least of it; then, where nothing says what for, general assistants
 * before others of their year; then the newest. Where any assistant will do, what runs on one machine comes before the rest.
 */
function order(sort: Sort | undefined): (a: RankedEntry, b: RankedEntry) => number {
  const byGroup = (a: RankedEntry, b: RankedEntry): number => a.group - b.group || a.missed - b.missed;
  if (sort === "newest") return byGroup;
  if (sort === "memory") return (a, b) => byGroup(a, b) || compareMemory(a.memory, b.memory);
  if (sort === "size") return (a, b) => byGroup(a, b) || a.size - b.size;
  if (sort === "name") return (a, b) => byGroup(a, b) || a.entry.name.localeCompare(b.entry.name, "en");
  return (a, b) =>
    byGroup(a, b) ||
    Number(a.tooLarge) - Number(b.tooLarge) ||
    a.wordRank - b.wordRank ||
    a.fit.facts - b.fit.facts ||
    a.purpose - b.purpose ||
    compareMemory(a.memory, b.memory) ||
    b.year - a.year ||
    Number(a.niche) - Number(b.niche);
}

const hasGeneral = memoByObject((entry: Entry): boolean =>
  (entry.variants?.length ? entry.variants : [undefined]).some((variant) => isGeneral(entry, variant)),
);

/** The date of release in years; 0 where none is stated. */
const yearsOf = memoByObject(({ released = "0" }: Entry): number => {
  const [year = 0, month = 1, day = 1] = released.split("-").map(Number);
  return year + (month - 1) / 12 + (day - 1) / 365;
});

/** The size of the smallest variant that is meant, in billions of parameters. */
function smallest(criteria: readonly Criterion[], entry: Entry): number {
  const meant = [...(variantsMeeting(criteria, entry) ?? [])].flatMap(({ parametersB }) => parametersB ?? []);
  return meant.length > 0 ? Math.min(...meant) : (sizesOf(entry)[0] ?? Number.MAX_VALUE);
}

/** The offer that takes the least memory, whatever its precision. */
const leastOffer = (criteria: readonly Criterion[], entry: Entry): Offer | undefined =>
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
