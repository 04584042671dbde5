import { bitsPerWeight, type Precision, type Quantization } from "#src/catalog/entry/precision.ts";
import type { Architecture, Embeddings } from "#src/catalog/entry/schema.ts";

const BILLION = 1e9;

/** What the size of a model's weights is computed from. */
export type WeightsBuild = Quantization & {
  /** Billions of parameters in the files, those of all experts together. */
  parametersB: number;
  /** Billions of parameters used for one token, of a mixture of experts. */
  activeParametersB?: number | undefined;
  architecture?: Architecture | undefined;
  embeddings?: Embeddings | undefined;
  /** When it came out, as a year, a month or a day. */
  released?: string | undefined;
  /** Reads images, by a vision encoder that names of models do not count. */
  vision?: boolean | undefined;
  /** Size of the weight files in GB (10⁹ bytes), where known; better than any calculation. */
  fileGb?: number | undefined;
};

/**
 * Bits per weight of whole files, scales included: `tools/quantize/README.md` of llama.cpp, for Llama 3.1 8B (Q3_K_M from
 * its older edition, for Llama 2 7B). Blocks of 32 weights (`q4_0`) by `ggml/src/ggml-common.h`: their bits and a 16-bit
 * scale.
 */
const GGUF_BITS: Record<string, number> = {
  iq1_s: 2.0,
  iq1_m: 2.15,
  iq2_xxs: 2.38,
  iq2_xs: 2.59,
  iq2_s: 2.74,
  iq2_m: 2.93,
  iq3_xxs: 3.25,
  iq3_xs: 3.5,
  iq3_s: 3.66,
  iq3_m: 3.76,
  iq4_xs: 4.46,
  iq4_nl: 4.68,
  q2_k_s: 2.97,
  q2_k: 3.16,
  q3_k_s: 3.64,
  q3_k: 3.91,
  q3_k_m: 3.91,
  q3_k_l: 4.3,
  q4_0: 4.5,
  q4_1: 5,
  q4_k_s: 4.67,
  q4_k: 4.89,
  q4_k_m: 4.89,
  q5_0: 5.5,
  q5_1: 6,
  q5_k_s: 5.57,
  q5_k: 5.7,
  q5_k_m: 5.7,
  q6_k: 6.56,
  q8_0: 8.5,
};
/** Bits per weight of a file whose kind is not stated: Q4_K_M, the usual one, which Ollama takes by default. */
const USUAL_GGUF_BITS = 4.89;

/** Groups of 128 weights with a 16-bit scale and a 4-bit zero point (GPTQ, AWQ and their likes) add this much. */
const GROUP_BITS = 20 / 128;

type Cost = {
  bits: number;
  /** Embeddings and output layer stay at 16 bits, as the quantisers of Transformers and vLLM leave them. */
  wideEmbeddings?: true;
};
const narrow = (bits: number): Cost => ({ bits, wideEmbeddings: true });

/**
 * Bits per weight with their scales: blocks of 32 with an 8-bit scale (MXFP, OCP Microscaling Formats 1.0), of 16 with
 * an 8-bit scale (NVFP4), of 64 with a 32-bit scale (bitsandbytes NF4, https://arxiv.org/abs/2305.14314, section 3).
 */
const COSTS: Partial<Record<Precision, Cost>> = {
  fp8: narrow(8),
  mxfp8: narrow(8.25),
  mxfp4: narrow(4.25),
  nvfp4: narrow(4.5),
  fp4: narrow(4.5),
  // FP4 experts and the rest FP8: the files of DeepSeek-V4 come to 4.3 and 4.7 bits a parameter.
  "fp4-mixed": { bits: 4.5 },
  int8: narrow(8),
  // bitsandbytes, and groups of 32 with a 16-bit scale where a maker publishes INT4 (Kimi-K2-Thinking, 594 GB of 1,026B).
  int4: narrow(4.5),
  "int4-qe": { bits: 4 + GROUP_BITS },
  gptq: narrow(4 + GROUP_BITS),
  "gptq-int8": narrow(8 + GROUP_BITS),
  "gptq-int4": narrow(4 + GROUP_BITS),
  "gptq-int2": narrow(2 + GROUP_BITS),
  awq: narrow(4 + GROUP_BITS),
  bitsandbytes: narrow(4.5),
};

