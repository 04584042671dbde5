import { barsOf, type MemoryChart } from "./memory-chart.ts";

/** From memory to a place between 0 (where bars begin) and 1 (the end of the axis). */
export type Scale = {
  /** Equal steps mean equal factors; begins at `from` and not at 0. */
  logarithmic: boolean;
  from: number;
  to: number;
  /** GB to write along the axis. */
  ticks: number[];
  place: (gb: number) => number;
};

/** Beyond this factor between the largest and the smallest the small ones would be invisible on an even scale. */
const EVEN_FACTOR = 20;
const MOST_TICKS = 5;
const STEPS = [1, 2, 5];

/** One scale for all bars and the limit of a chart; even from 0 where the figures allow it. */
export function scaleOf(chart: MemoryChart): Scale {
  const figures = [...barsOf(chart).map(({ gb }) => gb), ...(chart.limit ? [chart.limit.gb] : [])];
  const most = Math.max(...figures);
  const least = Math.min(...figures);
  return most > least * EVEN_FACTOR ? logarithmicScale(least, most) : evenScale(most);
}

function evenScale(most: number): Scale {
  const step = stepAbove(most / MOST_TICKS);
  const count = Math.ceil(rounded(most / step));
  const to = step * count;
  return {
    logarithmic: false,
    from: 0,
    to,
    ticks: Array.from({ length: count + 1 }, (_, at) => rounded(at * step)),
    place: (gb) => gb / to,
  };
}

function logarithmicScale(least: number, most: number): Scale {
  // The smallest bar must have a length too.
  const from = stepBelow(least / 1.2);
  const to = stepAbove(most);
  const steps = stepsBetween(from, to);
  return {
    logarithmic: true,
    from,
    to,
    // Over many factors of ten those alone, which readers take in at once.
    ticks: steps.length <= MOST_TICKS ? steps : steps.filter((step) => step === from || step === decadeOf(step)),
    place: (gb) => Math.log(gb / from) / Math.log(to / from),
  };
}

/** Floating-point noise of 0.1 + 0.2 must not become a tick label. */
const rounded = (value: number): number => Number(value.toPrecision(12));

const decadeOf = (value: number): number => rounded(10 ** Math.floor(Math.log10(value) + 1e-9));

/** The next of 1, 2, 5, 10, 20 … at or above a value. */
function stepAbove(value: number): number {
  const decade = decadeOf(value);
  return rounded((STEPS.find((step) => step * decade >= value * (1 - 1e-9)) ?? 10) * decade);
}

function stepBelow(value: number): number {
  const decade = decadeOf(value);
  return rounded((STEPS.findLast((step) => step * decade <= value * (1 + 1e-9)) ?? 1) * decade);
}

function stepsBetween(from: number, to: number): number[] {
  const steps: number[] = [];
  for (let step = from; step <= to; step = stepAbove(step * 1.01)) steps.push(step);
  return steps;
}
