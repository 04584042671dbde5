import type { Precision, Quantization } from "#src/catalog/entry/precision.ts";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";
import { countOf, languagePartOf, partOf, stated } from "./config.ts";
import { ggufKindsOf } from "./files.ts";
import { configPrecision, gptqOf } from "./quantization-config.ts";

type Known = Pick<ModelFacts, "config" | "files" | "library" | "stored" | "tags">;

/** Words of a name that say its precision, the first that fits. Methods come before widths: `AWQ-Int4` is AWQ. */
const NAMES: readonly (readonly [RegExp, Precision])[] = [
  [/^gguf$/, "gguf"],
  [/^ggml$/, "ggml"],
  [/^(?:exl2|bpw)$/, "exl2"],
  [/^mlx$/, "mlx"],
  [/^qlora$/, "qlora-int4"],
  [/^lora$/, "lora"],
  [/^gptq$/, "gptq"],
  [/^(?:auto)?awq$/, "awq"],
  [/^mxfp8$/, "mxfp8"],
  [/^mxfp4$/, "mxfp4"],
  [/^nvfp4$/, "nvfp4"],
  [/^(?:fp8|w8a8fp8)$/, "fp8"],
  [/^fp4$/, "fp4"],
  [/^(?:int8|8bits?|w8a8|w8a16)$/, "int8"],
  [/^(?:int4|4bits?|w4a16)$/, "int4"],
  [/^bf16$/, "bf16"],
  [/^fp16$/, "fp16"],
  [/^fp32$/, "fp32"],
];
const FORMATS: ReadonlySet<Precision> = new Set(["gguf", "ggml", "exl2", "mlx"]);
const QUANT_WORD = /^(?:i?q\d(?:_[a-z0-9]+)*|int[2-8]|f16|bf16|fp16)$/;
const WIDTH_WORD = /^[2-8]bits?$/;

/**
 * How the weights are stored, as the catalog names it: by the name first, then by the config's quantization, the files,
 * and the type of most stored numbers; undefined where none of them says it.
 */
export function precisionOf(facts: Known, name: string): Quantization | undefined {
  const words = name
    .slice(0, 200)
    .toLowerCase()
    .split(/[-.\s]+/);
  const pieces = [...words, ...words.flatMap((word) => word.split("_"))];
  const named = NAMES.find(([pattern]) => pieces.some((piece) => pattern.test(piece)))?.[1];
  const stated = configPrecision(facts.config);
  if (named !== undefined) return withBits(named, stated, words, facts);
  if (stated !== undefined) return { precision: stated };
  return byFiles(facts) ?? byType(facts);
}

function withBits(
  named: Precision,
  config: Precision | undefined,
  words: readonly string[],
  facts: Known,
): Quantization {
  if (FORMATS.has(named)) {
    const inName = words.find((word) => QUANT_WORD.test(word) || (named !== "gguf" && WIDTH_WORD.test(word)));
    const quant = inName ?? (named === "gguf" ? onlyQuant(facts) : undefined);
    return { precision: named, ...(quant !== undefined && { quant: quant.replace(/bits$/, "bit") }) };
  }
  const bits = words
    .map((word) => /^(?:int|w)?([248])(?:bits?|a16)?$/.exec(word.length > 1 ? word : "")?.[1])
    .find((each) => each !== undefined);
  if (named === "gptq") return { precision: gptqOf(bits) ?? (config?.startsWith("gptq") ? config : "gptq") };
  // Qwen-7B-Chat-Int4 is made with GPTQ: its name says the width only.
  const sameWidth = config !== undefined && (named === "int4" || named === "int8") && METHODS[named].includes(config);
  return { precision: sameWidth ? config : named };
}

const METHODS: Readonly<Record<"int4" | "int8", readonly Precision[]>> = {
  int4: ["gptq-int4", "awq"],
  int8: ["gptq-int8"],
};
/** By what files there are: GGUF, MLX, adapters. */
function byFiles(facts: Known): Quantization | undefined {
  const paths = facts.files.map(({ path }) => path.toLowerCase());
  const isMlx = facts.library === "mlx" || facts.tags.includes("mlx");
  const bits = facts.config && partOf(facts.config, "quantization");
  const width = bits && countOf(bits, "bits");
  if (isMlx)
    return { precision: "mlx", ...(width !== undefined && width > 0 && width < 17 && { quant: `${width}bit` }) };
  const hasOwn = paths.some((path) => /\.(?:safetensors|bin|pt|pth)$/.test(path) && !path.includes("adapter"));
  const quant = onlyQuant(facts);
  if (!hasOwn && paths.some((path) => path.endsWith(".gguf")))
    return { precision: "gguf", ...(quant !== undefined && { quant }) };
  const isAdapter = facts.library === "peft" || paths.some((path) => path.endsWith("adapter_config.json"));
  return !hasOwn && isAdapter ? { precision: "lora" } : undefined;
}

/** The kind of all GGUF files, where it is one. */
function onlyQuant({ files }: Known): string | undefined {
  const kinds = ggufKindsOf(files);
  return kinds.length === 1 ? kinds[0] : undefined;
}

const TYPES: Readonly<Record<string, Precision>> = {
  ...{ BF16: "bf16", F16: "fp16", F32: "fp32", F8_E4M3: "fp8", F8_E5M2: "fp8" },
  ...{ bfloat16: "bf16", float16: "fp16", float32: "fp32", half: "fp16" },
};

/** By the type of more than half of the stored numbers; by the config's where files state none. */
function byType({ stored: numbers, config }: Known): Quantization | undefined {
  if (numbers !== undefined) {
    const all = Object.values(numbers.byType).reduce((total, count) => total + count, 0);
    const main = Object.keys(numbers.byType).find((type) => (numbers.byType[type] ?? 0) > all / 2);
    return named(main);
  }
  if (config === undefined) return undefined;
  const model = languagePartOf(config);
  const keys = [model, config].flatMap((part) => [stated(part, "dtype"), stated(part, "torch_dtype")]);
  return named(keys.find((key) => typeof key === "string")?.toString());
}

function named(type: string | undefined): Quantization | undefined {
  const precision = type !== undefined && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  return precision === undefined ? undefined : { precision };
}
