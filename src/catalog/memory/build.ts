import { memoByObject } from "#src/base/memo.ts";
import { editionOf } from "#src/catalog/entry/edition-match.ts";
import { everyOllamaModel } from "#src/catalog/entry/editions.ts";
import { attentionOf, embeddingsOf, modalitiesOf } from "#src/catalog/entry/of-variant.ts";
import type { Quantization } from "#src/catalog/entry/precision.ts";
import type { Architecture, Attention, Entry, OllamaModel, Variant } from "#src/catalog/entry/schema.ts";
import type { Build } from "./estimate.ts";
import { type CacheRange, cacheRangeOf, ggufCacheRange, spanOf, transformersCacheRange } from "./shapes.ts";
import { parametersByFile, parametersInFile, type WeightsBuild } from "./weights.ts";

/** What a build is made for: a precision of a variant. */
export type Subject = Quantization & {
  edition?: Variant;
  parametersB?: number;
  activeParametersB?: number;
  architecture: Architecture | undefined;
  /** Whether its GGUF file lets the latent form of MLA be kept, where that is known. */
  mla?: boolean;
};

/** What an estimate of a precision of a variant is made from; undefined where its size is not known. */
export function buildOf(entry: Entry, subject: Subject, statedFileGb?: number): Build | undefined {
  const { precision, quant, activeParametersB, architecture, edition } = subject;
  const fileGb = statedFileGb ?? fileOf(entry, subject);
  const nominal = subject.parametersB ?? (fileGb === undefined ? undefined : parametersByFile(subject, fileGb));
  if (nominal === undefined) return undefined;
  const released = edition?.released ?? entry.released;
  const weights: WeightsBuild = {
    precision,
    quant,
    parametersB: nominal,
    activeParametersB,
    architecture,
    embeddings: embeddingsOf(entry, edition),
    released,
    vision: modalitiesOf(entry, edition).includes("vision"),
  };
  const parametersB = storedParameters(entry, edition) ?? parametersByFiles(entry, edition, weights) ?? nominal;
  const outline = { parametersB: nominal, activeParametersB, architecture, released };
  const inFile = precision === "gguf" || precision === "ggml";
  const rangeOf = (attention: Attention | undefined): CacheRange =>
    inFile ? ggufCacheRange(attention, outline, subject.mla) : cacheRangeOf(attention, outline);
  const attention = attentionOf(entry, edition);
  const shapes = attention === undefined && edition === undefined ? shapesOfSize(entry, subject.parametersB) : [];
  const cache = shapes.length > 0 ? spanOf(shapes.map(rangeOf)) : rangeOf(attention);
  return { ...weights, parametersB, fileGb, cache, transformersCache: transformersCacheRange(attention) };
}

/** The shapes that a build of no variant in particular may have: those of all variants of its size, where all are stated. */
function shapesOfSize({ variants = [] }: Entry, parametersB: number | undefined): Attention[] {
  const alike = variants.filter((variant) => parametersB === undefined || variant.parametersB === parametersB);
  const stated = alike.flatMap(({ attention }) => attention ?? []);
  return stated.length === alike.length ? stated : [];
}

/** Of a field that variants and entries have: the variant's own, else the entry's where no variant states another. */
function fieldOf<Field extends "storedParametersB" | "fileGb">(
  entry: Entry,
  edition: Variant | undefined,
  field: Field,
) {
  if (edition === undefined || edition[field] !== undefined) return (edition ?? entry)[field];
  return entry.variants?.some((variant) => variant[field] !== undefined) ? undefined : entry[field];
}

const storedParameters = (entry: Entry, edition: Variant | undefined): number | undefined =>
  fieldOf(entry, edition, "storedParametersB");

/** Formats of the same width, of which the files of one tell the size of the other's. */
const TWINS: Partial<Record<Quantization["precision"], string>> = { bf16: "fp16", fp16: "bf16" };

/** GB (10⁹ bytes) of the files of a precision, where a variant or its entry states them. */
function fileOf(entry: Entry, { precision, quant, edition }: Subject): number | undefined {
  const sizes = fieldOf(entry, edition, "fileGb");
  return (
    sizes?.[quant === undefined ? precision : `${precision}:${quant.toLowerCase()}`] ?? sizes?.[TWINS[precision] ?? ""]
  );
}

/** Makers round what they count: `7B` is 6.7 to 7.7. What differs by more is another model, or has a part that is not counted. */
const ROUNDED = { least: 0.93, most: 1.13 };
/** In smaller models a k-quant falls back to wider kinds (Qwen2.5-0.5B), so that a file tells too much. */
const SMALLEST_B = 2.5;

/** Billions of parameters by the size of files whose format says how wide they are; undefined where there are none. */
function parametersByFiles(entry: Entry, edition: Variant | undefined, weights: WeightsBuild): number | undefined {
  const nominal = weights.parametersB;
  if (nominal < SMALLEST_B) return undefined;
  const files = [...statedFiles(entry, edition), ...(ollamaFiles(entry).get(edition) ?? [])];
  const counted = files
    .map(({ gb, ...quantization }) => parametersInFile({ ...weights, ...quantization }, gb))
    .filter((billions) => billions !== undefined)
    .filter((billions) => billions >= nominal * ROUNDED.least && billions <= nominal * ROUNDED.most);
  return counted[0];
}

type File = Quantization & { gb: number };

function statedFiles(entry: Entry, edition: Variant | undefined): File[] {
  const sizes = Object.entries(fieldOf(entry, edition, "fileGb") ?? {});
  return sizes.flatMap(([kind, gb]): File[] => {
    if (kind === "bf16" || kind === "fp16") return [{ precision: kind, quant: undefined, gb }];
    return kind.startsWith("gguf:") ? [{ precision: "gguf", quant: kind.slice("gguf:".length), gb }] : [];
  });
}

/** The files of an entry in Ollama by the variant that each is. */
const ollamaFiles = memoByObject((entry: Entry): Map<Variant | undefined, File[]> => {
  const files = new Map<Variant | undefined, File[]>();
  for (const { row, variant } of everyOllamaModel(entry)) {
    const { sizeGb: gb, exact, cloud } = row;
    const quant = ggufKindOf(row);
    if (gb === undefined || quant === undefined || !exact || cloud) continue;
    const edition = ollamaEdition(entry, variant, row).variant;
    files.set(edition, [...(files.get(edition) ?? []), { precision: "gguf", quant, gb }]);
  }
  return files;
});

/** The variant and size that a model in Ollama is: `qwen2.5:7b` says it in its tag. */
export const ollamaEdition = (entry: Entry, variant: Variant | undefined, { model }: OllamaModel) =>
  editionOf(entry, variant, model.replace(/[:/]/g, " "));

/** The kind of GGUF that a tag names, itself (`qwen3:8b-q4_K_M`) or in its note (`= 8b-q4_K_M`). */
export function ggufKindOf({ model, note = "" }: OllamaModel): string | undefined {
  const [kind] = /(?<![a-z0-9])(?:i?q\d(?:_[01]|_k(?:_[sml])?)|b?f16|fp16)(?![a-z0-9])/i.exec(`${model} ${note}`) ?? [];
  return kind?.toLowerCase().replace("fp16", "f16");
}
