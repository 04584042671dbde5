import type { Quantization } from "#src/catalog/entry/precision.ts";
import type { Engine } from "#src/catalog/entry/schema.ts";
import type { CacheKind } from "./cache.ts";
import type { TokenTables } from "./weights.ts";

/** What CUDA takes of each card before any model: 457 MiB by Ollama (`cudaMinimumMemory` of its discover package). */
export const RUNTIME_GB = 457 / 1024;

const GIB = 2 ** 30;

/** Tokens that llama.cpp and Ollama work through at once (`--ubatch-size`, `num_batch`). */
const BATCH = 512;

/**
 * Bytes of llama.cpp's compute buffer: logits and one layer's values of a batch in 32 bits, 258.5 MiB for Llama 3 8B as
 * its log says, and the mask of the batch over the whole context. Flash attention is on, as both programs have it.
 */
const computeBuffer = ({ vocabulary, width }: Pick<TokenTables, "vocabulary" | "width">, tokens: number): number =>
  BATCH * (vocabulary + width + tokens) * 4;

/**
 * vLLM's own profile of Llama 3 8B: 1.26 GiB of activations, 1.4 for the vocabulary of Qwen, and 0.1 to 0.3 that is not
 * PyTorch's (https://github.com/vllm-project/vllm/pull/10511). It then takes nine tenths of a card for the cache; this is
 * what it needs at least.
 */
const PROFILED_GB = 1.5;

/** Activations and workspaces of PyTorch for one text, as a share of the weights; see the errors of the estimates. */
const ACTIVATIONS = 0.01;

const isServer = (engine: Engine): boolean =>
  engine === "vllm" || engine === "sglang" || engine === "lmdeploy" || engine === "mindie";

/**
 * The share of a card's memory that is there for an engine: vLLM and its likes leave a tenth alone unless they are told
 * otherwise (`--gpu-memory-utilization`, docs.vllm.ai, engine arguments); of what a card is sold with, driver and screen
 * leave 96 % (15.4 of 16 GB of an RTX 4080, https://github.com/ollama/ollama/issues/9245; 23.2 of 24 of an RTX 4090,
 * https://github.com/ollama/ollama/pull/6279), and macOS no more of what it lets the GPU take.
 */
export const usableShare = (engine: Engine): number => (isServer(engine) ? 0.9 : 0.96);

/** GB that an engine takes of each further card that a model is spread over. */
export const perCardGb = (engine: Engine): number => RUNTIME_GB + (isServer(engine) ? PROFILED_GB : 0);

/** GB (2³⁰ bytes) that an engine takes besides weights and cache. */
export function overheadGb(engine: Engine, weightsGb: number, tables: TokenTables, tokens: number): number {
  if (isServer(engine)) return RUNTIME_GB + PROFILED_GB;
  switch (engine) {
    case "llama.cpp":
    case "ollama":
    case "ktransformers":
      return RUNTIME_GB + computeBuffer(tables, tokens) / GIB;
    case "mlx":
      return computeBuffer(tables, 0) / GIB + weightsGb * ACTIVATIONS;
    default:
      return RUNTIME_GB + weightsGb * ACTIVATIONS;
  }
}

/** Formats that Transformers loads, as most makers measure them; the others need a server such as vLLM. */
const OF_TRANSFORMERS: readonly Quantization["precision"][] = [
  "fp32",
  "fp16",
  "bf16",
  "int8",
  "int4",
  "int4-qe",
  "bitsandbytes",
  "gptq",
  "gptq-int8",
  "gptq-int4",
  "gptq-int2",
  "awq",
  "lora",
  "qlora-int4",
];

/** The program that a format is usually run with: by it an estimate is made where no source measured. */
export function usualEngine({ precision }: Quantization, inOllama: boolean): Engine {
  if (inOllama) return "ollama";
  if (precision === "gguf" || precision === "ggml") return "llama.cpp";
  if (precision === "mlx") return "mlx";
  if (precision === "exl2") return "other";
  return OF_TRANSFORMERS.includes(precision) ? "transformers" : "vllm";
}

/** Which engines store keys and values in which kinds besides 16 bits (`--cache-type-k`, `OLLAMA_KV_CACHE_TYPE`, `--kv-cache-dtype`). */
const CACHE_KINDS_OF: Partial<Record<Engine, readonly CacheKind[]>> = {
  "llama.cpp": ["q8_0", "q4_0"],
  ollama: ["q8_0", "q4_0"],
  vllm: ["fp8"],
  sglang: ["fp8"],
};

/** The kind that is asked for, where an engine has it; undefined for 16 bits. */
export const cacheKindOf = (engine: Engine, asked: CacheKind | undefined): CacheKind | undefined =>
  asked !== undefined && CACHE_KINDS_OF[engine]?.includes(asked) ? asked : undefined;

/** Whether an engine runs a model in part on the processor: llama.cpp's `--n-gpu-layers`, which Ollama sets by itself. */
export const splits = (engine: Engine): boolean => engine === "llama.cpp" || engine === "ollama";
