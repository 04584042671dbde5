import { memoByObject } from "#src/base/memo.ts";
import { type Edition, editionOf, sizeInName } from "#src/catalog/entry/edition-match.ts";
import { everyOllamaModel, everyRequirement, everyWeights, type OfEdition } from "#src/catalog/entry/editions.ts";
import { contextOf } from "#src/catalog/entry/of-variant.ts";
import type { Precision, Quantization } from "#src/catalog/entry/precision.ts";
import type {
  Architecture,
  Engine,
  Entry,
  OllamaModel,
  Requirement,
  Variant,
  Weights,
} from "#src/catalog/entry/schema.ts";
import { formatBillions, formatSize } from "#src/catalog/entry/units.ts";
import { buildOf, ggufKindOf, ollamaEdition } from "./build.ts";
import { usualEngine } from "./engines.ts";
import { type Build, ESTIMATE_TOKENS, estimateGb, weightsGb } from "./estimate.ts";
import { isMixed } from "./weights.ts";

/** Tokens that figures without a sequence length were taken at: makers measure up to 2,048, most of them less. */
export const MEASURED_TOKENS = 2048;

/** A figure of a source: GB with so much context. */
export type Measurement = { gb: number; tokens: number | undefined };

/** One way to run an entry: a variant at a precision, with the memory that it takes. */
export type Offer = Quantization & {
  variant?: string;
  /** Billions of parameters of that variant, where stated or part of its name. */
  parametersB?: number;
  /** Billions of parameters used for one token, of a mixture of experts. */
  activeParametersB?: number;
  architecture: Architecture | undefined;
  /** GB of graphics memory to run it, all cards together. Absent: not stated, and not to be estimated. */
  vramGb?: number;
  /** GB of main or unified memory. Absent: not stated. */
  ramGb?: number;
  /** GB that our estimate may come down to, where it is a range; the memory above is its upper end. */
  leastGb?: number;
  /** Tokens of context at which the memory was measured or is estimated. */
  contextTokens?: number;
  /** The program that the memory was measured with or is estimated for. Absent: the source does not say. */
  engine?: Engine;
  /** What a source measured, with its context; the memory above is the least of it. */
  measurements?: Measurement[];
  /** Computed, not measured: by the source where the memory is stated, else by us. */
  estimated: boolean;
  /** The variant is known from third parties only. */
  secondary: boolean;
  /** A source states the memory. Where not, `vramGb` is our estimate. */
  stated: boolean;
  /** The catalog's variant, where the offer belongs to one. */
  edition?: Variant;
  /** The model in Ollama that it is, exact and run locally. */
  ollama?: OllamaModel;
  /** Whether its GGUF file lets the latent form of MLA be kept, where that is known. */
  mla?: boolean;
  /** What its memory at another context is computed from, where its size is known. */
  build?: Build;
};

/** Whether its memory is our own estimate; what a source computed is a source's statement. */
export const isOurEstimate = ({ estimated, stated }: Offer): boolean => estimated && !stated;

/**
 * Every precision an entry can be had in: what its requirements state, its models in Ollama, its weights, and the
 * quantisations that the project supports. What no source measured is estimated (`estimateGb`) where the size is known; a
 * mention that tells nothing new is dropped.
 */
export const offersOf = memoByObject((entry: Entry): Offer[] => {
  const requirements = mergeMeasurements(everyRequirement(entry).map((edition) => fromRequirement(entry, edition)));
  const offers = [
    ...requirements.filter(({ stated }) => stated),
    ...requirements.filter(({ stated, estimated }) => !stated && estimated),
    ...everyOllamaModel(entry).flatMap((edition) => fromOllama(entry, edition)),
    ...everyWeights(entry).flatMap((edition) => fromWeights(entry, edition)),
    ...(entry.quantizations ?? []).map((precision) => fromSupport(entry, precision)),
    ...requirements.filter(({ stated, estimated }) => !stated && !estimated),
  ];
  return offers.filter((offer, index) => !offers.slice(0, index).some((earlier) => covers(earlier, offer)));
});

/**
 * The offer that takes the least graphics memory of all, stated or estimated: of the given variants where some have a
 * known memory, else of every variant.
 */
