import { explainGithubError, type GithubFailure } from "./failure.ts";

/** What became of the items that were not answered. */
export type Remainder<Item> = {
  /** Asked for in vain. */
  failed: Item[];
  /** Not asked for, because GitHub takes no more requests. */
  left: Item[];
};

/**
 * A run of batches that bring nothing is no fault of an item when it is longer than the way from a full batch down to
 * one item, twice over. A breakdown counts double: it may have taken seconds.
 */
const GIVE_UP_AFTER = 24;

/**
 * Asks for items in batches, one batch at a time. `ask` gives those that are to be asked for again: they are, in
 * batches half as large, and alone once more. A batch that GitHub breaks down over counts as all of it again; a limit
 * ends everything. Throws any other failure, and the last one where GitHub never answered at all.
 */
export async function inBatches<Item>(
  items: readonly Item[],
  size: number,
  ask: (batch: readonly Item[]) => Promise<readonly Item[]>,
): Promise<Remainder<Item>> {
  const pending = chunks(items, size);
  const failed: Item[] = [];
  const askedAlone = new Set<Item>();
  let failures = 0;
  let hasAnswered = false;
  for (let batch = pending.shift(); batch !== undefined; batch = pending.shift()) {
    const { again, failure } = await attempt(batch, ask);
    if (failure?.kind === "limit") return { failed, left: [...batch, ...pending.flat()] };
    failures = again.length < batch.length ? 0 : failures + (failure ? 2 : 1);
    hasAnswered ||= failure === undefined;
    if (failures >= GIVE_UP_AFTER) {
      if (failure && !hasAnswered) throw failure;
      return { failed: [...failed, ...again, ...pending.flat()], left: [] };
    }
    const { lost, next } = split(batch, again, askedAlone);
    failed.push(...lost);
    pending.unshift(...next);
  }
  return { failed, left: [] };
}

type Attempt<Item> = { again: readonly Item[]; failure?: GithubFailure };

async function attempt<Item>(
  batch: readonly Item[],
  ask: (batch: readonly Item[]) => Promise<readonly Item[]>,
): Promise<Attempt<Item>> {
  try {
    return { again: await ask(batch) };
  } catch (error) {
    const failure = explainGithubError(error);
    if (failure?.kind === "unavailable" || failure?.kind === "offline" || failure?.kind === "limit")
      return { again: batch, failure };
    throw failure ?? error;
  }
}

/** Who is lost, having been asked for alone twice, and the batches that the others come in next. */
function split<Item>(
  batch: readonly Item[],
  again: readonly Item[],
  askedAlone: Set<Item>,
): { lost: Item[]; next: Item[][] } {
  const lost = again.filter((item) => askedAlone.has(item));
  const more = again.filter((item) => !askedAlone.has(item));
  if (batch.length === 1) for (const item of more) askedAlone.add(item);
  return { lost, next: chunks(more, Math.ceil(batch.length / 2)) };
}

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
