import { LRUCache } from "lru-cache";
import { PRECISIONS } from "#src/catalog/entry/precision.ts";
import type { Reference } from "#src/catalog/entry/reference.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { cardPattern } from "./card-pattern.ts";
import type { Criterion } from "./criteria.ts";
import { type FullText, indexText } from "./full-text.ts";
import { createMatching, type Matching } from "./matching.ts";
import { byNewest, indexNames, type Names } from "./names.ts";
import { nearestEntries } from "./nearest.ts";
import { parseQuery, type Query, type Sort } from "./query.ts";
import { countHits, type Ranking, rankHits } from "./ranking.ts";
import { namedSizesOf } from "./sizes.ts";
import { type NamedCatalog, prepareNames } from "./subject.ts";
import { MEANINGS } from "./vocabulary.ts";

export type SearchResult = Ranking & {
  query: Query;
  /** With no hits: the criteria without any one of which there would be some; else all that no entry meets. */
  emptiedBy: Criterion[];
  /** With no hits: what comes nearest, best first. */
  nearest: Entry[];
};

/** Results cached: people ask the same things, and an autocomplete asks two dozen queries a key. */
const CACHED_RESULTS = 500;

/** What a catalog is opened with. */
export type CatalogData = Omit<Reference, "watch"> & { entries: readonly Entry[] };

export type Catalog = CatalogData & {
  names: Names;
  entry: (id: string) => Entry | undefined;
  search: (text: string, options?: { sort?: Sort | undefined }) => SearchResult;
  /** How many entries meet all of a search. */
  count: (text: string) => number;
};

/**
 * Indexes the entries. What takes long is put off until a query needs it, or until the process has nothing else to do:
 * `later` gets the steps that spare the first queries the wait. `today` (YYYY-MM-DD) is what `今年` is read by.
 */
export function openCatalog(
  { entries, cards, bases }: CatalogData,
  later: (steps: Iterator<unknown>) => void = inIdleTurns,
  today: () => string = todayInUtc,
): Catalog {
  const names = indexNames(entries, bases);
  const newestFirst = entries.toSorted(byNewest);
  const text = indexText(newestFirst);
  const matching = createMatching(newestFirst, text, names);
  const results = new LRUCache<string, SearchResult>({ max: CACHED_RESULTS });
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  later(prepare({ entries, names }, text, matching, cards));
  const counts = new LRUCache<string, number>({ max: CACHED_RESULTS });
  return {
    entries,
    cards,
    bases,
    names,
    entry: (id) => byId.get(id),
    search: (typed, { sort } = {}) => {
      const day = today();
      const key = `${sort ?? ""}:${day}:${typed}`;
      const known = results.get(key);
      if (known) return known;
      const query = parseQuery(typed, { names, text, cards }, day);
      const result = search(query, sort ?? query.sort, matching, names);
      results.set(key, result);
      return result;
    },
    count: (typed) => {
      const day = today();
      const key = `${day}:${typed}`;
      const known = counts.get(key);
      if (known !== undefined) return known;
      const count = countHits(parseQuery(typed, { names, text, cards }, day).criteria, matching);
      counts.set(key, count);
      return count;
    },
  };
}

/** Criteria that people ask for again and again. */
const COMMON: readonly Criterion[] = [
  ...MEANINGS.map(({ criterion }) => criterion),
  ...PRECISIONS.map((precision): Criterion => ({ kind: "precision", asked: { kind: "precision", precision } })),
  ...["apache", "mit"].map((name): Criterion => ({ kind: "license", name })),
  { kind: "commercial", allowed: true },
  { kind: "ollama" },
];

/** Makes what the first queries would have to wait for, in steps of about a millisecond. */
function* prepare(
  named: NamedCatalog,
  text: FullText,
  matching: Matching,
  cards: Reference["cards"],
): Generator<unknown, void> {
  while (!text.advance(1)) yield;
  // An expression is compiled when it is first used, for Latin texts and for Chinese ones.
  for (const typed of ["card", "显卡"]) yield typed.search(cardPattern(cards).expression);
  for (const entry of named.entries) yield namedSizesOf(entry);
  for (const criterion of COMMON) yield matching.ranks(criterion);
  yield* prepareNames(named);
}

const todayInUtc = (): string => new Date().toISOString().slice(0, 10);

/** A start has better things to do in its first moments. */
const IDLE_AFTER_MS = 2000;
/** Other work waits at most so long for a turn. */
const TURN_MS = 4;

function inIdleTurns(steps: Iterator<unknown>): void {
  const turn = (): void => {
    for (const end = performance.now() + TURN_MS; performance.now() < end; ) if (steps.next().done) return;
    setImmediate(turn).unref();
  };
  setTimeout(turn, IDLE_AFTER_MS).unref();
}

function search(query: Query, sort: Sort | undefined, matching: Matching, names: Names): SearchResult {
  const { criteria } = query;
  const ranking = rankHits(criteria, sort, matching);
  if (ranking.hits.length > 0) return { query, ...ranking, emptiedBy: [], nearest: [] };
  const isMet = (wanted: readonly Criterion[]): boolean => matching.meeting(wanted, 1).length > 0;
  const blocking =
    criteria.length > 1 ? criteria.filter((item) => isMet(criteria.filter((other) => other !== item))) : [];
  const emptiedBy = blocking.length > 0 ? blocking : criteria.filter((item) => !isMet([item]));
  return {
    query,
    ...ranking,
    emptiedBy: emptiedBy.length > 0 ? emptiedBy : criteria,
    nearest: nearestEntries(criteria, matching, names),
  };
}
