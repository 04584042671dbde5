import { memoByObject } from "#src/base/memo.ts";
import { type Edition, editionOf, sizeInName } from "#src/catalog/entry/edition-match.ts";
import { everyOllamaModel, everyRequirement, everyWeights, type OfEdition } from "#src/catalog/entry/editions.ts";
import { modalitiesOf } from "#src/catalog/entry/of-variant.ts";
import type { Precision, Quantization } from "#src/catalog/entry/precision.ts";
import type { Architecture, Entry, OllamaModel, Requirement, Variant, Weights } from "#src/catalog/entry/schema.ts";
import { formatBillions, formatSize } from "#src/catalog/entry/units.ts";
import { attentionOf } from "./attention.ts";
import { type Build, cacheGbPerToken, ESTIMATE_TOKENS, estimateGb, parametersInFile } from "./estimate.ts";

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
  /** Tokens of context at which the memory was measured or is estimated. */
  contextTokens?: number;
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
  /** GB of graphics memory that each further token of context takes. */
  cacheGbPerToken?: number;
};

/** Whether its memory is our own estimate; what a source computed is a source's statement. */
export const isOurEstimate = ({ estimated, stated }: Offer): boolean => estimated && !stated;

/**
 * Every precision an entry can be had in: what its requirements state, its models in Ollama, its weights, and the
 * quantisations that the project supports. What no source measured is estimated (`estimateGb`) where the size is known; a
 * mention that tells nothing new is dropped.
 */
