import { LRUCache } from "lru-cache";
import {
  type Criterion,
  compareMemory,
  type FactCriterion,
  factRank,
  isOfferCriterion,
  offerRank,
  offersFor,
  singles,
} from "./criteria.ts";
import { type FullText, indexText } from "./full-text.ts";
import { type Offer, offersOf, sizesOf } from "./memory.ts";
import { byNewest, indexNames, type NamedEntry, type NameKind, type Names } from "./names.ts";
import { parseQuery, type Query, type Sort } from "./query.ts";
import type { Entry } from "./schema.ts";

export type Hit = {
  entry: Entry;
  /** What of the entry meets the asked precision, memory and size, best first; empty where none was asked. */
  offers: Offer[];
};

export type SearchResult = {
  query: Query;
  hits: Hit[];
  /** With no hits: the criteria without any one of which there would be some; else all that no entry meets. */
  emptiedBy: Criterion[];
  /** With no hits: what comes nearest, best first. */
  nearest: Entry[];
};

/** Results kept: people ask the same things, and an autocomplete asks two dozen queries a key. */
const KEPT_RESULTS = 500;

export type Catalog = {
  entries: readonly Entry[];
  names: Names;
  entry: (id: string) => Entry | undefined;
  search: (text: string, options?: { sort?: Sort | undefined }) => SearchResult;
};

const NEAREST = 5;

/** Indexes the entries once; everything else answers from memory. */
export function openCatalog(entries: readonly Entry[]): Catalog {
  const names = indexNames(entries);
  const text = indexText(entries);
  const kept = new LRUCache<string, SearchResult>({ max: KEPT_RESULTS });
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return {
    entries,
    names,
    entry: (id) => byId.get(id),
    search: (typed, { sort } = {}) => {
      const key = `${sort ?? ""}:${typed}`;
      const known = kept.get(key);
      if (known) return known;
      const query = parseQuery(typed, names);
      const result = search(entries, query, sort ?? query.sort, (word) => wordRanks(word, text), names);
      kept.set(key, result);
      return result;
    },
  };
}

type WordCriterion = Extract<Criterion, { kind: "word" }>;
type WordRank = { tier: number; score: number };
type Ranker = (word: WordCriterion) => Map<Entry, WordRank>;

const TIER: Record<NameKind | "text", number> = { own: 0, variant: 1, family: 2, text: 3 };

function wordRanks({ word, named }: { word: string; named: NamedEntry[] }, text: FullText): Map<Entry, WordRank> {
  const found = text.find(word);
  const ranks = new Map<Entry, WordRank>();
  for (const [entry, score] of found) ranks.set(entry, { tier: TIER.text, score });
  for (const { entry, kind } of named) ranks.set(entry, { tier: TIER[kind], score: found.get(entry) ?? 0 });
  return ranks;
}

type Ranked = Hit & { tier: number; score: number; fit: number; precision: number };

