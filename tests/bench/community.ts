import { random } from "#tests/random.ts";

/** A community that asks, and cards that answer one after the other: how long people wait, by the number of cards. */

const HOUR_S = 3600;
const TRIES_AN_HOUR = 10_000;
/** For five minutes of the hour five times as many ask: a new model was announced. */
const RUSH = { from: 1800, until: 2100, times: 5 };
const SLOTS_A_CARD = 2;
/** Of one of the two tries that a card answers at once. */
const TOKENS_A_SECOND = 40;
/** Tokens of an answer: half are shorter, one in six is longer than 2.2 times as much (log-normal), none than TRY_MAX_TOKENS. */
const TOKENS = { median: 300, sigma: 0.8, most: 2048 };
/** TRY_QUEUE_MAX, set for as many people. */
const QUEUE_MAX = 2000;
/** A minute before Discord's fifteen are over, a try that waits expires. */
const PATIENCE_S = 840;

export type Waiting = {
  cards: number;
  /** Share of the tries that are answered. */
  answered: number;
  /** Seconds from the question to its turn, of those: median and one in twenty. */
  median: number;
  slowest: number;
};

/** An hour with a rush in it, for each number of cards, with the same people asking the same. */
export function benchCommunity(cards: readonly number[] = [12, 14, 16, 20, 24, 30]): Waiting[] {
  return cards.map((count) => ({ cards: count, ...anHour(count * SLOTS_A_CARD, random(1)) }));
}

function anHour(slots: number, next: () => number): Omit<Waiting, "cards"> {
  const free: number[] = Array.from({ length: slots }, () => 0);
  /** When each try that was taken begins, in order; those from `waiting` on have not begun. */
  const begins: number[] = [];
  let waiting = 0;
  const waits: number[] = [];
  let asked = 0;
  for (let now = pause(0, next); now < HOUR_S; now += pause(now, next)) {
    asked += 1;
    const seconds = answerSeconds(next);
    while ((begins[waiting] ?? Number.POSITIVE_INFINITY) <= now) waiting += 1;
    const slot = free.indexOf(Math.min(...free));
    const begin = Math.max(now, free[slot] ?? now);
    if (begins.length - waiting >= QUEUE_MAX || begin - now > PATIENCE_S) continue;
    free[slot] = begin + seconds;
    begins.push(begin);
    waits.push(begin - now);
  }
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { answered: waits.length / asked, median: at(0.5), slowest: at(0.95) };
}

/** Seconds to the next question: people ask independently of each other. */
function pause(now: number, next: () => number): number {
  const times = now >= RUSH.from && now < RUSH.until ? RUSH.times : 1;
  return (-Math.log(1 - next()) * HOUR_S) / (TRIES_AN_HOUR * times);
}

function answerSeconds(next: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Math.min(TOKENS.most, TOKENS.median * Math.exp(TOKENS.sigma * normal)) / TOKENS_A_SECOND;
}
