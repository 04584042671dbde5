import type { Precision, Quantization } from "#src/catalog/entry/precision.ts";

/** Words of a model's name and the precision they state, the more precise before the more general. */
const PRECISION_WORDS: readonly [RegExp, Precision][] = [
  [/gptq.?(?:int8|8bits?|w8a16)|(?:int8|8bits?|w8a16).?gptq/, "gptq-int8"],
  [/gptq.?(?:int4|4bits?|w4a16)|(?:int4|4bits?|w4a16).?gptq/, "gptq-int4"],
  [/gptq.?(?:int2|2bits?)|(?:int2|2bits?).?gptq/, "gptq-int2"],
  [/gptq(?:model)?|marlin/, "gptq"],
  [/(?:auto)?awq/, "awq"],
  [/gguf/, "gguf"],
  [/ggml/, "ggml"],
  [/exl[23]/, "exl2"],
  [/mlx/, "mlx"],
  [/nvfp4|fp4.?nv/, "nvfp4"],
  [/mxfp4/, "mxfp4"],
  [/mxfp8/, "mxfp8"],
  [/fp8|f8|w8a8.?fp8|fp8.?(?:dynamic|block|e4m3)/, "fp8"],
  [/fp4/, "fp4"],
  [/qlora/, "qlora-int4"],
  [/lora/, "lora"],
  [/bnb|bitsandbytes|nf4/, "bitsandbytes"],
  [/int4.?qe/, "int4-qe"],
  [/int8|8bits?|w8a8|w8a16|w8/, "int8"],
  [/int4|4bits?|w4a16|w4a8|w4/, "int4"],
  [/bf16/, "bf16"],
  [/fp16|f16/, "fp16"],
  [/fp32|f32/, "fp32"],
];
const RULES = PRECISION_WORDS.map(
  ([pattern, precision]) => [new RegExp(`^(?:${pattern.source})$`), precision] as const,
);

/** Formats that have their kind in `quant`. */
const WITH_QUANT: readonly Precision[] = ["gguf", "ggml", "exl2", "mlx"];
const QUANT = /^(?:i?q\d(?:_[a-z0-9]+)*|[2-8]bits?|int[248]|fp?16|bf16|f32)$/;
const QUANT_IN_NAME = /(?<![a-z0-9])(?:i?q\d(?:_[a-z0-9]+)*|[2-8]bits?|int[248]|fp?16|bf16|f32)(?![a-z0-9])/i;

/** Whether a word by itself is about the stored form: a precision, a kind of quantization, or how it was made. */
export const isPrecisionWord = (word: string): boolean =>
  RULES.some(([pattern]) => pattern.test(word)) ||
  QUANT.test(word) ||
  /^(?:qat|qe|format|unquantized|quantized|quant|autoround|compressed|tensors|g?128g?|ct2|onnx|openvino|w\d+a\d+|[2-8]bits?)$/.test(
    word,
  );

/** The precision that a model's name states as a word of its own; a plain name states none. */
export function precisionInName(name: string): Precision | undefined {
  const words = name.toLowerCase().split(/[-_]/);
  const pairs = words.map((word, index) => `${word}-${words[index + 1] ?? ""}`);
  return RULES.find(([pattern]) => [...words, ...pairs].some((word) => pattern.test(word)))?.[1];
}

/** The precision and, for file formats, the kind of quantization that a name states (`GGUF-Q4_K_S`, `MLX-4bit`). */
export function quantizationInName(name: string): Partial<Quantization> {
  const precision = precisionInName(name);
  if (precision === undefined || !WITH_QUANT.includes(precision)) return precision === undefined ? {} : { precision };
  const quant = name
    .match(QUANT_IN_NAME)?.[0]
    ?.toLowerCase()
    .replace(/bits$/, "bit")
    .replace(/^fp16$/, "f16");
  return quant === undefined ? { precision } : { precision, quant };
}
