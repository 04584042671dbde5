import { licensesOf, modalitiesOf, thinkingOf } from "#src/catalog/entry/of-variant.ts";
import { precisionRank } from "#src/catalog/entry/precision.ts";
import { DOMAINS } from "#src/catalog/entry/purposes.ts";
import type { Entry, License, Thinking, Variant } from "#src/catalog/entry/schema.ts";
import { entrySuitability } from "#src/catalog/entry/suitability.ts";
import { offerAt } from "#src/catalog/memory/offer-at.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import type { Fact, FactKind, Range } from "./criteria.ts";
import { namedSizesOf, type Size, sizesOfOffer } from "./sizes.ts";

/** How well something meets a criterion: 0 fully, higher less so, undefined not at all. */
export type Rank = number | undefined;

/** Everything that the search asks about a kind of criterion. */
type FactRules<Kind extends FactKind> = {
  entryRank: (fact: Fact<Kind>, entry: Entry) => Rank;
  /** Whether two of the kind cannot both hold, so that several in a query are alternatives. */
  excludesOthers: (fact: Fact<Kind>) => boolean;
  /** For kinds about one way to run an entry, of which several must meet in the same offer; else undefined. */
  offers: OfferRules<Kind> | undefined;
};

type OfferRules<Kind extends FactKind> = {
  rank: (fact: Fact<Kind>, offer: Offer, entry: Entry) => Rank;
  /** Whether nothing but an offer can meet it; else a variant that nobody offers may. */
  required: boolean;
  asks: (fact: Fact<Kind>) => MemoryQuestion | undefined;
};

/** What a criterion asks of memory: what fits in so much (`8g`), how little is needed (`>=4g`), or only how much that is (`int4`). */
export type MemoryQuestion = "fits" | "least" | "amount";

const memoryOf = (offer: Offer | undefined, device: "vram" | "ram"): number | undefined =>
  device === "vram" ? offer?.vramGb : offer?.ramGb;

const met = (isMet: boolean): Rank => (isMet ? 0 : undefined);
const always = (): true => true;
const never = (): false => false;
const nothing = (): undefined => undefined;

/** Rules of a kind that nothing but an offer can meet: an entry meets it where one of its offers does. */
function offerKind<Kind extends FactKind>({
  rank,
  asks,
  excludesOthers,
}: Pick<OfferRules<Kind>, "rank" | "asks"> & Pick<FactRules<Kind>, "excludesOthers">): FactRules<Kind> {
  return {
    entryRank: (fact, entry) => met(offersOf(entry).some((offer) => rank(fact, offer, entry) !== undefined)),
    excludesOthers,
    offers: { rank, required: true, asks },
  };
}

/**
 * The kinds of criteria, one row each. A new one is also read in `query-patterns.ts` or `vocabulary.ts`, told to people in
 * `criterion-text.ts`, and has its example in the tests.
 */
export const FACT_KINDS: { readonly [Kind in FactKind]: FactRules<Kind> } = {
  precision: offerKind({
    rank: ({ asked }, offer) => precisionRank(asked, offer),
    asks: () => "amount",
    excludesOthers: always,
  }),
  memory: offerKind({
    rank: ({ device, gb, contextTokens }, offer) => {
      const stated = memoryOf(offer, device);
      // A longer text never takes less.
      if (stated === undefined || stated > (gb.max ?? Number.POSITIVE_INFINITY)) return undefined;
      const needed = contextTokens === undefined ? stated : memoryOf(offerAt(offer, contextTokens), device);
      return met(needed !== undefined && isInRange(needed, gb));
    },
    asks: ({ gb }) => (gb.max === undefined ? "least" : "fits"),
    excludesOthers: never,
  }),
  ollama: offerKind({
    rank: (_, offer) => met(offer.ollama !== undefined),
    asks: nothing,
    excludesOthers: never,
  }),
  parameters: {
    entryRank: (fact, entry) => bestOf(namedSizesOf(entry), (size) => sizeRank(size, fact)),
    // Bounds (`>7b <14b`) hold together.
    excludesOthers: ({ exact }) => exact !== undefined,
    offers: {
      rank: (fact, offer, entry) => met(sizesOfOffer(offer, entry).some((size) => sizeRank(size, fact) !== undefined)),
      required: false,
      asks: nothing,
    },
  },
  architecture: {
    entryRank: ({ architecture }, entry) =>
      met(
        entry.architecture === architecture ||
          (entry.variants ?? []).some((variant) => variant.architecture === architecture),
      ),
    excludesOthers: always,
    offers: {
      rank: ({ architecture }, offer) => met(offer.architecture === architecture),
      required: false,
      asks: nothing,
    },
  },
  context: {
    entryRank: ({ minTokens }, entry) => met(longestContext(entry) >= minTokens),
    excludesOthers: never,
    offers: undefined,
  },
  commercial: {
    entryRank: ({ allowed, unregistered = false }, entry) =>
      allowed
        ? bestOf(licensesOf(entry), ({ commercial }) =>
            unregistered && commercial === "registration" ? undefined : COMMERCIAL_RANK[commercial],
          )
        : met(licensesOf(entry).some(({ commercial }) => commercial === "no")),
    excludesOthers: never,
    offers: undefined,
  },
  license: {
    entryRank: ({ name }, entry) => bestOf(licensesOf(entry), (license) => licenseRank(license, name)),
    excludesOthers: always,
    offers: undefined,
  },
  released: {
    entryRank: (range, entry) => met(datesOf(entry).some((date) => isWithin(date, range))),
    excludesOthers: always,
    offers: undefined,
  },
  modality: {
    entryRank: ({ modality }, entry) =>
      bestOf(ofVariants(entry), (variant) => met(modalitiesOf(entry, variant).includes(modality))),
    excludesOthers: never,
    offers: undefined,
  },
  language: {
    entryRank: ({ language }, entry) => met(entry.languages.includes(language)),
    excludesOthers: never,
    offers: undefined,
  },
  purpose: {
    entryRank: ({ purpose }, entry) => entrySuitability(purpose, entry),
    // No model is of two fields of knowledge.
    excludesOthers: ({ purpose }) => DOMAINS.some((domain) => domain === purpose),
    offers: undefined,
  },
  thinking: {
    entryRank: ({ wanted }, entry) =>
      bestOf(ofVariants(entry), (variant) => thinkingRank(wanted, thinkingOf(entry, variant))),
    excludesOthers: always,
    offers: undefined,
  },
  fineTuned: {
    entryRank: (_, { baseModel }) => met(baseModel !== undefined && baseModel !== "from scratch"),
    excludesOthers: never,
    offers: undefined,
  },
};

