import { LRUCache } from "lru-cache";
import { memoByObject } from "#src/base/memo.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import type { Criterion, WordCriterion } from "./criteria.ts";
import { entryRank } from "./criterion-ranks.ts";
import { FIELD_NAMES, type FullText, NO_FIELD, type TextField } from "./full-text.ts";
import type { NamedEntry, NameKind, Names } from "./names.ts";
import { createPartRanks } from "./part-ranks.ts";
import { type Fit, fitting, type RanksOfEntry } from "./same-variant.ts";

/** How well each entry meets a criterion, by the entry's index: 0 fully, more the less so, NOT_MET not at all. */
export type Ranks = Int8Array;
export const NOT_MET = -1;

/** An entry that has a word as its name comes before those whose names contain it, these before relatives and mentions. */
const RANK_OF_NAME: Record<NameKind, number> = { own: 0, variant: 1, family: 2 };
const RANK_OF_FIELD: Record<TextField, number> = {
  names: 3,
  family: 3,
  variants: 5,
  makers: 6,
  base: 7,
  summary: 8,
  rest: 9,
};
const RANKS_BY_FIELD = FIELD_NAMES.map((field) => RANK_OF_FIELD[field]);
const RANKS_FOR_MAKER = FIELD_NAMES.map((field) => (field === "makers" ? RANK_OF_NAME.family : RANK_OF_FIELD[field]));
export const RANK_OF_RELATIVE = 4;
export const RANK_OF_MAKER = RANK_OF_FIELD.makers;
/** The highest rank at which a word names an entry; above it the entry is made by it, built on it or mentions it. */
export const MAX_NAME_RANK = RANK_OF_RELATIVE;

/** An entry that meets all the criteria, by its index, with how well its best variant does. */
export type Met = { index: number; fit: Fit };

export type Matching = {
  /** The entries, newest first. */
  entries: readonly Entry[];
  ranks: (criterion: Criterion) => Ranks;
  /** The ranks for a name, with the rest of the family of the entry that has it. */
  ranksWithRelatives: (criterion: WordCriterion) => Ranks;
  /** The entries that meet all the criteria, each in one and the same variant, newest first; at most `limit` of them. */
  meeting: (criteria: readonly Criterion[], limit?: number) => Met[];
  /** Whether an entry, by its index, mentions a word anywhere. */
  mentions: (word: string, index: number) => boolean;
  /** Whether texts mention a word and nothing is called so, built on it or made by it: what one may wish, not what one means. */
  isOnlyMentioned: (criterion: WordCriterion) => boolean;
};

/** Facts of which the ranks are cached: people combine the same few, and a suggestion needs only one new. */
const CACHED_FACTS = 300;
/** Words of which the ranks are cached, apart from the facts: those being typed are many and must not evict the rest. */
const CACHED_WORDS = 200;

