import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import type { Offer } from "./offers.ts";
import { activeOf } from "./weights.ts";

/** Months in which a model of half the size comes to do as well, see `capabilityOf`. */
const MONTHS_TO_HALVE = 10;
const FIRST_YEAR = 2023;

/**
 * How much a model can do, in doublings: one more is twice the parameters, or ten months of progress. Qwen's reports give
 * seven months (a Qwen3 of April 2025 does what a Qwen2.5 of twice its size did in September 2024,
 * https://arxiv.org/abs/2505.09388), a survey of many models less than four (https://arxiv.org/abs/2412.04315); makers
 * praise what is new, so it counts for less here.
 * A mixture of experts stands for a dense model between its total and its active parameters, nearer to the total: about
 * five times the active, as the same report finds for Qwen3-30B-A3B and 235B-A22B. Where nobody states its active part,
 * the usual share counts (`activeOf`), so that it never stands for a dense model of its size.
 */
export function capabilityOf(offer: Offer, entry: Entry): number {
  const { parametersB: size = 1, activeParametersB, architecture, edition } = offer;
  const active = architecture === "moe" ? activeOf({ parametersB: size, activeParametersB, architecture }) : size;
  return Math.log2(Math.cbrt(size * size * active)) + monthsOf(releasedOf(entry, edition)) / MONTHS_TO_HALVE;
}

/** When an edition came out: by its variant, by the update of the entry that its name begins with, else with the entry. */
function releasedOf(entry: Entry, edition: Variant | undefined): string | undefined {
  if (edition?.released !== undefined || edition === undefined) return edition?.released ?? entry.released;
  const updates = (entry.updates ?? []).filter(({ name }) => foldName(edition.name).startsWith(foldName(name)));
  return updates.toSorted((a, b) => b.name.length - a.name.length)[0]?.released ?? entry.released;
}

/** Months since 2023 began; of a year alone its middle, without a date none. */
function monthsOf(released: string | undefined): number {
  const [year, month = 6] = (released ?? String(FIRST_YEAR)).split("-").map(Number);
  return released === undefined ? 0 : ((year ?? FIRST_YEAR) - FIRST_YEAR) * 12 + month - 1;
}
