import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Criterion } from "./criteria.ts";
import { LAST_MEANT, type Matching, NOT_MET } from "./matching.ts";
import type { Names } from "./names.ts";

const NEAREST = 5;
/** Whoever names a model would rather have that, or one of its family, than any other that meets the rest. */
const WEIGHT_OF_NAME = 3;

type Near = { entry: Entry; weight: number; rank: number };
const compare = (a: Near, b: Near): number => b.weight - a.weight || a.rank - b.rank;

function weightOf(isWord: boolean, rank: number): number {
  if (rank === NOT_MET) return 0;
  return isWord && rank <= LAST_MEANT ? WEIGHT_OF_NAME : 1;
}

/** What comes nearest to criteria that no entry meets: those meant by name first, then whoever meets the most. */
export function nearestEntries(criteria: readonly Criterion[], matching: Matching, names: Names): Entry[] {
  const columns = criteria.map((criterion) => ({
    isWord: criterion.kind === "word",
    ranks: criterion.kind === "word" ? matching.ranksWithRelatives(criterion) : matching.ranks(criterion),
  }));
  const nearest: Near[] = [];
  for (const [place, entry] of matching.entries.entries()) {
    const near: Near = { entry, weight: 0, rank: 0 };
    for (const { isWord, ranks } of columns) {
      const rank = ranks[place] ?? NOT_MET;
      near.weight += weightOf(isWord, rank);
      near.rank += Math.max(0, rank);
    }
    const last = nearest.length < NEAREST ? undefined : nearest.at(-1);
    if (near.weight === 0 || (last && compare(last, near) <= 0)) continue;
    nearest.push(near);
    nearest.sort(compare).splice(NEAREST);
  }
  const best = nearest.map(({ entry }) => entry);
  if (best.length >= NEAREST) return best.slice(0, NEAREST);
  const alike = criteria.flatMap((item) =>
    item.kind === "word" && !item.foreign ? names.near(item.typed, NEAREST) : [],
  );
  return [...new Set([...best, ...alike])].slice(0, NEAREST);
}