export function leastMemory(entry: Entry, variants: readonly Variant[] = []): Offer | undefined {
  const known = offersOf(entry).filter(({ vramGb }) => vramGb !== undefined);
  const meant = known.filter(({ edition }) => edition !== undefined && variants.includes(edition));
  return (meant.length > 0 ? meant : known).toSorted((a, b) => (a.vramGb ?? 0) - (b.vramGb ?? 0))[0];
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

/** An offer of which nothing is known but that it exists. */
function mentionOf(entry: Entry, { precision, quant }: Quantization, { variant, parametersB }: Edition): Offer {
  const activeParametersB = variant === undefined ? entry.activeParametersB : variant.activeParametersB;
  return {
    precision,
    ...(quant !== undefined && { quant }),
    ...(variant !== undefined && { variant: variant.name, edition: variant }),
    ...(parametersB !== undefined && { parametersB }),
    ...(activeParametersB !== undefined && { activeParametersB }),
    architecture: variant?.architecture ?? entry.architecture,
    estimated: false,
    secondary: variant?.confidence === "secondary",
    stated: false,
  };
}

/** The offer with our estimate of its memory, at 4,096 tokens or the model's own limit; as it is where none is possible. */
function withEstimate(entry: Entry, offer: Offer, fileGb?: number): Offer {
  const build = buildOf(entry, offer, fileGb);
  if (build === undefined) return offer;
  const ownTokens = contextOf(entry, offer.edition) ?? ESTIMATE_TOKENS;
  const contextTokens = Math.min(ESTIMATE_TOKENS, ownTokens);
  const usual = usualEngine(offer, offer.ollama !== undefined);
  // Nobody runs MLA without its small cache for long.
  const engine = usual === "transformers" && build.transformersCache !== undefined ? "vllm" : usual;
  const range = estimateGb(build, { engine, tokens: contextTokens });
  if (range === undefined) return offer;
  const [least, most] = [roundUp(range.low), roundUp(range.high)];
  // MLX runs on Apple's chips alone, whose memory is main memory too.
  const memory = offer.precision === "mlx" ? { ramGb: most } : { vramGb: most };
  const between = least < most * (1 - EXACT) ? { leastGb: least } : {};
  return { ...offer, ...memory, ...between, contextTokens, engine, estimated: true, build };
}

/** Ends of a range that are as near as this are one figure. */
const EXACT = 0.03;

/** To a tenth, from 100 GB on to a whole; up, because too little memory is the worse mistake. */
const roundUp = (gb: number): number => (gb < 100 ? Math.ceil(gb * 10) / 10 : Math.ceil(gb));

function fromRequirement(entry: Entry, { row, variant }: OfEdition<Requirement>): Offer {
  const { vramInferenceGb: vramGb, ramGb, contextTokens, engine, fileGb } = row;
  const mention = mentionOf(
    entry,
    row,
    variant === undefined ? foreignEdition(entry, row) : editionOf(entry, variant, ""),
  );
  const offer = row.variant === undefined ? mention : { variant: row.variant, ...mention };
  // What was measured with a narrower cache says nothing of the usual one.
  if (row.cacheKind !== undefined) return withEstimate(entry, offer, fileGb);
  if (vramGb === undefined && ramGb === undefined)
    return fileGb === undefined ? offer : withEstimate(entry, offer, fileGb);
  const build = buildOf(entry, offer, fileGb);
  if (build !== undefined && vramGb !== undefined && !isPlausible(offer, build, row, vramGb))
    return withEstimate(entry, offer, fileGb);
  return {
    ...offer,
    ...(vramGb !== undefined && { vramGb, measurements: [{ gb: vramGb, tokens: contextTokens }] }),
    ...(ramGb !== undefined && { ramGb }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(engine !== undefined && { engine }),
    ...(build !== undefined && { build }),
    estimated: row.estimated === true,
    stated: true,
  };
}

/** Sources round, and count GB in either way: what is less than the weights by more than that cannot be. */
const LEAST_OF = { files: 0.9, computed: 0.7 };
/**
 * What a source computed is a rule of thumb (vLLM's recipes: parameters × 1.2) or the sum of the cards that it recommends:
 * where the cache and the size of the weights are known, it is not taken, and otherwise not beyond these. Of files whose
 * width varies by the model only what is too little cannot be.
 */
const LEAST_COMPUTED = 0.85;
const MOST_COMPUTED = 1.25;

/** Whether a source's figure can be: not less than the weights, and where it computed it, no worse than what we do. */
function isPlausible(offer: Offer, build: Build, { estimated, contextTokens }: Requirement, vramGb: number): boolean {
  const least = build.fileGb === undefined ? LEAST_OF.computed : LEAST_OF.files;
  if (vramGb < (weightsGb(build) ?? 0) * least) return false;
  // Files in these formats differ too much in how wide they really are.
  if (!estimated || FILE_FORMATS.includes(offer.precision)) return true;
  const tokens = contextTokens ?? MEASURED_TOKENS;
  const ours = estimateGb(build, { engine: usualEngine(offer, false), tokens });
  if (ours === undefined) return true;
  if (isMixed(build)) return vramGb >= ours.low * LEAST_COMPUTED;
  if (isExact(build)) return false;
  return vramGb >= ours.low * LEAST_COMPUTED && vramGb <= ours.high * MOST_COMPUTED;
}

/** Whether nothing of a build is a guess: its cache is counted, and the width of its weights is one for all, or their size known. */
const isExact = ({ cache, fileGb, precision }: Build): boolean =>
  cache.least === cache.most && (fileGb !== undefined || UNIFORM.includes(precision));
const UNIFORM: readonly Precision[] = ["fp32", "bf16", "fp16", "fp8", "int8"];
const FILE_FORMATS: readonly Precision[] = ["gguf", "ggml", "exl2", "mlx"];

/** What a source measured of one thing with several contexts is one offer, with the memory of the least. */
function mergeMeasurements(offers: readonly Offer[]): Offer[] {
  const merged = new Map<string, Offer>();
  for (const [at, offer] of offers.entries()) {
    const { variant = "", precision, quant = "", engine = "", estimated, vramGb } = offer;
    const key = vramGb === undefined ? String(at) : [variant, precision, quant, engine, estimated].join("\u0000");
    const other = merged.get(key);
    const measurements = [...(other?.measurements ?? []), ...(offer.measurements ?? [])];
    const least = other?.vramGb === undefined || (vramGb ?? 0) < other.vramGb ? offer : other;
    merged.set(key, other === undefined ? offer : { ...least, measurements });
  }
  return [...merged.values()];
}

/** A row may name a size that is none of the catalog's variants; then that name says all that is known. */
function foreignEdition(entry: Entry, { variant }: Requirement): Edition {
  if (variant === undefined) return editionOf(entry, undefined, "");
  const parametersB = sizeInName(variant);
  return parametersB === undefined ? {} : { parametersB };
}

/** Weights of a part that is no model by itself, such as the tokenizer of sounds. */
const PART = /tokenizer|vocoder|codec/i;

function fromWeights(entry: Entry, { row, variant }: OfEdition<Weights>): Offer[] {
  const { precision, quant, label, mla } = row;
  if (precision === undefined || PART.test(label)) return [];
  const offer = mentionOf(entry, { precision, quant }, editionOf(entry, variant, label));
  return [withEstimate(entry, { ...offer, ...(mla !== undefined && { mla }) })];
}

/** A project that supports a precision supports it for every size; only where there is one is it clear which. */
function fromSupport(entry: Entry, precision: Precision): Offer {
  const offer = mentionOf(entry, { precision }, editionOf(entry, undefined, ""));
  return withEstimate(entry, offer);
}

/** What Ollama serves are GGUF files; stand-ins are other models, and models of its cloud take no memory here. */
function fromOllama(entry: Entry, { row, variant }: OfEdition<OllamaModel>): Offer[] {
  if (!row.exact || row.cloud) return [];
  const edition = ollamaEdition(entry, variant, row);
  const offer = mentionOf(entry, { precision: "gguf", quant: ggufKindOf(row) }, edition);
  const { mla } = row;
  return [withEstimate(entry, { ...offer, ollama: row, ...(mla !== undefined && { mla }) }, row.sizeGb)];
}

/**
 * Whether an offer says all that a later one says: the same of the same variant, with its memory if either has any. What
 * a source measured of a size stands for every variant of it that the catalog does not tell apart.
 */
function covers(earlier: Offer, later: Offer): boolean {
  if (later.stated || later.ollama !== undefined || earlier.precision !== later.precision) return false;
  if (earlier.vramGb === undefined && later.vramGb !== undefined) return false;
  if (later.quant !== undefined && earlier.quant !== later.quant) return false;
  if (later.parametersB !== undefined && earlier.parametersB !== later.parametersB) return false;
  if (later.edition === undefined) return later.variant === undefined || later.variant === earlier.variant;
  return earlier.edition === later.edition || (earlier.stated && earlier.edition === undefined);
}
