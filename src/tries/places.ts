/** The place in the queue that was shown, and when, by performance.now(). */
export type ToldPlace = { position: number; at: number };

type Place = { position: number; told: ToldPlace | undefined };

/** The last places are told one by one, those before in steps of a fifth or after half a minute. */
const TOLD_ALWAYS = 5;
const TOLD_SHARE = 0.8;
const TOLD_EVERY_MS = 30_000;
/** Of those before the last ones so many are told again at once, whose place was told longest ago. */
const MOST_AT_ONCE = 30;

/** Chooses the places that are worth an edit of their message now; `later` are so many more. */
export function placesToTell<P extends Place>(places: readonly P[], at: number): { now: P[]; later: number } {
  const worth = places.filter((place) => isWorthTelling(place, at));
  const isSoon = ({ position, told }: Place): boolean => told === undefined || position <= TOLD_ALWAYS;
  const others = worth.filter((place) => !isSoon(place)).toSorted((a, b) => toldAt(a) - toldAt(b));
  return {
    now: [...worth.filter(isSoon), ...others.slice(0, MOST_AT_ONCE)],
    later: Math.max(0, others.length - MOST_AT_ONCE),
  };
}

const toldAt = ({ told }: Place): number => told?.at ?? Number.NEGATIVE_INFINITY;

function isWorthTelling({ position, told }: Place, at: number): boolean {
  if (told === undefined) return true;
  if (position === told.position) return false;
  return (
    position <= TOLD_ALWAYS ||
    position <= told.position * TOLD_SHARE ||
    position > told.position ||
    at - told.at >= TOLD_EVERY_MS
  );
}
