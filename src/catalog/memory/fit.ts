import { licenseOf } from "#src/catalog/entry/of-variant.ts";
import { bitsPerWeight } from "#src/catalog/entry/precision.ts";
import type { FitPurpose } from "#src/catalog/entry/purposes.ts";
import type { Entry, License } from "#src/catalog/entry/schema.ts";
import { specialtyOf, suitability } from "#src/catalog/entry/suitability.ts";
import { capabilityOf } from "./capability.ts";
import { RUNTIME_GB } from "./estimate.ts";
import { type Machine, needOn, spareRamGb, totalGb } from "./machine.ts";
import { memoryAt, type Offer, offersOf } from "./offers.ts";

/** What a person wants to run, and on what. */
export type FitRequest = {
  machine: Machine;
  /** Tokens of context to make room for; absent: what each figure was measured or estimated with. */
  contextTokens?: number | undefined;
  purpose?: FitPurpose | undefined;
  /** Only what may be used commercially, with whatever conditions. */
  commercial: boolean;
};

/** One way to run an entry on a machine. */
export type Fit = {
  entry: Entry;
  offer: Offer;
  /** GB of graphics memory that it takes. */
  needGb: number;
  license: License;
  /** The easiest way to it: a model in Ollama that fits too, of the same variant if there is one. */
  ollama?: { model: string; offer: Offer; needGb: number };
  /** The order: what it can do, less what speaks against it. In doublings, see `capabilityOf`. */
  score: number;
};

/** A fit of which a part of the layers lies in main memory, where they run much slower. */
export type PartialFit = Fit & {
  /** Share of the model in graphics memory, 0 to 1. */
  share: number;
};

export type FitResult = {
  /** The best that fits of each entry, best first. */
  fits: Fit[];
  /** What main memory makes possible beyond that, best first. */
  partial: PartialFit[];
  /** Where nothing fits at all: what comes nearest, smallest first. */
  nearest: Fit[];
  /** Entries that would fit but for their licence: not for commercial use, or nobody says. */
  excluded: { no: number; unknown: number };
};

const NEAREST = 5;
const MOST_PARTIAL = 10;
const FITS_BEFORE_PARTIAL = 10;

/** What runs on a machine, an entry once, in the order that serves a person best. Never more than the machine holds. */
export function findFits(entries: readonly Entry[], request: FitRequest): FitResult {
  const total = totalGb(request.machine);
  const ways = entries.map((entry) => waysOf(entry, request));
  const allowed = request.commercial ? ways.map((list) => list.filter(({ license }) => permits(license))) : ways;
  const fits = allowed
    .map((list) => list.filter(({ needGb }) => needGb <= total))
    .flatMap((list) => best(list).map((fit) => withOllama(fit, list)))
    .toSorted(byScore);
  // What can do less than the first that fit as a whole would be slow for nothing.
  const least = fits[FITS_BEFORE_PARTIAL - 1]?.score ?? Number.NEGATIVE_INFINITY;
  const partial = allowed.flatMap((list) => bestPartial(list, request.machine, least));
  const nearest = fits.length + partial.length > 0 ? [] : allowed.flatMap(smallest);
  return {
    fits,
    partial: partial.toSorted(byScore).slice(0, MOST_PARTIAL),
    nearest: nearest.toSorted((a, b) => a.needGb - b.needGb || byScore(a, b)).slice(0, NEAREST),
    excluded: request.commercial ? excludedFrom(ways, total) : { no: 0, unknown: 0 },
  };
}

const byScore = (a: Fit, b: Fit): number =>
  b.score - a.score || a.needGb - b.needGb || (a.entry.id < b.entry.id ? -1 : 1);
const best = <Way extends Fit>(list: readonly Way[]): Way[] => list.toSorted(byScore).slice(0, 1);
const smallest = (list: readonly Fit[]): Fit[] => list.toSorted((a, b) => a.needGb - b.needGb).slice(0, 1);

function withOllama<Way extends Fit>(fit: Way, others: readonly Fit[]): Way {
  const inOllama = others.filter(({ offer }) => offer.ollama !== undefined && !continuesOnly(offer));
  const [way] = best(inOllama.filter(({ offer }) => offer.edition === fit.offer.edition));
  const { offer, needGb } = fit.offer.ollama === undefined ? (way ?? best(inOllama)[0] ?? fit) : fit;
  return offer.ollama === undefined ? fit : { ...fit, ollama: { model: offer.ollama.model, offer, needGb } };
}

const PERMITTING: readonly License["commercial"][] = ["yes", "conditional", "registration"];
const permits = ({ commercial }: License): boolean => PERMITTING.includes(commercial);

function excludedFrom(ways: readonly (readonly Fit[])[], total: number): FitResult["excluded"] {
  const holding = ways.map((list) => list.filter(({ needGb }) => needGb <= total));
  const barred = holding.filter((list) => list.length > 0 && !list.some(({ license }) => permits(license)));
  const no = barred.filter((list) => list.every(({ license }) => license.commercial === "no")).length;
  return { no, unknown: barred.length - no };
}

/** Every way to run an entry that answers the purpose and has the context, whatever it takes. */
function waysOf(entry: Entry, request: FitRequest): Fit[] {
  return offersOf(entry).flatMap((offer) => {
    const gb = gbFor(offer, entry, request.contextTokens);
    const suits = request.purpose && suitability(request.purpose, entry, offer.edition);
    if (gb === undefined || (request.purpose !== undefined && suits === undefined)) return [];
    const needGb = needOn(request.machine, gb);
    const drawbacks =
      precisionLoss(offer) +
      tightness(needGb / totalGb(request.machine)) +
      specialization(offer, entry, request.purpose) +
      (suits ?? 0) * BESIDE_PURPOSE +
      doubtfulness(offer, entry);
    const score = capabilityOf(offer, entry) - drawbacks + ease(offer);
    return [{ entry, offer, needGb, license: licenseOf(entry, offer.edition), score }];
  });
}

