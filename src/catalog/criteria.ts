import { type Offer, offersOf, sizesOf } from "./memory.ts";
import type { NamedEntry } from "./names.ts";
import { type PrecisionWish, precisionRank } from "./precision.ts";
import type { Architecture, Entry, License, Modality } from "./schema.ts";

export type Range = { min?: number; max?: number };

/** One thing that a person asked for, as the parser understood it. */
export type Criterion =
  | { kind: "precision"; wish: PrecisionWish }
  | { kind: "memory"; device: "vram" | "ram"; gb: Range }
  /** Billions of parameters. */
  | { kind: "parameters"; billions: Range; exact?: number }
  | { kind: "context"; minTokens: number }
  | { kind: "commercial"; allowed: boolean }
  | { kind: "license"; name: string }
  /** Dates as in the catalog, both ends included, as far as they are stated (`2023` covers all of the year). */
  | { kind: "released"; from?: string; to?: string }
  | { kind: "architecture"; architecture: Architecture }
  | { kind: "modality"; modality: Modality }
  | { kind: "domain"; domain: NonNullable<Entry["domain"]> }
  | { kind: "language"; language: string }
  /** Several of a kind that exclude each other are alternatives: `int4 int8`, `7b 13b`, `apache mit`. */
  | { kind: "anyOf"; options: SingleFact[] }
  /** A word to be found in names or text; `named` are the entries that bear it as a name. */
  | { kind: "word"; word: string; typed: string; named: NamedEntry[] };

export type FactCriterion = Exclude<Criterion, { kind: "word" }>;
export type SingleFact = Exclude<FactCriterion, { kind: "anyOf" }>;

/** The criteria with alternatives taken apart. */
export const singles = (criteria: readonly Criterion[]): Exclude<Criterion, { kind: "anyOf" }>[] =>
  criteria.flatMap((criterion) => (criterion.kind === "anyOf" ? criterion.options : [criterion]));

const COMMERCIAL_RANK: Partial<Record<License["commercial"], number>> = { yes: 0, conditional: 1, registration: 2 };

/** How well an entry meets a criterion: 0 fully, higher less so, undefined not at all. */
export function factRank(criterion: FactCriterion, entry: Entry): number | undefined {
  const yes = (met: boolean): 0 | undefined => (met ? 0 : undefined);
  switch (criterion.kind) {
    case "anyOf":
      return best(criterion.options.map((option) => factRank(option, entry)));
    case "precision":
    case "memory":
      return yes(offersFor([criterion], entry).length > 0);
    case "parameters":
      return yes(sizesOf(entry).some((size) => fits(size, criterion)) || offersFor([criterion], entry).length > 0);
    case "context":
      return yes(contextsOf(entry).some((tokens) => tokens >= criterion.minTokens));
    case "commercial":
      return criterion.allowed
        ? commercialRank(entry)
        : yes(licensesOf(entry).some((item) => item.commercial === "no"));
    case "license":
      return yes(
        licensesOf(entry).some((item) =>
          [item.weights, item.code].some((text) => text?.toLowerCase().includes(criterion.name)),
        ),
      );
    case "released":
      return yes(datesOf(entry).some((date) => isWithin(date, criterion)));
    case "architecture":
      return yes(
        entry.architecture === criterion.architecture ||
          (entry.variants ?? []).some((item) => item.architecture === criterion.architecture),
      );
    case "modality":
      return yes(
        entry.modalities.includes(criterion.modality) ||
          (entry.variants ?? []).some((item) => item.modalities?.includes(criterion.modality)),
      );
    case "domain":
      return yes(entry.domain === criterion.domain);
    case "language":
      return yes(entry.languages.includes(criterion.language));
  }
}

/** Whether a criterion is about one way to run an entry, so that several must meet in the same offer. */
export function isOfferCriterion(criterion: Criterion): boolean {
  const { kind } = criterion.kind === "anyOf" ? (criterion.options[0] ?? criterion) : criterion;
  return kind === "precision" || kind === "memory" || kind === "parameters" || kind === "architecture";
}

