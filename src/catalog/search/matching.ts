import { LRUCache } from "lru-cache";
import { isKnownBase } from "#src/catalog/entry/known-bases.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Criterion, factRank } from "./criteria.ts";
import { FIELD_NAMES, type FullText, NOWHERE, type TextField } from "./full-text.ts";
import type { NameKind } from "./names.ts";
import { meetTogether } from "./same-variant.ts";

/** How well each entry meets a criterion, by its place: 0 fully, more the less so, NOT_MET not at all. */
export type Ranks = Int8Array;
export const NOT_MET = -1;

export type WordCriterion = Extract<Criterion, { kind: "word" }>;

/** Whoever bears a word as a name comes before those whose names have it as a part, before their relatives and mentions. */
const RANK_OF_KIND: Record<NameKind, number> = { own: 0, variant: 1, family: 2 };
const RANK_OF_FIELD: Record<TextField, number> = {
  names: 3,
  family: 3,
  variants: 5,
  base: 6,
  makers: 7,
  summary: 8,
  rest: 9,
};
const RANKS_BY_FIELD = FIELD_NAMES.map((field) => RANK_OF_FIELD[field]);
const RANK_OF_RELATIVE = 4;
/** Up to here an entry is meant by a word, and not only mentions it. */
export const LAST_MEANT = RANK_OF_RELATIVE;

export type Matching = {
  /** The entries, newest first. */
  entries: readonly Entry[];
  ranks: (criterion: Criterion) => Ranks;
  /** The same for a name, with the rest of its bearer's family. */
  ranksWithRelatives: (criterion: WordCriterion) => Ranks;
  /** The places of the entries that meet all the criteria, each in one and the same variant; so many, if not all are needed. */
  meeting: (criteria: readonly Criterion[], limit?: number) => number[];
};

/** Criteria of which the ranks are kept: people combine the same few, and a suggestion needs only one new. */
const KEPT_FACTS = 300;
/** Words that are being typed are many, and must not drive out the rest. */
const KEPT_WORDS = 200;

export function createMatching(newestFirst: readonly Entry[], text: FullText): Matching {
  const places = new Map(newestFirst.map((entry, place) => [entry, place]));
  const facts = new LRUCache<string, Ranks>({ max: KEPT_FACTS });
  const words = new LRUCache<string, Ranks>({ max: KEPT_WORDS });

  const ranksOfWord = ({ word, named, foreign }: WordCriterion): Ranks => {
    if (foreign) return new Int8Array(newestFirst.length).fill(NOT_MET);
    const found = text.find(word);
    const ranks: Ranks = new Int8Array(newestFirst.length);
    for (let place = 0; place < ranks.length; place++)
      ranks[place] = RANKS_BY_FIELD[found[place] ?? NOWHERE] ?? NOT_MET;
    for (const { entry, kind } of named) {
      const place = places.get(entry);
      if (place !== undefined) ranks[place] = RANK_OF_KIND[kind];
    }
    return ranks;
  };
  const ranks = (criterion: Criterion): Ranks => {
    if (criterion.kind === "word") return keptIn(words, criterion.word, () => ranksOfWord(criterion));
    return keptIn(facts, JSON.stringify(criterion), () =>
      Int8Array.from(newestFirst, (entry) => factRank(criterion, entry) ?? NOT_MET),
    );
  };

  return {
    entries: newestFirst,
    ranks,
    ranksWithRelatives: (criterion) => {
      const families = new Set(criterion.named.filter(({ kind }) => kind === "own").map(({ entry }) => entry.family));
      // What is built on LLaMA is no series because of that.
      for (const family of families) if (isKnownBase(family)) families.delete(family);
      const own = ranks(criterion);
      if (families.size === 0) return own;
      return own.map((rank, place) => {
        const isRelative = families.has(newestFirst[place]?.family ?? "");
        return isRelative && (rank === NOT_MET || rank > RANK_OF_RELATIVE) ? RANK_OF_RELATIVE : rank;
      });
    },
    meeting: (criteria, limit = Number.POSITIVE_INFINITY) => {
      const columns = criteria.map(ranks);
      let place = -1;
      const found: number[] = [];
      for (const entry of newestFirst) {
        place += 1;
        if (found.length >= limit) break;
        if (isMet(columns, place) && meetTogether(criteria, entry)) found.push(place);
      }
      return found;
    },
  };
}

function keptIn(cache: LRUCache<string, Ranks>, key: string, make: () => Ranks): Ranks {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

function isMet(columns: readonly Ranks[], place: number): boolean {
  for (const column of columns) if (column[place] === NOT_MET) return false;
  return true;
}