/** Undefined for adapters, which run on top of another model. */
function costOf({ precision, quant }: Quantization): Cost | undefined {
  const bits = bitsPerWeight({ precision, quant });
  switch (precision) {
    case "lora":
    case "qlora-int4":
      return undefined;
    case "gguf":
    case "ggml": {
      const known = GGUF_BITS[quant?.toLowerCase() ?? ""];
      // `int4`, `f16`: the plain width, below 16 bits with the scale of a block.
      return { bits: known ?? (bits === undefined ? USUAL_GGUF_BITS : bits < 16 ? bits + 0.5 : bits) };
    }
    // MLX: groups of 64 with a 16-bit scale and a 16-bit bias. EXL2 names the average that it keeps to.
    case "mlx":
      return { bits: (bits ?? 4) + 0.5 };
    case "exl2":
      return { bits: bits ?? 4 };
    default:
      return COSTS[precision] ?? (bits === undefined ? undefined : { bits });
  }
}

/**
 * Layers and width of a decoder of so many parameters: parameters ≈ 12 · layers · width² (Kaplan et al. 2020,
 * https://arxiv.org/abs/2001.08361, section 2.1), about 128 times as wide as deep (LLaMA 7B and 13B, Qwen2.5 7B).
 */
const WIDTH_PER_LAYER = 128;
export const layersOf = (billions: number): number => Math.cbrt((billions * BILLION) / (12 * WIDTH_PER_LAYER ** 2));
export const widthOf = (billions: number): number => layersOf(billions) * WIDTH_PER_LAYER;

/** Share of a mixture of experts that is used for one token where nobody says: an eighth is common. */
const USUAL_ACTIVE = 1 / 8;

/** Billions of parameters used for one token; of a mixture of experts whose active part nobody states, the usual share. */
export function activeOf({
  parametersB,
  activeParametersB,
  architecture,
}: Pick<WeightsBuild, "parametersB" | "activeParametersB" | "architecture">): number {
  return activeParametersB ?? (architecture === "moe" ? parametersB * USUAL_ACTIVE : parametersB);
}

/** Tokens of a vocabulary where nobody says: 65 to 152 thousand in Chinese models. */
const VOCABULARY = 128_000;
/**
 * Up to this size input and output usually share one table (Qwen2.5: up to 3B, Qwen3: up to 4B), but seldom before Qwen2
 * (Qwen-1.8B, DeepSeek-Coder-1.3B, InternLM2-1.8B and Qwen1.5-4B have two).
 */
const ONE_TABLE_UP_TO_B = 4.5;
const ONE_TABLE_SINCE = "2024-06";
/** Largest share of the parameters in embeddings where they are estimated: 27 % of Qwen2.5-0.5B, 26 % of Qwen3-0.6B. */
const MOST_EMBEDDINGS = 0.27;
/** llama.cpp keeps the output layer at Q6_K or wider; where it is the embeddings too, that weighs. */
const OUTPUT_BITS = 6.56;

/** The tables of tokens at both ends of a model. */
export type TokenTables = {
  /** Values of one token. */
  width: number;
  vocabulary: number;
  /** 1 where input and output share one. */
  tables: 1 | 2;
  /** Billions of parameters in all of them. */
  billions: number;
};

/** As the configuration states them, else a quarter of the smallest models and little of large ones. */
export function tokenTables(build: Omit<WeightsBuild, "precision" | "quant">): TokenTables {
  const { embeddings, parametersB, released } = build;
  const width = embeddings?.width ?? widthOf(activeOf(build));
  const vocabulary = embeddings?.vocabulary ?? VOCABULARY;
  const tied = embeddings?.tied ?? (parametersB < ONE_TABLE_UP_TO_B && (released ?? "") >= ONE_TABLE_SINCE);
  const tables = tied ? 1 : 2;
  const most = embeddings?.vocabulary === undefined ? MOST_EMBEDDINGS : 1;
  return { width, vocabulary, tables, billions: Math.min((tables * vocabulary * width) / BILLION, parametersB * most) };
}

