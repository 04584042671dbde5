import type { Entry, License } from "#src/catalog/entry/schema.ts";
import { splits, usableShare } from "./engines.ts";
import { ESTIMATE_TOKENS } from "./estimate.ts";
import { continuesOnly, tightness } from "./fit-score.ts";
import { type Machine, spareRamGb, totalGb } from "./machine.ts";
import type { Offer } from "./offers.ts";
import { speedLimit } from "./speed.ts";
import { type Fit, type FitRequest, wayAt, waysOf } from "./ways.ts";
import { activeOf } from "./weights.ts";

/** A fit of which a part of the layers, with their part of the cache, lies in main memory, where they run much slower. */
export type PartialFit = Fit & {
  /** Share of the model in graphics memory, 0 to 1. */
  share: number;
  /** GB that lie in main memory. */
  inRamGb: number;
};

export type FitResult = {
  /** The best that fits of each entry, best first. */
  fits: Fit[];
  /** Of the entries of which nothing fits for sure: the best that takes no more than the cards are sold with, best first. */
  borderline: Fit[];
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

/** GB of a machine's graphics memory that an engine can count on. */
const roomGb = (machine: Machine, engine: Fit["engine"]): number => totalGb(machine) * usableShare(engine);

/** What runs on a machine, an entry once, in the order that serves a person best. Never more than the machine holds. */
export function findFits(entries: readonly Entry[], request: FitRequest): FitResult {
  const { machine } = request;
  const ways = entries.map((entry) => waysOf(entry, request));
  const allowed = request.commercial ? ways.map((list) => list.filter(({ license }) => permits(license))) : ways;
  const fits = allowed.flatMap((list) => bestOf(list, request)).toSorted(byScore);
  // What can do less than the first that fit as a whole would be slow for nothing.
  const least = fits[FITS_BEFORE_PARTIAL - 1]?.score ?? Number.NEGATIVE_INFINITY;
  const partial = allowed
    .flatMap((list) => bestPartial(list, request, least))
    .toSorted(byScore)
    .slice(0, MOST_PARTIAL);
  const borderline = allowed.flatMap((list) => bestBorderline(list, machine));
  const split = new Set(partial.map(({ entry }) => entry));
  const nearest = fits.length + borderline.length + partial.length > 0 ? [] : allowed.flatMap(smallest);
  return {
    fits,
    borderline: borderline.filter(({ entry }) => !split.has(entry)).toSorted(byScore),
    partial,
    nearest: nearest.toSorted((a, b) => a.needGb - b.needGb || byScore(a, b)).slice(0, NEAREST),
    excluded: request.commercial ? excludedFrom(ways, machine) : { no: 0, unknown: 0 },
  };
}

const fitsOn =
  (machine: Machine) =>
  ({ needGb, engine }: Pick<Fit, "needGb" | "engine">): boolean =>
    needGb <= roomGb(machine, engine);

const byScore = (a: Fit, b: Fit): number =>
  b.score - a.score || a.needGb - b.needGb || (a.entry.id < b.entry.id ? -1 : 1);
const best = <Way extends Fit>(list: readonly Way[]): Way[] => list.toSorted(byScore).slice(0, 1);
const smallest = (list: readonly Fit[]): Fit[] => list.toSorted((a, b) => a.needGb - b.needGb).slice(0, 1);

/** The best way that fits, with the larger variant and the model in Ollama that fit too. */
function bestOf(list: readonly Fit[], request: FitRequest): Fit[] {
  const fitting = list.filter(fitsOn(request.machine));
  return best(fitting).map((fit) => {
    const larger = largerThan(fit, list, request);
    return withOllama(larger === undefined ? fit : { ...fit, larger }, fitting);
  });
}

/** The best way of an entry that takes all that the machine has, where none takes less. */
function bestBorderline(list: readonly Fit[], machine: Machine): Fit[] {
  if (list.some(fitsOn(machine))) return [];
  const close = list.filter(({ needGb }) => needGb <= totalGb(machine));
  return best(close).map((fit) => withOllama({ ...fit, borderline: true }, close));
}

/** So much more parameters make a variant another size. */
const ANOTHER_SIZE = 1.15;

/** The largest variant that fits too: with the same context, else with half of it, a quarter, down to 4,096 tokens. */
function largerThan(fit: Fit, list: readonly Fit[], request: FitRequest): Fit["larger"] {
  const size = fit.offer.parametersB;
  const larger = list
    .filter(
      ({ offer }) => size !== undefined && (offer.parametersB ?? 0) > size * ANOTHER_SIZE && !continuesOnly(offer),
    )
    .toSorted((a, b) => (b.offer.parametersB ?? 0) - (a.offer.parametersB ?? 0) || byScore(a, b));
  for (const { entry, offer, contextTokens } of larger) {
    for (
      let tokens = contextTokens;
      tokens >= Math.min(ESTIMATE_TOKENS, contextTokens);
      tokens = Math.floor(tokens / 2)
    ) {
      const [way] = wayAt(entry, offer, request, tokens);
      if (way !== undefined && fitsOn(request.machine)(way))
        return { offer, needGb: way.needGb, contextTokens: tokens };
    }
  }
  return undefined;
}

function withOllama<Way extends Fit>(fit: Way, others: readonly Fit[]): Way {
  const inOllama = others.filter(({ offer }) => offer.ollama !== undefined && !continuesOnly(offer));
  const [way] = best(inOllama.filter(({ offer }) => offer.edition === fit.offer.edition));
  const { offer, needGb } = fit.offer.ollama === undefined ? (way ?? best(inOllama)[0] ?? fit) : fit;
  return offer.ollama === undefined ? fit : { ...fit, ollama: { model: offer.ollama.model, offer, needGb } };
}

const PERMITTING: readonly License["commercial"][] = ["yes", "conditional", "registration"];
const permits = ({ commercial }: License): boolean => PERMITTING.includes(commercial);

function excludedFrom(ways: readonly (readonly Fit[])[], machine: Machine): FitResult["excluded"] {
  const holding = ways.map((list) => list.filter(fitsOn(machine)));
  const barred = holding.filter((list) => list.length > 0 && !list.some(({ license }) => permits(license)));
  const no = barred.filter((list) => list.every(({ license }) => license.commercial === "no")).length;
  return { no, unknown: barred.length - no };
}

/** The best way that needs main memory too, of those that can do more than what fits without, and more than `least`. */
function bestPartial(list: readonly Fit[], { machine, cacheKind }: FitRequest, least: number): PartialFit[] {
  const total = totalGb(machine);
  const [whole] = best(list.filter(fitsOn(machine)));
  const split = list
    .map((fit) => ({ fit, room: roomGb(machine, fit.engine) }))
    .filter(
      ({ fit: { engine, needGb }, room }) => splits(engine) && needGb > room && needGb <= room + spareRamGb(machine),
    )
    // What is beyond the cards is not tight: it has the main memory.
    .map(({ fit, room }) => ({ ...fit, room, score: fit.score + tightness(fit.needGb / total) }))
    .filter(({ score }) => score > Math.max(least, whole?.score ?? least))
    .map(({ room, ...fit }): PartialFit => {
      const { offer, needGb, contextTokens: tokens } = fit;
      const share = room / needGb;
      const inRamGb = needGb - room;
      const tokensPerSecond = speedLimit(offer, machine, { tokens, cacheKind, share });
      return { ...fit, share, inRamGb, tokensPerSecond, score: fit.score - slowness(offer, inRamGb) };
    });
  return best(split).map((fit) => withOllama(fit, split));
}

/** Each token reads the weights in use once, and main memory gives them ten times slower: a doubling for each 1, 3, 7 GB. */
function slowness({ build }: Offer, inRamGb: number): number {
  const used = build === undefined ? 1 : activeOf(build) / build.parametersB;
  return Math.log2(1 + inRamGb * used);
}
