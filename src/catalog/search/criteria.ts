import { type PrecisionWish, precisionRank } from "#src/catalog/entry/precision.ts";
import { type Purpose, purposeRank } from "#src/catalog/entry/purposes.ts";
import type { Architecture, Entry, License, Modality } from "#src/catalog/entry/schema.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import type { NamedEntry } from "./names.ts";
import { namedSizesOf, type Size, sizesOfOffer } from "./sizes.ts";

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
  | { kind: "purpose"; purpose: Purpose }
  /** Runs with Ollama on one's own machine, as the very model. */
  | { kind: "ollama" }
  /** Several of a kind that exclude each other are alternatives: `int4 int8`, `7b 13b`, `apache mit`. */
  | { kind: "anyOf"; options: SingleFact[] }
  /**
   * A word to be found in names or text; `named` are the entries that bear it as a name. `foreign` words stand for what
   * the catalog holds none of: that a text mentions them is not what one looks for.
   */
  | { kind: "word"; word: string; typed: string; named: readonly NamedEntry[]; foreign?: true };

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
      return bestOf(criterion.options, (option) => factRank(option, entry));
    case "precision":
    case "memory":
    case "ollama":
      return yes(hasOffer(criterion, entry));
    case "parameters":
      return bestOf(namedSizesOf(entry), (size) => sizeRank(size, criterion));
    case "context":
      return yes(longestContext(entry) >= criterion.minTokens);
    case "commercial":
      return criterion.allowed
        ? commercialRank(entry)
        : yes(licensesOf(entry).some((item) => item.commercial === "no"));
    case "license":
      return bestOf(licensesOf(entry), (item) => licenseRank(item, criterion.name));
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
    case "purpose":
      return purposeRank(criterion.purpose, entry);
  }
}

const OFFER_KINDS = new Set<Criterion["kind"]>(["precision", "memory", "parameters", "architecture", "ollama"]);

/** Whether a criterion is about one way to run an entry, so that several must meet in the same offer. */
export function isOfferCriterion(criterion: Criterion): boolean {
  const { kind } = criterion.kind === "anyOf" ? (criterion.options[0] ?? criterion) : criterion;
  return OFFER_KINDS.has(kind);
}

type Memory = { vramGb?: number | undefined; ramGb?: number | undefined };

/** GB that offers are ordered by: graphics memory before main memory, unstated last. */
export function compareMemory(a: Memory | undefined, b: Memory | undefined): number {
  const compare = (left = Number.POSITIVE_INFINITY, right = Number.POSITIVE_INFINITY): number =>
    left === right ? 0 : left - right;
  return compare(a?.vramGb, b?.vramGb) || compare(a?.ramGb, b?.ramGb);
}

/** The offers of an entry that meet all the criteria of their kind together, best precision, then least memory first. */
export function offersFor(criteria: readonly Criterion[], entry: Entry): Offer[] {
  const asked = criteria.filter(isOfferCriterion);
  const ranked = offersOf(entry).flatMap((offer) => {
    const rank = jointRank(asked, offer, entry);
    return rank === undefined ? [] : { offer, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank || compareMemory(a.offer, b.offer)).map((item) => item.offer);
}

/** The worst of an offer's ranks; undefined where it does not meet all the criteria. */
export function jointRank(criteria: readonly Criterion[], offer: Offer, entry: Entry): number | undefined {
  let worst = 0;
  for (const criterion of criteria) {
    const rank = offerRank(criterion, offer, entry);
    if (rank === undefined) return undefined;
    worst = Math.max(worst, rank);
  }
  return worst;
}

const hasOffer = (criterion: Criterion, entry: Entry): boolean =>
  offersOf(entry).some((offer) => offerRank(criterion, offer, entry) !== undefined);

/** 0 where an offer of exactly the asked precision meets the criteria, 1 where only a relative does. */
export function offerRank(criterion: Criterion, offer: Offer, entry: Entry): number | undefined {
  const yes = (met: boolean): 0 | undefined => (met ? 0 : undefined);
  switch (criterion.kind) {
    case "anyOf":
      return bestOf(criterion.options, (option) => offerRank(option, offer, entry));
    case "precision":
      return precisionRank(criterion.wish, offer);
    case "memory": {
      const gb = criterion.device === "vram" ? offer.vramGb : offer.ramGb;
      return yes(gb !== undefined && isInRange(gb, criterion.gb));
    }
    case "parameters":
      return yes(sizesOfOffer(offer, entry).some((size) => sizeRank(size, criterion) !== undefined));
    case "architecture":
      return yes(offer.architecture === criterion.architecture);
    case "ollama":
      return yes(offer.ollama !== undefined);
    default:
      return 0;
  }
}

/** Whether a size in billions is meant: `7b` is what people call 7B, 6.7 to 7.6. Below 2B a tenth matters. */
function fitsSize(size: number, { billions, exact }: { billions: Range; exact?: number }): boolean {
  if (exact === undefined) return isInRange(size, billions);
  return Math.abs(size - exact) <= (exact < 2 ? 0.12 : exact < 20 ? 0.7 : exact * 0.05);
}

/** A name rounds: 6.7B is called 7B too. */
const ROUNDING = 0.35;
/** What differs more from its name than this share is not rounded (a 7.8B that builds on a 6B and keeps its name). */
const ROUNDED_SHARE = 0.15;

/**
 * The same by the name that bears a size, which says what it is called: a 7.6B that is called 7B is none for `8b`. 0 where
 * it is called exactly so, 1 where it only may be.
 */
function sizeRank({ parametersB, called }: Size, asked: { billions: Range; exact?: number }): 0 | 1 | undefined {
  const { exact } = asked;
  const size = called ?? parametersB;
  if (exact === undefined) {
    const isRounded = Math.abs(size - parametersB) <= parametersB * ROUNDED_SHARE;
    return fitsSize(parametersB, asked) || (isRounded && fitsSize(size, asked)) ? 0 : undefined;
  }
  if (size === exact || parametersB === exact) return 0;
  const isRounded = called !== undefined && exact >= 2 && exact < 20;
  return (isRounded ? Math.abs(called - exact) <= ROUNDING : fitsSize(size, asked)) ? 1 : undefined;
}

/** The best rank of some items. Makes no lists: this runs for every entry and each of its offers. */
function bestOf<Item>(items: readonly Item[], rankOf: (item: Item) => number | undefined): number | undefined {
  let best: number | undefined;
  for (const item of items) {
    const rank = rankOf(item);
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}

const isInRange = (value: number, { min = 0, max = Number.POSITIVE_INFINITY }: Range): boolean =>
  value >= min && value <= max;

function longestContext({ contextTokens = 0, variants = [] }: Entry): number {
  let longest = contextTokens;
  for (const variant of variants) longest = Math.max(longest, variant.contextTokens ?? 0);
  return longest;
}

/** Its own and those that differ by variant. */
export function licensesOf(entry: Entry): License[] {
  return [entry.license, ...(entry.variants ?? []).flatMap((item) => item.license ?? [])];
}

const commercialRank = (entry: Entry): number | undefined =>
  bestOf(licensesOf(entry), (item) => COMMERCIAL_RANK[item.commercial]);

/** The licence of the weights counts first: it says what may be done with the model. */
const licenseRank = ({ weights, code }: License, name: string): 0 | 1 | undefined => {
  const isNamed = (text: string | undefined): boolean => text?.toLowerCase().includes(name) === true;
  return isNamed(weights) ? 0 : isNamed(code) ? 1 : undefined;
};

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