/** GB that offers are ordered by: graphics memory before main memory, unstated last. */
export function compareMemory(a: Partial<Offer> | undefined, b: Partial<Offer> | undefined): number {
  const compare = (left = Number.POSITIVE_INFINITY, right = Number.POSITIVE_INFINITY): number =>
    left === right ? 0 : left - right;
  return compare(a?.vramGb, b?.vramGb) || compare(a?.ramGb, b?.ramGb);
}

/** The offers of an entry that meet all the criteria of their kind together, best precision, then least memory first. */
export function offersFor(criteria: readonly Criterion[], entry: Entry): Offer[] {
  const asked = criteria.filter(isOfferCriterion);
  const ranked = offersOf(entry).flatMap((offer) => {
    const ranks = asked.map((criterion) => offerRank(criterion, offer, entry));
    return ranks.every((rank) => rank !== undefined) ? { offer, rank: Math.max(0, ...ranks) } : [];
  });
  return ranked.toSorted((a, b) => a.rank - b.rank || compareMemory(a.offer, b.offer)).map((item) => item.offer);
}

/** 0 where an offer of exactly the asked precision meets the criteria, 1 where only a relative does. */
export function offerRank(criterion: Criterion, offer: Offer, entry: Entry): number | undefined {
  const yes = (met: boolean): 0 | undefined => (met ? 0 : undefined);
  switch (criterion.kind) {
    case "anyOf":
      return best(criterion.options.map((option) => offerRank(option, offer, entry)));
    case "precision":
      return precisionRank(criterion.wish, offer);
    case "memory": {
      const gb = criterion.device === "vram" ? offer.vramGb : offer.ramGb;
      return yes(gb !== undefined && isInRange(gb, criterion.gb));
    }
    case "parameters": {
      const sizes = offer.parametersB === undefined ? sizesOf(entry) : [offer.parametersB];
      return yes(sizes.some((size) => fits(size, criterion)));
    }
    case "architecture":
      return yes(offer.architecture === criterion.architecture);
    default:
      return 0;
  }
}

/** `7b` means what people call 7B: 6.7 to 7.6. Below 2B a tenth matters. */
function fits(size: number, { billions, exact }: { billions: Range; exact?: number }): boolean {
  if (exact === undefined) return isInRange(size, billions);
  return Math.abs(size - exact) <= (exact < 2 ? 0.12 : exact < 20 ? 0.7 : exact * 0.05);
}

function best(ranks: (number | undefined)[]): number | undefined {
  const met = ranks.filter((rank) => rank !== undefined);
  return met.length === 0 ? undefined : Math.min(...met);
}

const isInRange = (value: number, { min = 0, max = Number.POSITIVE_INFINITY }: Range): boolean =>
  value >= min && value <= max;

function contextsOf(entry: Entry): number[] {
  return [entry.contextTokens, ...(entry.variants ?? []).map((item) => item.contextTokens)].filter(
    (tokens) => tokens !== undefined,
  );
}

function licensesOf(entry: Entry): License[] {
  return [entry.license, ...(entry.variants ?? []).flatMap((item) => item.license ?? [])];
}

function commercialRank(entry: Entry): number | undefined {
  return best(licensesOf(entry).map((item) => COMMERCIAL_RANK[item.commercial]));
}

function datesOf(entry: Entry): string[] {
  return [
    entry.released,
    ...(entry.updates ?? []).map((item) => item.released),
    ...(entry.variants ?? []).map((item) => item.released),
  ].filter((date) => date !== undefined);
}

function isWithin(date: string, { from, to }: { from?: string; to?: string }): boolean {
  return (
    (from === undefined || date >= from || from.startsWith(date)) &&
    (to === undefined || date <= to || date.startsWith(to))
  );
}
