import { memoByObject } from "#src/base/memo.ts";
import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { isForAnyAssistant, isGeneral } from "#src/catalog/entry/suitability.ts";
import { sizesOf } from "#src/catalog/memory/offers.ts";
import { type Criterion, singles } from "./criteria.ts";
import { asksMemory, isOfferCriterion } from "./criterion-ranks.ts";
import type { Sort } from "./query.ts";
import type { Fit } from "./same-variant.ts";

/** What a query asks of the order of what it finds. */
export type AskedOrder = {
  /** It is asked what one could run, and not for what: what is made for one thing alone helps few. */
  forAny: boolean;
  byMemory: boolean;
  /** The narrower words that were typed for purposes. */
  abouts: readonly string[];
  keysOf: (entry: Entry, fit: Fit) => OrderKeys;
};

/** What an entry is ordered by, less first, but for the year. */
export type OrderKeys = {
  /** Whether no single machine runs it, where that counts. */
  tooLarge: boolean;
  /** How well it suits the purposes, in years: older by so many it would be as good. */
  purpose: number;
  /** The year, and how far it is from a general assistant, where it is asked what one could run and not for what. */
  year: number;
  niche: number;
};

/** What a query asks of the order; an order by name, date, size or memory that was asked for leaves nothing else to it. */
export function askedOrder(criteria: readonly Criterion[], sort: Sort | undefined): AskedOrder {
  if (sort !== undefined) return { forAny: false, byMemory: sort === "memory", abouts: [], keysOf: () => UNORDERED };
  const purposes = purposesIn(criteria);
  const forAny = asksForAny(criteria);
  const byYear = forAny && !singles(criteria).some(({ kind }) => kind === "modality");
  const bySize = asksAnyAssistant(criteria);
  const byPurpose = criteria.some(({ kind }) => kind === "purpose");
  const yearsOfRank = YEARS_OF_RANK[purposes.every(isForAnyAssistant) ? "forAnyAssistant" : "usual"];
  return {
    forAny,
    byMemory: asksMemory(criteria, "least"),
    abouts: aboutsOf(criteria),
    keysOf: (entry, fit) => ({
      tooLarge: bySize && (sizesOf(entry)[0] ?? 0) > ONE_MACHINE_B,
      purpose: byPurpose ? fit.purposes * (fit.doesToo ? 1 : yearsOfRank) - yearsOf(entry) : fit.purposes,
      year: byYear ? Math.floor(yearsOf(entry)) : 0,
      niche: byYear ? nicheOf(entry) : 0,
    }),
  };
}

const UNORDERED: OrderKeys = { tooLarge: false, purpose: 0, year: 0, niche: 0 };

/** Years that it is worth to be made for a purpose foremost; fewer where newer assistants catch up. */
const YEARS_OF_RANK = { usual: 1, forAnyAssistant: 0.5 };

/** Billions of parameters up to which a model runs on one machine: at four bits in 128 GB of memory. */
export const ONE_MACHINE_B = 200;

/** The narrower words that were typed for purposes. */
const aboutsOf = (criteria: readonly Criterion[]): string[] =>
  singles(criteria).flatMap((criterion) => (criterion.kind === "purpose" ? (criterion.about ?? []) : []));

/** Whether it is asked for what any assistant does, and nothing limits how large it may be nor names it. */
function asksAnyAssistant(criteria: readonly Criterion[]): boolean {
  const purposes = purposesIn(criteria);
  return (
    purposes.length > 0 &&
    purposes.every(isForAnyAssistant) &&
    !criteria.some((criterion) => criterion.kind === "word" || isOfferCriterion(criterion))
  );
}

const purposesIn = (criteria: readonly Criterion[]): Purpose[] =>
  singles(criteria).flatMap((criterion) => (criterion.kind === "purpose" ? criterion.purpose : []));

/** Whether it is asked what one could run, and not for what. */
const asksForAny = (criteria: readonly Criterion[]): boolean =>
  criteria.some(isOfferCriterion) && !singles(criteria).some(({ kind }) => kind === "purpose");

/** 0 where some variant is a general assistant, 1 where it is foremost for something else, 2 where that is sound. */
const nicheOf = memoByObject((entry: Entry): number => {
  const variants = entry.variants?.length ? entry.variants : [undefined];
  if (variants.some((variant) => isGeneral(entry, variant))) return 0;
  return entry.purposes?.[0] === "audio" ? 2 : 1;
});

/** The date of release in years; 0 where none is stated. */
const yearsOf = memoByObject(({ released = "0" }: Entry): number => {
  const [year = 0, month = 1, day = 1] = released.split("-").map(Number);
  return year + (month - 1) / 12 + (day - 1) / 365;
});
