import { errorOf, estimateErrors } from "#tests/estimate-errors.ts";
import { realCatalog } from "#tests/real-catalog.ts";

type Figure = { what: string; percent: number; goal?: number };

/** How near our estimates of graphics memory come to what makers measured. */
export function benchMemory(): Figure[] {
  const errors = estimateErrors(realCatalog.entries);
  const worst = errors.at(-1);
  return [
    { what: `median error of ${errors.length} estimates`, percent: errorOf(errors, 5) * 100, goal: 20 },
    { what: "nine of ten within", percent: errorOf(errors, 9) * 100 },
    { what: `worst: ${worst?.what ?? "none"}`, percent: Math.abs(worst?.error ?? 0) * 100 },
  ];
}
