/** A store (a file, Redis) cannot be reached, or refuses what it is told, for now: the next time it may work. */
export class StoreAway extends Error {
  override name = "StoreAway";
}

/** Undefined where the store is away; everything else is thrown again. */
export function ignoreAway(error: unknown): undefined {
  if (!(error instanceof StoreAway)) throw error;
}
