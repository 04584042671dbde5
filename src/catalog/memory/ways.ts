import { licenseOf } from "#src/catalog/entry/of-variant.ts";
import type { FitPurpose } from "#src/catalog/entry/purposes.ts";
import type { Engine, Entry, License } from "#src/catalog/entry/schema.ts";
import { suitability } from "#src/catalog/entry/suitability.ts";
import { type AskedContext, offersAt } from "./at-context.ts";
import type { CacheKind } from "./cache.ts";
import { perCardGb } from "./engines.ts";
import { scoreOf } from "./fit-score.ts";
import { type Machine, totalGb } from "./machine.ts";
import { type Need, needAt } from "./need.ts";
import type { Offer } from "./offers.ts";
import { speedLimit } from "./speed.ts";

/** What a person wants to run, and on what. */
export type FitRequest = {
  machine: Machine;
  /** Tokens of context to make room for, or as much as each model has; absent: 4,096. */
  contextTokens?: AskedContext | undefined;
  /** How keys and values are stored, where the engine can; absent: in 16 bits. */
  cacheKind?: CacheKind | undefined;
  purpose?: FitPurpose | undefined;
  /** Only what may be used commercially, with whatever conditions. */
  commercial: boolean;
};

/** One way to run an entry on a machine. */
export type Fit = {
  entry: Entry;
  offer: Offer;
  /** GB of graphics memory that it takes; of a range its upper end. */
  needGb: number;
  /** The lower end of the range; the same where it is none. */
  leastGb: number;
  basis: Need["basis"];
  engine: Engine;
  /** Tokens of context that this makes room for. */
  contextTokens: number;
  license: License;
  /** It takes more of the machine than its engine can count on: it may fit or not. */
  borderline?: true;
  /** Tokens a second at most; absent where the cards or the active part are not known. */
  tokensPerSecond?: number | undefined;
  /** The easiest way to it: a model in Ollama that fits too, of the same variant if there is one. */
  ollama?: { model: string; offer: Offer; needGb: number };
  /** A larger variant that fits too, at a narrower precision or a shorter context than would be best. */
  larger?: { offer: Offer; needGb: number; contextTokens: number };
  /** The order: what it can do, less what speaks against it. In doublings, see `capabilityOf`. */
  score: number;
};

/** Every way to run an entry that answers the purpose and has the context, whatever it takes. */
export function waysOf(entry: Entry, request: FitRequest): Fit[] {
  return offersAt(entry, request.contextTokens)
    .filter(({ offer }) => runsOn(offer, request.machine))
    .flatMap(({ offer, tokens }) => wayAt(entry, offer, request, tokens));
}

/** A way to run an offer with so much context; none where it does not serve the purpose, or nobody knows what it takes. */
export function wayAt(entry: Entry, offer: Offer, request: FitRequest, tokens: number): Fit[] {
  const { machine, purpose, cacheKind } = request;
  const suits = purpose && suitability(purpose, entry, offer.edition);
  const need = needAt(offer, tokens, cacheKind);
  if (need === undefined || (purpose !== undefined && suits === undefined)) return [];
  const needGb = spreadGb(need.high, need.engine, machine);
  return [
    {
      entry,
      offer,
      needGb,
      leastGb: spreadGb(need.low, need.engine, machine),
      basis: need.basis,
      engine: need.engine,
      contextTokens: tokens,
      license: licenseOf(entry, offer.edition),
      tokensPerSecond: speedLimit(offer, machine, { tokens, cacheKind }),
      score: scoreOf({ offer, entry, purpose, suits, used: needGb / totalGb(machine) }),
    },
  ];
}

/** GB that a model takes of a machine: spread over several cards, the program takes its part of each. */
const spreadGb = (gb: number, engine: Engine, { cards, cardGb }: Machine): number =>
  gb <= cardGb ? gb : gb + (cards - 1) * perCardGb(engine);

/** What every program for unified memory runs: the other formats are made for CUDA alone. */
const ON_UNIFIED: readonly Offer["precision"][] = ["gguf", "ggml", "mlx", "bf16", "fp16"];

/** MLX needs unified memory, and unified memory suits few other formats. */
const runsOn = ({ precision, vramGb, ramGb }: Offer, { unified }: Machine): boolean =>
  unified ? ON_UNIFIED.includes(precision) : precision !== "mlx" && (vramGb !== undefined || ramGb === undefined);
