import { everyRequirement, everyWeights, type OfEdition } from "./editions.ts";
import type { Quantization } from "./precision.ts";
import type { Architecture, Entry, Requirement, Weights } from "./schema.ts";
import { formatBillions, formatSize } from "./units.ts";

/** One way to run an entry: a variant at a precision, with the memory that its source states. */
export type Offer = Quantization & {
  variant?: string;
  /** Billions of parameters of that variant, where stated or part of its name. */
  parametersB?: number;
  architecture: Architecture | undefined;
  /** GB of graphics memory to run it, all cards together. Absent: not stated. */
  vramGb?: number;
  /** GB of main memory. Absent: not stated. */
  ramGb?: number;
  /** Tokens of context at which the memory was measured. */
  contextTokens?: number;
  /** Computed by the source, not measured. */
  estimated: boolean;
  /** Of a variant that is known from third parties only. */
  secondary: boolean;
  /** Weights can be downloaded or the project supports the precision, but says nothing of memory. */
  stated: boolean;
};

const offersByEntry = new WeakMap<Entry, Offer[]>();

/**
 * Every precision an entry can be had in, with stated memory where there is any. Reads requirements, weights and
 * supported quantisations; a mention without memory is dropped where the same precision of the same variant has one.
 */
export function offersOf(entry: Entry): Offer[] {
  const known = offersByEntry.get(entry);
  if (known) return known;
  const offers: Offer[] = [
    ...everyRequirement(entry).map((edition) => fromRequirement(entry, edition)),
    ...everyWeights(entry).flatMap((edition) => fromWeights(entry, edition)),
    ...(entry.quantizations ?? []).map((precision) => ({
      precision,
      architecture: entry.architecture,
      estimated: false,
      secondary: false,
      stated: false,
    })),
  ];
  const distinct = offers.filter((offer, index) => !offers.slice(0, index).some((earlier) => covers(earlier, offer)));
  offersByEntry.set(entry, distinct);
  return distinct;
}

/** Sizes in billions of parameters that an entry comes in, ascending. */
export function sizesOf(entry: Entry): number[] {
  const sizes = [entry.parametersB, ...(entry.variants ?? []).map((item) => item.parametersB)];
  return [...new Set(sizes.filter((size) => size !== undefined))].toSorted((a, b) => a - b);
}

/** All sizes of an entry: `7B / 13B`, a span from four on, `671B-A37B` for a single mixture of experts. */
export function sizeSummary(entry: Entry): string | undefined {
  const sizes = sizesOf(entry);
  const [only] = sizes;
  if (only === undefined) return undefined;
  if (sizes.length === 1) return formatSize(only, entry.activeParametersB);
  return sizes.length <= 3
    ? sizes.map(formatBillions).join(" / ")
    : `${formatBillions(only)}–${formatBillions(sizes.at(-1) ?? only)}`;
}

/** The size that a name states: `LLaMA-7B (GPTQ)` → 7. */
function sizeInName(name: string): number | undefined {
  const stated = /(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)\s*B(?![A-Za-z0-9])/i.exec(name)?.[1];
  return stated === undefined ? undefined : Number(stated);
}

function fromRequirement(entry: Entry, { row, variant }: OfEdition<Requirement>): Offer {
  const name = variant?.name ?? row.variant;
  const size = variant?.parametersB ?? (name === undefined ? undefined : sizeInName(name));
  return {
    precision: row.precision,
    architecture: variant?.architecture ?? entry.architecture,
    ...(row.quant !== undefined && { quant: row.quant }),
    ...(name !== undefined && { variant: name }),
    ...(size !== undefined && { parametersB: size }),
    ...(row.vramInferenceGb !== undefined && { vramGb: row.vramInferenceGb }),
    ...(row.ramGb !== undefined && { ramGb: row.ramGb }),
    ...(row.contextTokens !== undefined && { contextTokens: row.contextTokens }),
    estimated: row.estimated === true,
    secondary: variant?.confidence === "secondary",
    stated: row.vramInferenceGb !== undefined || row.ramGb !== undefined,
  };
}

function fromWeights(entry: Entry, { row: file, variant }: OfEdition<Weights>): Offer[] {
  if (file.precision === undefined) return [];
  const size = variant?.parametersB ?? sizeInName(file.label);
  const offer = {
    precision: file.precision,
    architecture: variant?.architecture ?? entry.architecture,
    ...(file.quant !== undefined && { quant: file.quant }),
    ...(variant !== undefined && { variant: variant.name }),
    ...(size !== undefined && { parametersB: size }),
    estimated: false,
    secondary: variant?.confidence === "secondary",
    stated: false,
  };
  return [offer];
}

function covers(earlier: Offer, later: Offer): boolean {
  if (later.stated || earlier.precision !== later.precision) return false;
  if (later.quant !== undefined && earlier.quant !== later.quant) return false;
  if (later.parametersB !== undefined && earlier.parametersB !== later.parametersB) return false;
  return later.variant === undefined || earlier.variant === later.variant;
}
