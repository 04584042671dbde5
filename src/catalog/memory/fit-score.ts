import { licenseOf } from "#src/catalog/entry/of-variant.ts";
import { bitsPerWeight } from "#src/catalog/entry/precision.ts";
import type { FitPurpose } from "#src/catalog/entry/purposes.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Suitability, specialtyOf } from "#src/catalog/entry/suitability.ts";
import { capabilityOf } from "./capability.ts";
import { RUNTIME_GB } from "./engines.ts";
import type { Offer } from "./offers.ts";

/** What a way to run an entry is judged by besides the offer itself. */
export type Judged = {
  offer: Offer;
  entry: Entry;
  purpose: FitPurpose | undefined;
  /** How well it suits the purpose; undefined without one. */
  suits: Suitability | undefined;
  /** The share of the machine's graphics memory that it takes. */
  used: number;
};

/** What weighs how much, in doublings of size. */
const SPECIALIST = 2.5;
const BESIDE_PURPOSE = 0.5;
const SECOND_HAND = 0.5;
const UNCLEAR_LICENSE = 0.25;
const UNCOMMON = 0.75;
const ONE_COMMAND = 0.15;

/** What it can do, less what speaks against it, in doublings of size (`capabilityOf`). */
export function scoreOf({ offer, entry, purpose, suits = 0, used }: Judged): number {
  const drawbacks =
    precisionLoss(offer) +
    tightness(used) +
    specialization(offer, entry, purpose) +
    suits * BESIDE_PURPOSE +
    doubtfulness(offer, entry);
  return capabilityOf(offer, entry) - drawbacks + ease(offer);
}

/** A base only goes on with a text, whatever it is wanted for; a specialist is no assistant for everything. */
function specialization(offer: Offer, entry: Entry, purpose: FitPurpose | undefined): number {
  if (continuesOnly(offer)) return SPECIALIST;
  return purpose === undefined && specialtyOf(entry, offer.edition) !== undefined ? SPECIALIST : 0;
}

/** Ollama marks base models in the tag. */
export const continuesOnly = ({ ollama }: Offer): boolean =>
  ollama !== undefined && /-text|base/i.test(`${ollama.model} ${ollama.note ?? ""}`);

/**
 * Few programs run recurrent and diffusion models; of what is second-hand or unreviewed less is certain; and what nobody
 * says the terms of is of less use.
 */
function doubtfulness({ architecture, secondary, edition }: Offer, entry: Entry): number {
  const uncommon = architecture === "rwkv" || architecture === "other";
  const uncertain = secondary || entry.confidence === "secondary" || entry.unreviewed === true;
  const unclear = licenseOf(entry, edition).commercial === "unknown";
  return (uncommon ? UNCOMMON : 0) + (uncertain ? SECOND_HAND : 0) + (unclear ? UNCLEAR_LICENSE : 0);
}

const ease = ({ ollama }: Offer): number =>
  ollama === undefined ? 0 : ollama.official ? ONE_COMMAND : ONE_COMMAND / 2;

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
export const tightness = (used: number): number => (NO_ROOM * Math.max(0, SAFE_MARGIN - (1 - used))) / SAFE_MARGIN;