function search(
  entries: readonly Entry[],
  query: Query,
  sort: Sort | undefined,
  rank: Ranker,
  names: Names,
): SearchResult {
  const { criteria } = query;
  const words = new Map(criteria.filter((criterion) => criterion.kind === "word").map((word) => [word, rank(word)]));
  const meets = (criterion: Criterion, entry: Entry): boolean =>
    criterion.kind === "word" ? words.get(criterion)?.has(entry) === true : factRank(criterion, entry) !== undefined;
  const matching = (wanted: readonly Criterion[]): Entry[] => {
    const joint = wanted.filter(isOfferCriterion);
    return entries.filter(
      (entry) => wanted.every((item) => meets(item, entry)) && (joint.length < 2 || offersFor(joint, entry).length > 0),
    );
  };

  const found = matching(criteria);
  if (found.length === 0) {
    const without = (left: Criterion): Entry[] => matching(criteria.filter((item) => item !== left));
    const blocking = criteria.length > 1 ? criteria.filter((item) => without(item).length > 0) : criteria;
    const emptiedBy = blocking.length > 0 ? blocking : criteria.filter((item) => matching([item]).length === 0);
    return {
      query,
      hits: [],
      emptiedBy: emptiedBy.length > 0 ? emptiedBy : criteria,
      nearest: nearest(entries, criteria, meets, names),
    };
  }
  const asked = criteria.filter(isOfferCriterion);
  const ranked = found.map((entry): Ranked => {
    const offers = asked.length > 0 ? offersFor(asked, entry) : [];
    const ranks = [...words.values()].map((map) => map.get(entry)).filter((item) => item !== undefined);
    const facts = criteria.filter((item): item is FactCriterion => item.kind !== "word");
    return {
      entry,
      offers,
      tier: ranks.reduce((sum, item) => sum + item.tier, 0),
      score: ranks.reduce((sum, item) => sum + item.score, 0),
      fit: facts.reduce((sum, item) => sum + (factRank(item, entry) ?? 0), 0),
      precision: precisionOf(asked, offers, entry),
    };
  });
  const hits = ranked.toSorted(order(criteria, sort)).map(({ entry, offers }) => ({ entry, offers }));
  return { query, hits, emptiedBy: [], nearest: [] };
}

/** 0 where an offer of exactly the asked precision exists, 1 where only a relative (GPTQ-Int4 for int4). */
function precisionOf(asked: readonly Criterion[], offers: readonly Offer[], entry: Entry): number {
  const ranks = offers.map((offer) => Math.max(0, ...asked.map((item) => offerRank(item, offer, entry) ?? 1)));
  return ranks.length === 0 ? 0 : Math.min(...ranks);
}

/**
 * The ranking. An order that was asked for comes alone. Otherwise: whoever bears the typed name before their family
 * before mere mentions; then better fits (free commercial use before conditional); then, where precision or memory was
 * asked, the exact precision before its relatives and the smallest memory first, unstated last; then the text score;
 * then the newest.
 */
function order(criteria: readonly Criterion[], sort: Sort | undefined): (a: Ranked, b: Ranked) => number {
  const memory = (a: Ranked, b: Ranked): number => compareMemory(least(a.offers), least(b.offers));
  const newest = (a: Ranked, b: Ranked): number => byNewest(a.entry, b.entry);
  const name = (a: Ranked, b: Ranked): number => a.entry.name.localeCompare(b.entry.name, "en");
  if (sort === "memory") {
    const needed = (hit: Ranked): Offer | undefined => least(hit.offers.length > 0 ? hit.offers : offersOf(hit.entry));
    return (a, b) => compareMemory(needed(a), needed(b)) || newest(a, b);
  }
  if (sort === "newest") return newest;
  if (sort === "name") return name;
  if (sort === "size") return (a, b) => smallest(a.entry) - smallest(b.entry) || newest(a, b);
  const byMemory = singles(criteria).some((item) => item.kind === "memory" || item.kind === "precision");
  return (a, b) =>
    a.tier - b.tier ||
    a.fit - b.fit ||
    (byMemory ? a.precision - b.precision || memory(a, b) : 0) ||
    b.score - a.score ||
    newest(a, b);
}

const least = (offers: readonly Offer[]): Offer | undefined => offers.toSorted(compareMemory)[0];

const smallest = (entry: Entry): number => sizesOf(entry)[0] ?? Number.MAX_VALUE;

function nearest(
  entries: readonly Entry[],
  criteria: readonly Criterion[],
  meets: (criterion: Criterion, entry: Entry) => boolean,
  names: Names,
): Entry[] {
  const counted = entries
    .map((entry) => ({ entry, met: criteria.filter((item) => meets(item, entry)).length }))
    .filter((item) => item.met > 0)
    .toSorted((a, b) => b.met - a.met || byNewest(a.entry, b.entry))
    .map((item) => item.entry);
  const alike = criteria.flatMap((item) => (item.kind === "word" ? names.near(item.typed, NEAREST) : []));
  return [...new Set([...counted, ...alike])].slice(0, NEAREST);
}