export const offersOf = memoByObject((entry: Entry): Offer[] => {
  const requirements = everyRequirement(entry).map((edition) => fromRequirement(entry, edition));
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

/** Tokens that figures without a sequence length were taken at: makers measure up to 2,048, most of them less. */
const MEASURED_TOKENS = 2048;

/** GB of graphics memory to run an offer with so much context; undefined where that is not known. */
export function memoryAt(offer: Offer, contextTokens: number): number | undefined {
  if (offer.vramGb === undefined) return undefined;
  const at = offer.contextTokens ?? MEASURED_TOKENS;
  const more = offer.stated ? Math.max(0, contextTokens - at) : contextTokens - at;
  if (more === 0) return offer.vramGb;
  return offer.cacheGbPerToken === undefined ? undefined : offer.vramGb + more * offer.cacheGbPerToken;
}

/** The offer that takes the least graphics memory: of those that a source states, else of the estimated. */
export function leastMemory(entry: Entry): Offer | undefined {
  const known = offersOf(entry).filter(({ vramGb }) => vramGb !== undefined);
  const stated = known.filter((offer) => offer.stated);
  const byMemory = (stated.length > 0 ? stated : known).toSorted((a, b) => (a.vramGb ?? 0) - (b.vramGb ?? 0));
  return byMemory[0];
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

/** What is known of how the weights lie: the label beside them, and the size of their files in GB (10⁹ bytes). */
type Files = { label: string; fileGb: number | undefined };

/** What an estimate of an offer is made from; undefined where its size is not known. */
export function buildOf(entry: Entry, offer: Offer, { fileGb }: Files): Build | undefined {
  const { precision, quant, activeParametersB, architecture, edition } = offer;
  const parametersB = offer.parametersB ?? (fileGb === undefined ? undefined : parametersInFile(offer, fileGb));
  if (parametersB === undefined) return undefined;
  const released = edition?.released ?? entry.released;
  const baseModel = edition?.baseModel ?? entry.baseModel;
  return {
    precision,
    quant,
    parametersB,
    activeParametersB,
    fileGb,
    vision: modalitiesOf(entry, edition).includes("vision"),
    attention: attentionOf({ id: entry.id, baseModel, architecture, parametersB, released }),
  };
}

const cacheOf = (build: Build | undefined): Pick<Offer, "cacheGbPerToken"> =>
  build === undefined ? {} : { cacheGbPerToken: cacheGbPerToken(build) };

/** The offer with our estimate of its memory, at 4,096 tokens or the model's own limit; as it is where none is possible. */
function withEstimate(entry: Entry, offer: Offer, files: Files): Offer {
  const build = buildOf(entry, offer, files);
  if (build === undefined) return offer;
  const contextTokens = Math.min(
    ESTIMATE_TOKENS,
    offer.edition?.contextTokens ?? entry.contextTokens ?? ESTIMATE_TOKENS,
  );
  const gb = estimateGb(build, contextTokens);
  if (gb === undefined) return offer;
  // MLX runs on Apple's chips alone, whose memory is main memory too.
  const memory = offer.precision === "mlx" ? { ramGb: roundUp(gb) } : { vramGb: roundUp(gb) };
  return { ...offer, ...memory, contextTokens, estimated: true, ...cacheOf(build) };
}

/** To a tenth, from 100 GB on to a whole; up, because too little memory is the worse mistake. */
const roundUp = (gb: number): number => (gb < 100 ? Math.ceil(gb * 10) / 10 : Math.ceil(gb));

function fromRequirement(entry: Entry, { row, variant }: OfEdition<Requirement>): Offer {
  const { vramInferenceGb: vramGb, ramGb, contextTokens, fileGb } = row;
  const mention = mentionOf(
    entry,
    row,
    variant === undefined ? foreignEdition(entry, row) : editionOf(entry, variant, ""),
  );
  const offer = row.variant === undefined ? mention : { variant: row.variant, ...mention };
  const files = { label: row.variant ?? "", fileGb };
  if (vramGb === undefined && ramGb === undefined)
    return fileGb === undefined ? offer : withEstimate(entry, offer, files);
  return {
    ...offer,
    ...(vramGb !== undefined && { vramGb }),
    ...(ramGb !== undefined && { ramGb }),
    ...(contextTokens !== undefined && { contextTokens }),
    estimated: row.estimated === true,
    stated: true,
    ...cacheOf(buildOf(entry, offer, files)),
  };
}

/** A row may name a size that is none of the catalog's variants; then that name says all that is known. */
function foreignEdition(entry: Entry, { variant }: Requirement): Edition {
  if (variant === undefined) return editionOf(entry, undefined, "");
  const parametersB = sizeInName(variant);
  return parametersB === undefined ? {} : { parametersB };
}

function fromWeights(entry: Entry, { row, variant }: OfEdition<Weights>): Offer[] {
  const { precision, quant, label } = row;
  if (precision === undefined) return [];
  const offer = mentionOf(entry, { precision, quant }, editionOf(entry, variant, label));
  return [withEstimate(entry, offer, { label, fileGb: undefined })];
}

/** A project that supports a precision supports it for every size; only where there is one is it clear which. */
function fromSupport(entry: Entry, precision: Precision): Offer {
  const offer = mentionOf(entry, { precision }, editionOf(entry, undefined, ""));
  return withEstimate(entry, offer, { label: "", fileGb: undefined });
}

/** What Ollama serves are GGUF files; stand-ins are other models, and models of its cloud take no memory here. */
function fromOllama(entry: Entry, { row, variant }: OfEdition<OllamaModel>): Offer[] {
  if (!row.exact || row.cloud) return [];
  const offer = mentionOf(
    entry,
    { precision: "gguf", quant: kindOf(row) },
    editionOf(entry, variant, row.model.replace(/[:/]/g, " ")),
  );
  return [{ ...withEstimate(entry, offer, { label: row.model, fileGb: row.sizeGb }), ollama: row }];
}

/** The kind of GGUF that a tag names, itself (`qwen3:8b-q4_K_M`) or in its note (`= 8b-q4_K_M`). */
function kindOf({ model, note = "" }: OllamaModel): string | undefined {
  const [kind] = /(?<![a-z0-9])(?:i?q\d(?:_[01]|_k(?:_[sml])?)|b?f16|fp16)(?![a-z0-9])/i.exec(`${model} ${note}`) ?? [];
  return kind?.toLowerCase().replace("fp16", "f16");
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