/** Billions of parameters of a vision encoder, kept at 16 bits: SigLIP-400M (MiniCPM-V) to 0.7 (Qwen2.5-VL). */
const VISION_B = 0.6;

/** Formats whose files hold the output layer beside the embeddings that it shares its values with: AWQ until 2025. */
const copiesTables = ({ precision, released = "" }: WeightsBuild): boolean =>
  precision === "fp8" || (precision === "awq" && released < "2025");

/**
 * Bytes of the weights; undefined for adapters. FP8 files hold the output layer beside the embeddings that it shares its
 * values with: Qwen3-0.6B, 1.7B and 4B take 0.29, 0.58 and 0.72 GB more than one table would
 * (https://qwen.readthedocs.io/en/latest/getting_started/speed_benchmark.html); the AWQ files of Qwen2.5 too.
 */
export function weightsBytes(build: WeightsBuild): number | undefined {
  const cost = costOf(build);
  if (cost === undefined) return undefined;
  if (build.fileGb !== undefined) return build.fileGb * BILLION;
  const { billions, tables } = tokenTables(build);
  const narrowest = tables === 1 ? Math.max(cost.bits, OUTPUT_BITS) : cost.bits;
  const copied = tables === 1 && copiesTables(build) ? billions : 0;
  const bits =
    (build.parametersB - billions) * cost.bits +
    billions * (cost.wideEmbeddings ? 16 : narrowest) +
    copied * 16 +
    (build.vision ? VISION_B * 16 : 0);
  return (bits * BILLION) / 8;
}

/**
 * Bits a parameter that files of a mixture of experts come to at most where only the experts are narrow, by the catalog's
 * own: INT4 4.73 to 4.97 (Qwen3.8-Flash-Next, Kimi-K2-Thinking, Ling-3.0-flash), NVFP4 and FP4 4.5 to 5.0 (Ling-3.0-flash,
 * MiniMax-M3.1-Flash, GLM-5.2), MXFP4 4.46 (Kimi-K3), FP4 with FP8 4.3 to 5.4 (DeepSeek-V4, V4.1-Flash).
 */
const MOST_MIXED_BITS: Partial<Record<Precision, number>> = {
  int4: 5,
  nvfp4: 5,
  fp4: 5,
  mxfp4: 4.7,
  "fp4-mixed": 5.4,
};

/** Whether a file's size depends on how much of a model is narrow, which nobody says of this one. */
export const isMixed = ({ architecture, precision, fileGb }: WeightsBuild): boolean =>
  architecture === "moe" && fileGb === undefined && MOST_MIXED_BITS[precision] !== undefined;

/** Bytes of the weights at most: the same as `weightsBytes` but for a mixture of experts of which parts may be wider. */
export function mostWeightsBytes(build: WeightsBuild): number | undefined {
  const least = weightsBytes(build);
  const bits = isMixed(build) ? (MOST_MIXED_BITS[build.precision] ?? 0) : 0;
  return least && Math.max(least, (build.parametersB * BILLION * bits) / 8);
}

/**
 * Bytes of weights that are read for each token, at least: of a dense model all but the table that one row is looked up
 * in, of a mixture of experts the active part.
 */
export function activeBytes(build: WeightsBuild): number | undefined {
  const all = weightsBytes(build);
  if (all === undefined) return undefined;
  if (build.architecture === "moe") return (all * activeOf(build)) / build.parametersB;
  const { billions, tables } = tokenTables(build);
  if (tables === 1) return all;
  const { bits = 16, wideEmbeddings } = costOf(build) ?? {};
  return all - ((billions / 2) * BILLION * (wideEmbeddings ? 16 : bits)) / 8;
}

/** Billions of parameters in the files of a build, counting back from their size; undefined for adapters. */
export function parametersInFile(build: WeightsBuild, fileGb: number): number | undefined {
  const one = weightsBytes({ ...build, fileGb: undefined });
  const cost = costOf(build);
  return one && cost && build.parametersB + ((fileGb * BILLION - one) * 8) / cost.bits / BILLION;
}

/** Billions of parameters in a file of which nothing else is known, about; undefined for adapters. */
export function parametersByFile(quantization: Quantization, fileGb: number): number | undefined {
  const cost = costOf(quantization);
  return cost && (fileGb * 8) / cost.bits;
}