/** GB of graphics memory with the context that is asked for; undefined where the model has no such, or nobody knows. */
function gbFor(offer: Offer, entry: Entry, contextTokens: number | undefined): number | undefined {
  if (contextTokens === undefined) return offer.vramGb;
  return reaches(offer, entry, contextTokens) ? memoryAt(offer, contextTokens) : undefined;
}

/** What weighs how much, in doublings of size. */
const SPECIALIST = 2.5;
const BESIDE_PURPOSE = 0.75;
const SECOND_HAND = 0.25;
const UNCOMMON = 0.75;
const ONE_COMMAND = 0.15;

/** A base only goes on with a text, whatever it is wanted for; a specialist is no assistant for everything. */
function specialization(offer: Offer, entry: Entry, purpose: FitPurpose | undefined): number {
  if (continuesOnly(offer)) return SPECIALIST;
  return purpose === undefined && specialtyOf(entry, offer.edition) !== undefined ? SPECIALIST : 0;
}
const continuesOnly = ({ ollama }: Offer): boolean =>
  ollama !== undefined && /-text|base/i.test(`${ollama.model} ${ollama.note ?? ""}`);

/** Few programs run recurrent and diffusion models; and of what is second-hand or unreviewed less is certain. */
function doubtfulness({ architecture, secondary }: Offer, entry: Entry): number {
  const uncommon = architecture === "rwkv" || architecture === "other";
  const uncertain = secondary || entry.confidence === "secondary" || entry.unreviewed === true;
  return (uncommon ? UNCOMMON : 0) + (uncertain ? SECOND_HAND : 0);
}

const ease = ({ ollama }: Offer): number =>
  ollama === undefined ? 0 : ollama.official ? ONE_COMMAND : ONE_COMMAND / 2;

/** Makers write 128K for 131,072 and for 128,000 tokens. */
const ROUNDED = 0.95;
/** Every model has that much. */
const SURE_TOKENS = 4096;

/** Whether a model takes so long a text; where nobody says how long, only a short one. */
function reaches({ ollama, edition }: Offer, entry: Entry, tokens: number): boolean {
  const longest = ollama?.contextTokens ?? edition?.contextTokens ?? entry.contextTokens ?? SURE_TOKENS;
  return tokens * ROUNDED <= longest;
}

/**
 * What a narrower precision costs: nothing to speak of at 8 bits, little at 4, much below (llama.cpp's perplexities by
 * kind, https://github.com/ggml-org/llama.cpp/pull/1684).
 */
function precisionLoss(offer: Offer): number {
  const bits = bitsOf(offer);
  if (bits >= 7.5) return 0;
  if (bits >= 5) return 0.1;
  if (bits >= 3.8) return 0.25;
  return bits >= 3 ? 1 : 2.5;
}

/** A file whose kind is not stated is of four bits or so, unless it takes less memory than that. */
const USUAL_BITS = 4.5;

/** Bits per weight; of a file that does not name its kind, by the memory that it takes. */
export function bitsOf(offer: Offer): number {
  const { vramGb, parametersB } = offer;
  const named = bitsPerWeight(offer);
  if (named !== undefined || vramGb === undefined || parametersB === undefined) return named ?? USUAL_BITS;
  return Math.min(USUAL_BITS, ((vramGb - RUNTIME_GB) * 2 ** 30 * 8) / (parametersB * 1e9));
}

/** Less than a tenth of room to spare is a risk: a longer talk, or a desktop on the same card, and it does not fit. */
export const SAFE_MARGIN = 0.1;
const NO_ROOM = 2;
const tightness = (used: number): number => (NO_ROOM * Math.max(0, SAFE_MARGIN - (1 - used))) / SAFE_MARGIN;

/** GGUF alone is made to be split between graphics and main memory (llama.cpp's `--n-gpu-layers`, Ollama by itself). */
const SPLITTABLE: readonly Offer["precision"][] = ["gguf", "ggml"];

/** The best way that needs main memory too, of those that can do more than what fits without, and more than `least`. */
function bestPartial(list: readonly Fit[], machine: Machine, least: number): PartialFit[] {
  const total = totalGb(machine);
  const [whole] = best(list.filter(({ needGb }) => needGb <= total));
  const split = list
    .filter(({ needGb, offer }) => SPLITTABLE.includes(offer.precision) && needGb > total)
    .filter(({ needGb }) => needGb <= total + spareRamGb(machine))
    // What is beyond the cards is not tight: it has the main memory.
    .map((fit) => ({ ...fit, share: total / fit.needGb, score: fit.score + tightness(fit.needGb / total) }))
    .filter(({ score }) => score > Math.max(least, whole?.score ?? least))
    .map((fit) => ({ ...fit, score: fit.score - slowness(fit, total) }));
  return best(split).map((fit) => withOllama(fit, split));
}

/** Each token reads the weights in use once, and main memory gives them ten times slower: a doubling for each 1, 3, 7 GB. */
function slowness({ offer, needGb }: Fit, total: number): number {
  const { parametersB, activeParametersB } = offer;
  const used = parametersB === undefined || activeParametersB === undefined ? 1 : activeParametersB / parametersB;
  return Math.log2(1 + (needGb - total) * used);
}
