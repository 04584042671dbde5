import { LRUCache } from "lru-cache";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { offersOf } from "#src/catalog/memory/offers.ts";
import type { Criterion } from "./criteria.ts";
import { offerRank } from "./criterion-ranks.ts";
import type { Rank } from "./fact-kinds.ts";
import { variantRank } from "./same-variant.ts";

/** Criteria of which the ranks are kept. */
const KEPT = 300;
const NOT_MET = -1;
const UNKNOWN = -2;

/** The ranks of one kind of part of all entries for a criterion, by the index of the entry and then of its part. */
type PartRanks = (entry: number, part: number) => Rank;

export type PartRanksOf = {
  variants: (criterion: Criterion, key: string) => PartRanks;
  offers: (criterion: Criterion, key: string) => PartRanks;
};

/**
 * The ranks of the variants and the offers of entries, kept by a key of the criterion. Those of an entry are found out when
 * it is first asked for: a query with a name needs those of a few.
 */
export function createPartRanks(entries: readonly Entry[]): PartRanksOf {
  return {
    variants: keptRanks(
      entries,
      ({ variants = [] }) => variants,
      (criterion, entry, variant) => variantRank(criterion, entry, variant),
    ),
    offers: keptRanks(entries, offersOf, (criterion, entry, offer) => offerRank(criterion, offer, entry)),
  };
}

function keptRanks<Part>(
  entries: readonly Entry[],
  partsOf: (entry: Entry) => readonly Part[],
  rankOf: (criterion: Criterion, entry: Entry, part: Part) => Rank,
): (criterion: Criterion, key: string) => PartRanks {
  const kept = new LRUCache<string, Int8Array>({ max: KEPT });
  let lazyStarts: Int32Array | undefined;
  /** Where the parts of each entry begin, and where the last end. */
  const starts = (): Int32Array => {
    lazyStarts ??= startsOf(entries.map((entry) => partsOf(entry).length));
    return lazyStarts;
  };
  const ranksFor = (key: string): Int8Array => {
    const ranks = kept.get(key) ?? new Int8Array(starts().at(-1) ?? 0).fill(UNKNOWN);
    kept.set(key, ranks);
    return ranks;
  };
  return (criterion, key) => {
    let lazyRanks: Int8Array | undefined;
    return (index, part) => {
      lazyRanks ??= ranksFor(key);
      const start = starts()[index] ?? 0;
      const entry = entries[index];
      if (lazyRanks[start + part] === UNKNOWN && entry !== undefined)
        for (const [at, item] of partsOf(entry).entries())
          lazyRanks[start + at] = rankOf(criterion, entry, item) ?? NOT_MET;
      const rank = lazyRanks[start + part];
      return rank === NOT_MET ? undefined : rank;
    };
  };
}

function startsOf(lengths: readonly number[]): Int32Array {
  const starts = new Int32Array(lengths.length + 1);
  for (const [at, length] of lengths.entries()) starts[at + 1] = (starts[at] ?? 0) + length;
  return starts;
}
