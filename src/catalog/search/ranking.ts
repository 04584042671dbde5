import { DOMAINS } from "#src/catalog/entry/purposes.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Offer } from "#src/catalog/memory/offers.ts";
import { askedOrder, type OrderKeys } from "./asked-order.ts";
import type { Criterion, FactCriterion, WordCriterion } from "./criteria.ts";
import { compareMemory } from "./criterion-ranks.ts";
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
import type { Fit } from "./same-variant.ts";
import { leastOffer, shownOffers, smallest } from "./shown-offers.ts";

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
type RankedEntry = OrderKeys & {
  entry: Entry;
  /** Its group as a number, the best first. */
  group: number;
  /** How many of the wishes it does not meet. */
  missed: number;
  /** The sum of its ranks for words. */
  wordRank: number;
  fit: Fit;
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
  const asked = askedOrder(criteria, sort);
  const groupOf = (worstName: number, fit: Fit, index: number): HitGroup =>
    groupByName(worstName, sort) ??
    (fit.doesToo
      ? "doesToo"
      : asked.abouts.some((word) => !matching.mentions(word, index))
        ? "wider"
        : asked.forAny && fit.specialist
          ? "specialists"
          : "full");
  const ranked = ({ index, fit }: Met, wanted: readonly Criterion[], groupIn?: HitGroup): RankedEntry[] => {
    const entry = matching.entries[index];
    if (entry === undefined) return [];
    const { wordRank, worstName } = rankOfWords(words, index);
    return [
      {
        entry,
        group: HIT_GROUPS.indexOf(groupIn ?? groupOf(worstName, fit, index)),
        missed: wished.filter((ranks) => ranks[index] === NOT_MET).length,
        wordRank,
        fit,
        ...asked.keysOf(entry, fit),
        memory: asked.byMemory ? leastOffer(wanted, entry) : undefined,
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

/** The group of an entry that is not what was named, by its worst rank for a name. */
function groupByName(worstName: number, sort: Sort | undefined): HitGroup | undefined {
  if (worstName === RANK_OF_MAKER) return "makers";
  if (worstName > MAX_NAME_RANK) return "mentions";
  // An order that was asked for holds for all of a series.
  return worstName === RANK_OF_RELATIVE && sort === undefined ? "relatives" : undefined;
}

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
    a.niche - b.niche;
}
