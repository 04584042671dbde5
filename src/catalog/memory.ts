import type { Quantization } from "./precision.ts";
import type { Architecture, Entry, Requirement, Variant, Weights } from "./schema.ts";

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
  const variants = entry.variants ?? [];
  const offers: Offer[] = [
    ...(entry.requirements ?? []).map((row) =>
      fromRequirement(
        entry,
        row,
        variants.find((item) => item.name === row.variant),
      ),
    ),
    ...variants.flatMap((item) => (item.requirements ?? []).map((row) => fromRequirement(entry, row, item))),
    ...variants.flatMap((item) => (item.weights ?? []).flatMap((file) => fromWeights(entry, file, item))),
    ...(entry.weights ?? []).flatMap((file) => fromWeights(entry, file)),
    ...(entry.quantizations ?? []).map((precision) => ({
      precision,
      architecture: entry.architecture,
      estimated: false,
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

/** The size that a name states: `LLaMA-7B (GPTQ)` → 7. */
function sizeInName(name: string): number | undefined {
  const stated = /(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)\s*B(?![A-Za-z0-9])/i.exec(name)?.[1];
  return stated === undefined ? undefined : Number(stated);
}

function fromRequirement(entry: Entry, row: Requirement, variant: Variant | undefined): Offer {
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
    stated: row.vramInferenceGb !== undefined || row.ramGb !== undefined,
  };
}

function fromWeights(entry: Entry, file: Weights, variant?: Variant): Offer[] {
  if (file.precision === undefined) return [];
  const size = variant?.parametersB ?? sizeInName(file.label);
  const offer = {
    precision: file.precision,
    architecture: variant?.architecture ?? entry.architecture,
    ...(file.quant !== undefined && { quant: file.quant }),
    ...(variant !== undefined && { variant: variant.name }),
    ...(size !== undefined && { parametersB: size }),
    estimated: false,
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
