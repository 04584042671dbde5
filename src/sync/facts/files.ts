import type { Quantization } from "#src/catalog/entry/precision.ts";
import { gigabytes } from "#src/catalog/entry/value-schemas.ts";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";

type File = ModelFacts["files"][number];

/** A kind of llama.cpp's quantisation in a file's name. */
const KIND =
  /(?:^|[-_./])(?<kind>(?:i?q\d(?:_[a-z0-9]{1,2}){0,3}|tq\d_\d|mxfp4(?:_moe)?|bf16|fp?16|fp?32))(?=[-_./]|$)/i;
const SHARD = /^(?<stem>.*?)[-.](?<index>\d{5})-of-(?<count>\d{5})(?=\.)/;
/** Vision towers and draft heads of GGUF models come as files of their own. */
const BESIDE = /mmproj|imatrix|mtp|eagle|draft/i;
/** Copies in the maker's own form, and what training leaves behind. */
const NO_WEIGHTS =
  /(?:^|\/)(?:original|optimizer|checkpoint|onnx|openvino|runs?)[^/]*\/|consolidated|optimizer|adapter_|training_args|scheduler|rng_state/i;

/** `model.fp16.safetensors` beside `model.safetensors`: the same weights twice. */
const FORM = /[-_.](?:fp16|bf16|fp32|fp8|int8|int4)[-_.]/i;

/**
 * GB (10^9 bytes) of the weight files, keyed as the catalog's `fileGb` (`bf16`, `gguf:q4_k_m`); undefined where a size is
 * not known, a shard is missing, or it is not clear which files belong together.
 */
export function fileGbOf(
  { files }: Pick<ModelFacts, "files">,
  quantization: Quantization | undefined,
): Record<string, number> | undefined {
  if (quantization === undefined || quantization.precision.endsWith("lora")) return undefined;
  if (quantization.precision === "gguf") return ggufSizes(files);
  const own = files.filter(({ path }) => !NO_WEIGHTS.test(path));
  const safetensors = own.filter(({ path }) => path.endsWith(".safetensors"));
  const chosen = safetensors.length > 0 ? safetensors : own.filter(({ path }) => path.endsWith(".bin"));
  const inTwoForms = chosen.some(({ path }) => FORM.test(path)) && !chosen.every(({ path }) => FORM.test(path));
  const size = inTwoForms ? undefined : sizeOfAll(chosen);
  if (size === undefined) return undefined;
  const { precision, quant } = quantization;
  return { [quant === undefined ? precision : `${precision}:${quant}`]: size };
}

/** Kinds of GGUF files, in lower case, each once. */
export const ggufKindsOf = (files: readonly File[]): string[] => [...groups(files).keys()];

function ggufSizes(files: readonly File[]): Record<string, number> | undefined {
  const sizes: Record<string, number> = {};
  for (const [kind, own] of groups(files)) {
    const size = sizeOfAll(own);
    // Two models of one kind, such as a base and a chat one, would be added up.
    const stems = new Set(own.map(({ path }) => SHARD.exec(path)?.groups?.stem ?? path));
    if (size !== undefined && stems.size === 1) sizes[`gguf:${kind}`] = size;
  }
  return Object.keys(sizes).length > 0 ? sizes : undefined;
}

/** GGUF files by kind, without those that are no model of their own. */
function groups(files: readonly File[]): Map<string, File[]> {
  const own = files.filter(({ path }) => path.toLowerCase().endsWith(".gguf") && !BESIDE.test(path));
  const kinds = own.flatMap((file) => {
    const kind = KIND.exec(file.path.replace(/\.gguf$/i, ""))?.groups?.kind;
    return kind === undefined ? [] : [{ file, kind: kind.toLowerCase().replace(/^fp/, "f") }];
  });
  const byKind = Map.groupBy(kinds, ({ kind }) => kind);
  return new Map([...byKind].map(([kind, found]) => [kind, found.map(({ file }) => file)]));
}

/** GB of files that are there in full, to 10 MB, and to 100 MB from 100 GB on. */
function sizeOfAll(files: readonly File[]): number | undefined {
  const missing = new Map<string, number>();
  for (const { path } of files) {
    const { stem, count } = SHARD.exec(path)?.groups ?? {};
    const set = `${stem} ${count}`;
    if (stem !== undefined) missing.set(set, (missing.get(set) ?? Number(count)) - 1);
  }
  if (files.length === 0 || [...missing.values()].some((left) => left !== 0)) return undefined;
  const gb = files.reduce((total, { bytes }) => total + (bytes ?? Number.NaN), 0) / 1e9;
  return gigabytes.safeParse(gb >= 100 ? Math.round(gb * 10) / 10 : Math.round(gb * 100) / 100).data;
}