/** The variants of an entry; where it has none, the entry itself (undefined). */
const ofVariants = ({ variants = [] }: Entry): readonly (Variant | undefined)[] =>
  variants.length > 0 ? variants : ONE;
const ONE = [undefined];

const THINKING_RANKS: Record<Fact<"thinking">["wanted"], Partial<Record<Thinking, Rank>>> = {
  on: { always: 0, switchable: 0 },
  off: { never: 0, switchable: 1 },
  choice: { switchable: 0 },
};
const thinkingRank = (wanted: Fact<"thinking">["wanted"], thinking: Thinking | undefined): Rank =>
  thinking && THINKING_RANKS[wanted][thinking];

/** The best rank of some items. Makes no lists: this runs for every entry and each of its offers. */
export function bestOf<Item>(items: readonly Item[], rankOf: (item: Item) => Rank): Rank {
  let best: Rank;
  for (const item of items) {
    const rank = rankOf(item);
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}

const isInRange = (value: number, { min = 0, max = Number.POSITIVE_INFINITY }: Range): boolean =>
  value >= min && value <= max;

/** Whether a size in billions is meant: `7b` is what people call 7B, 6.3 to 7.7. Below 2B a tenth matters. */
function fitsSize(size: number, { billions, exact }: Pick<Fact<"parameters">, "billions" | "exact">): boolean {
  if (exact === undefined) return isInRange(size, billions);
  return Math.abs(size - exact) <= (exact < 2 ? 0.12 : exact < 20 ? 0.7 : exact * 0.05);
}

/** A name rounds: 6.7B is called 7B too. */
const ROUNDING = 0.35;
/** What differs more from its name than this share is not rounded (a 7.8B that builds on a 6B and keeps its name). */
const ROUNDED_SHARE = 0.15;

/**
 * How well a size is the one asked for: 0 where it is called exactly so, 1 where it only may be. Its name counts before its
 * figure: a 7.6B that is called 7B does not answer `8b`.
 */
function sizeRank({ parametersB, called }: Size, asked: Fact<"parameters">): 0 | 1 | undefined {
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

function longestContext({ contextTokens = 0, variants = [] }: Entry): number {
  let longest = contextTokens;
  for (const variant of variants) longest = Math.max(longest, variant.contextTokens ?? 0);
  return longest;
}

const COMMERCIAL_RANK: Record<License["commercial"], Rank> = {
  yes: 0,
  conditional: 1,
  registration: 2,
  no: undefined,
  unknown: undefined,
};

/** What a text about the licence of weights says of other things. */
const IN_BRACKETS = /（[^）]*）|\([^)]*\)/gu;
const OF_OTHERS = /^(?:仓库|代码|底座)/u;

/**
 * Only the licence of the weights counts, as it says what may be done with the model; that of the code does not, also where
 * none is stated for the weights. 0 where the text begins with its name, 1 where it comes later (`Modified MIT`, `7B: MIT`);
 * what stands in brackets or is said of the repository and the base model is about other things.
 */
function licenseRank({ weights = "" }: License, name: string): Rank {
  const named = new RegExp(`(?<![a-z])${name}(?![a-z])`, "u");
  const clauses = weights
    .toLowerCase()
    .replace(IN_BRACKETS, "")
    .split(/[；;，,]/u);
  const places = clauses.flatMap((clause, at) => {
    const found = OF_OTHERS.test(clause.trim()) ? -1 : clause.search(named);
    return found < 0 ? [] : at + found;
  });
  return places.length === 0 ? undefined : places.includes(0) ? 0 : 1;
}

function datesOf(entry: Entry): string[] {
  return [
    entry.released,
    ...(entry.updates ?? []).map(({ released }) => released),
    ...(entry.variants ?? []).map(({ released }) => released),
  ].filter((date) => date !== undefined);
}

function isWithin(date: string, { from, to }: { from?: string; to?: string }): boolean {
  return (
    (from === undefined || date >= from || from.startsWith(date)) &&
    (to === undefined || date <= to || date.startsWith(to))
  );
}
