import { type EstimateError, errorOf, estimateErrors } from "#tests/estimate-errors.ts";
import { realCatalog } from "#tests/real-catalog.ts";

type Figure = { what: string; percent: number; goal?: number };

const WORST = 3;

/**
 * How near our estimates of graphics memory come to what was measured: where the source says with which program and how
 * much context, by the half that the formula was fitted to and by the other; and where it says neither.
 */
export function benchMemory(): Figure[] {
  const comparable = estimateErrors(realCatalog.entries).filter(({ holdsPrompt }) => !holdsPrompt);
  const defined = comparable.filter((error) => error.defined);
  const other = defined.filter(({ tuned }) => !tuned);
  const loose = comparable.filter((error) => !error.defined);
  return [
    ...figuresOf("measured with a stated program and context", defined, { median: 5, nine: 15 }),
    ...figuresOf("of these, not fitted to", other, { median: 5, nine: 15 }),
    ...figuresOf("stated without them", loose, {}),
    ...defined.slice(-WORST).map(({ what, error }) => ({ what: `worst: ${what}`, percent: Math.abs(error) * 100 })),
  ];
}

function figuresOf(
  what: string,
  errors: readonly EstimateError[],
  goals: { median?: number; nine?: number },
): Figure[] {
  const [median, nine] = [5, 9].map((tenths) => errorOf(errors, tenths) * 100);
  return [
    {
      what: `${errors.length} ${what}: median error`,
      percent: median ?? Number.NaN,
      ...(goals.median && { goal: goals.median }),
    },
    { what: `${what}: nine of ten within`, percent: nine ?? Number.NaN, ...(goals.nine && { goal: goals.nine }) },
  ];
}
