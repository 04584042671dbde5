/** What a precision is, in the terms people search by. */
type PrecisionTraits = {
  /** Bits per weight where the name alone tells; file formats carry theirs in `quant`. */
  bits?: number;
  kind: "float" | "integer" | "small-float" | "format" | "adapter";
};

const TRAITS = {
  fp32: { bits: 32, kind: "float" },
  fp16: { bits: 16, kind: "float" },
  bf16: { bits: 16, kind: "float" },
  fp8: { bits: 8, kind: "small-float" },
  mxfp8: { bits: 8, kind: "small-float" },
  mxfp4: { bits: 4, kind: "small-float" },
  nvfp4: { bits: 4, kind: "small-float" },
  fp4: { bits: 4, kind: "small-float" },
  "fp4-mixed": { bits: 4, kind: "small-float" },
  int8: { bits: 8, kind: "integer" },
  int4: { bits: 4, kind: "integer" },
  "int4-qe": { bits: 4, kind: "integer" },
  gptq: { kind: "integer" },
  "gptq-int8": { bits: 8, kind: "integer" },
  "gptq-int4": { bits: 4, kind: "integer" },
  "gptq-int2": { bits: 2, kind: "integer" },
  awq: { bits: 4, kind: "integer" },
  bitsandbytes: { kind: "integer" },
  gguf: { kind: "format" },
  ggml: { kind: "format" },
  exl2: { kind: "format" },
  mlx: { kind: "format" },
  lora: { kind: "adapter" },
  "qlora-int4": { bits: 4, kind: "adapter" },
} as const satisfies Record<string, PrecisionTraits>;

export type Precision = keyof typeof TRAITS;

const isPrecision = (name: string): name is Precision => Object.hasOwn(TRAITS, name);

/** Every precision the catalog knows, from the widest to adapters. */
export const PRECISIONS = Object.keys(TRAITS).filter(isPrecision);

/** A precision as one artefact has it: file formats state their bits in `quant` (`q4_k_m`, `int4`, `4bit`). */
export type Quantization = { precision: Precision; quant?: string | undefined };

/** Bits per weight, or undefined where neither the precision nor the quant states them. */
export function bitsPerWeight({ precision, quant }: Quantization): number | undefined {
  const traits: PrecisionTraits = TRAITS[precision];
  if (traits.bits !== undefined) return traits.bits;
  const stated = quant?.match(/^(?:i?q|int|f|fp|bf)?(\d+)(?:bit)?(?:_|$)/i)?.[1];
  return stated === undefined ? undefined : Number(stated);
}

/** What a person asks for when they type a precision: one precision, or any artefact of so many bits. */
export type PrecisionRequest = { kind: "precision"; precision: Precision } | { kind: "bits"; bits: number };

/** Widths and methods that answer for another: `gptq` for any GPTQ, 16 bits for either half precision. */
const RELATIVES: Partial<Record<Precision, (offered: Quantization) => 0 | 1 | undefined>> = {
  gptq: ({ precision }) => (precision.startsWith("gptq-") ? 0 : undefined),
  lora: ({ precision }) => (precision === "qlora-int4" ? 1 : undefined),
  fp16: (offered) => (bitsPerWeight(offered) === 16 ? 1 : undefined),
  bf16: (offered) => (bitsPerWeight(offered) === 16 ? 1 : undefined),
  int8: (offered) => integerRank(8, offered),
  int4: (offered) => integerRank(4, offered),
};

/**
 * How well an artefact answers what was asked for: 0 exactly, 1 the same width by another method, undefined not at all.
 * `int4` is also answered by GPTQ-Int4, AWQ and 4-bit GGUF; four-bit floats only by asking for "4-bit".
 */
export function precisionRank(asked: PrecisionRequest, offered: Quantization): 0 | 1 | undefined {
  if (asked.kind === "bits") return bitsPerWeight(offered) === asked.bits ? 0 : undefined;
  return asked.precision === offered.precision ? 0 : RELATIVES[asked.precision]?.(offered);
}

/** Any integer method of the same width, and file formats that state it, stand in for plain INT4 or INT8. */
function integerRank(bits: number, offered: Quantization): 1 | undefined {
  const { kind }: PrecisionTraits = TRAITS[offered.precision];
  const integer = kind === "integer" || kind === "format" || kind === "adapter";
  return integer && bitsPerWeight(offered) === bits ? 1 : undefined;
}

/** `int4`, `GPTQ-Int4`, `GGUF Q4_K_M`: how people write a quantisation; empty where nothing is stated. */
export function quantizationLabel({
  precision,
  quant,
}: { [Part in keyof Quantization]?: Quantization[Part] | undefined }): string {
  if (precision === undefined) return quant?.toUpperCase() ?? "";
  const name = precision
    .replace(/^gptq-int/, "GPTQ-Int")
    .replace(/^int4-qe$/, "INT4+QE")
    .replace(/^qlora-int4$/, "QLoRA-Int4")
    .replace(/^lora$/, "LoRA")
    .replace(/^bitsandbytes$/, "bitsandbytes");
  const label = name === precision && precision !== "bitsandbytes" ? precision.toUpperCase() : name;
  return quant === undefined ? label : `${label} ${quant.toUpperCase()}`;
}