/** The matching of criteria with entries, which must be sorted newest first. */
export function createMatching(newestFirst: readonly Entry[], text: FullText, names: Names): Matching {
  const indexes = new Map(newestFirst.map((entry, index) => [entry, index]));
  /** The families of which somebody has trained a member from nothing. */
  const series = new Set(newestFirst.flatMap(({ family, baseModel }) => (baseModel === "from scratch" ? family : [])));
  const parts = createPartRanks(newestFirst);
  const facts = new LRUCache<string, Ranks>({ max: CACHED_FACTS });
  const words = new LRUCache<string, Ranks>({ max: CACHED_WORDS });

  const ranksOfWord = ({ word, named, foreign }: WordCriterion): Ranks => {
    if (foreign) return new Int8Array(newestFirst.length).fill(NOT_MET);
    const fields = text.find(word);
    const ranks: Ranks = new Int8Array(newestFirst.length);
    // What the others of that maker are called does not matter to who names the maker.
    const byField = isMaker(word, named) ? RANKS_FOR_MAKER : RANKS_BY_FIELD;
    for (let index = 0; index < ranks.length; index++) ranks[index] = byField[fields[index] ?? NO_FIELD] ?? NOT_MET;
    const families = familiesOfOwn(named);
    for (const item of named) {
      const index = indexes.get(item.entry);
      if (index !== undefined) ranks[index] = rankOfName(item, families);
    }
    return ranks;
  };
  const ranks = (criterion: Criterion): Ranks => {
    if (criterion.kind === "word") return cachedIn(words, keyOf(criterion), () => ranksOfWord(criterion));
    return cachedIn(facts, keyOf(criterion), () =>
      Int8Array.from(newestFirst, (entry) => entryRank(criterion, entry) ?? NOT_MET),
    );
  };

  return {
    entries: newestFirst,
    ranks,
    ranksWithRelatives: (criterion) => {
      const families = familiesOfOwn(criterion.named);
      // What is built on LLaMA is no series because of that.
      for (const family of families) if (names.isBase(family) && !series.has(family)) families.delete(family);
      const own = ranks(criterion);
      if (families.size === 0) return own;
      return own.map((rank, index) => {
        const isRelative = families.has(newestFirst[index]?.family ?? "");
        return isRelative && (rank === NOT_MET || rank > RANK_OF_RELATIVE) ? RANK_OF_RELATIVE : rank;
      });
    },
    meeting: (criteria, limit = Number.POSITIVE_INFINITY) => {
      const columns = criteria.map(ranks);
      const fitOf = fitting(criteria);
      const ofVariants = criteria.map((criterion) => parts.variants(criterion, keyOf(criterion)));
      const ofOffers = criteria.map((criterion) => parts.offers(criterion, keyOf(criterion)));
      let index = -1;
      const rankOf: RanksOfEntry = {
        whole: (at) => columns[at]?.[index],
        variant: (at, which) => ofVariants[at]?.(index, which),
        offer: (at, which) => ofOffers[at]?.(index, which),
      };
      const found: Met[] = [];
      for (const entry of newestFirst) {
        index += 1;
        if (found.length >= limit) break;
        const fit = isMet(columns, index) ? fitOf(entry, rankOf) : undefined;
        if (fit) found.push({ index, fit });
      }
      return found;
    },
    mentions: (word, index) => (text.find(word)[index] ?? NO_FIELD) !== NO_FIELD,
    isOnlyMentioned: (criterion) => areMentions(ranks(criterion)),
  };
}

/** What stands for a criterion in a cache. */
const keyOf = (criterion: Criterion): string =>
  criterion.kind === "word" ? criterion.word : JSON.stringify(criterion);

/** The rank of an entry that bears a name; `families` are those of the entries whose own it is. */
function rankOfName({ entry, kind }: NamedEntry, families: ReadonlySet<string>): number {
  // What others built on ChatGLM-6B may have its name as that of their family.
  const isOther = kind === "family" && families.size > 0 && !families.has(entry.family);
  return isOther ? RANK_OF_RELATIVE : RANK_OF_NAME[kind];
}

/** Whether a name of families is that of who made most of them: `清华`, `智谱`. */
function isMaker(word: string, named: readonly NamedEntry[]): boolean {
  if (named.some(({ kind }) => kind !== "family")) return false;
  const folded = foldName(word);
  const made = named.filter(({ entry }) =>
    entry.developers.some(({ name, zh = "", en = "" }) => [name, zh, en].some((one) => foldName(one).includes(folded))),
  );
  return made.length * 2 > named.length;
}

/** The families of the entries that bear a name as their own. */
const familiesOfOwn = (named: readonly NamedEntry[]): Set<string> =>
  new Set(named.flatMap(({ entry, kind }) => (kind === "own" ? entry.family : [])));

/** Whether a word occurs only in what texts say. */
const areMentions = memoByObject((ranks: Ranks): boolean => {
  let occurs = false;
  for (const rank of ranks) {
    if (rank === NOT_MET) continue;
    if (rank <= RANK_OF_FIELD.base) return false;
    occurs = true;
  }
  return occurs;
});

function cachedIn(cache: LRUCache<string, Ranks>, key: string, make: () => Ranks): Ranks {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

function isMet(columns: readonly Ranks[], index: number): boolean {
  for (const column of columns) if (column[index] === NOT_MET) return false;
  return true;
}
