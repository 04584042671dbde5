import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Criterion } from "./criteria.ts";
import { MAX_NAME_RANK, type Matching, NOT_MET } from "./matching.ts";
import type { Names } from "./names.ts";

const MAX_NEAREST = 5;
/** What being named weighs beside each fact that is met: a named model, or one of its family, comes before two facts. */
const NAME_WEIGHT = 3;

type Candidate = { entry: Entry; weight: number; rank: number };
const compare = (a: Candidate, b: Candidate): number => b.weight - a.weight || a.rank - b.rank;

function weightOf(isWord: boolean, rank: number): number {
  if (rank === NOT_MET) return 0;
  return isWord && rank <= MAX_NAME_RANK ? NAME_WEIGHT : 1;
}

/** The entries nearest to criteria that no entry meets, at most five: those meant by name first, then what meets the most. */
export function nearestEntries(criteria: readonly Criterion[], matching: Matching, names: Names): Entry[] {
  const columns = criteria.map((criterion) => ({
    isWord: criterion.kind === "word",
    ranks: criterion.kind === "word" ? matching.ranksWithRelatives(criterion) : matching.ranks(criterion),
  }));
  const nearest: Candidate[] = [];
  for (const [index, entry] of matching.entries.entries()) {
    const candidate: Candidate = { entry, weight: 0, rank: 0 };
    for (const { isWord, ranks } of columns) {
      const rank = ranks[index] ?? NOT_MET;
      candidate.weight += weightOf(isWord, rank);
      candidate.rank += Math.max(0, rank);
    }
    const last = nearest.length < MAX_NEAREST ? undefined : nearest.at(-1);
    if (candidate.weight === 0 || (last && compare(last, candidate) <= 0)) continue;
    nearest.push(candidate);
    nearest.sort(compare).splice(MAX_NEAREST);
  }
  const best = nearest.map(({ entry }) => entry);
  if (best.length >= MAX_NEAREST) return best;
  const similarNames = criteria.flatMap((item) =>
    item.kind === "word" && !item.foreign ? names.near(item.typed, MAX_NEAREST) : [],
  );
  return [...new Set([...best, ...similarNames])].slice(0, MAX_NEAREST);
}
