import type { Architecture } from "#src/catalog/entry/schema.ts";

/** How a model remembers what it has read, as far as it changes the size of its key-value cache. */
export type Attention = {
  /** Key-value heads of 128 values each; `all` where every head of the model has its own (multi-head attention). */
  heads: number | "all";
  /** Values a token and layer where keys and values are kept together in a latent vector. */
  latent?: number;
  /** Share of the layers whose cache grows with the text; the others keep a state of fixed size. */
  growing: number;
};

const fewHeads = (heads: number): Attention => ({ heads, growing: 1 });
/** Eight heads, as in Llama 3, Qwen3 and most models since (Ainslie et al. 2023, https://arxiv.org/abs/2305.13245). */
const GROUPED = fewHeads(8);
const MULTI_HEAD: Attention = { heads: "all", growing: 1 };
/** Multi-head latent attention: 512 + 64 values (DeepSeek-V2, https://arxiv.org/abs/2405.04434, section 2.1). */
const LATENT: Attention = { heads: 8, latent: 576, growing: 1 };
const hybrid = (growing: number, base: Attention = GROUPED): Attention => ({ ...base, growing });

/**
 * What the `config.json` files on Hugging Face say (`num_key_value_heads`, `kv_lora_rank`, `layer_types`) where it
 * differs from the rule of `attentionOf`; by the id of an entry. Entries built on one of these are like it.
 */
const KNOWN: Record<string, Attention> = {
  "chatglm2-6b": fewHeads(2),
  "chatglm3-6b": fewHeads(2),
  "glm-4-9b": fewHeads(2),
  "glm-4-0414": fewHeads(2),
  yi: fewHeads(4),
  qwen: MULTI_HEAD,
  "qwen1.5": MULTI_HEAD,
  "codeqwen1.5-7b": fewHeads(4),
  qwen2: fewHeads(4),
  "qwen2.5": fewHeads(4),
  "qwen2.5-coder": fewHeads(4),
  "minicpm-2b": MULTI_HEAD,
  "orion-14b": MULTI_HEAD,
  "deepseek-moe-16b": MULTI_HEAD,
  "minicpm3-4b": LATENT,
  "deepseek-v2": LATENT,
  "deepseek-v3": LATENT,
  "deepseek-v3.1": LATENT,
  "deepseek-v3.2": LATENT,
  moonlight: LATENT,
  "kimi-k2": LATENT,
  "longcat-flash": LATENT,
  "glm-4.7-flash": LATENT,
  "glm-5": LATENT,
  "kimi-linear-48b": hybrid(1 / 4, LATENT),
  "qwen3-next": hybrid(1 / 4),
  "qwen3.5": hybrid(1 / 4),
  "minimax-01": hybrid(1 / 8),
};

/** Entries whose attention is known. */
export const KNOWN_ATTENTION: readonly string[] = Object.keys(KNOWN);

/** From about this size on models shared their heads before it was common (Llama 2 70B, Yi-34B, Qwen1.5-32B). */
const SHARED_FROM_B = 30;

/**
 * How a model attends: as its own or its base's configuration says, else by its time. Sharing heads became common with
 * the models of 2024; before, only large ones did.
 */
export function attentionOf(model: {
  id: string;
  baseModel?: string | undefined;
  architecture?: Architecture | undefined;
  parametersB: number;
  released?: string | undefined;
}): Attention {
  if (model.architecture === "rwkv") return { heads: 0, growing: 0 };
  const known = KNOWN[model.id] ?? KNOWN[model.baseModel ?? ""];
  if (known !== undefined) return known;
  const early = model.released !== undefined && model.released < "2024";
  return early && model.parametersB < SHARED_FROM_B ? MULTI_HEAD : GROUPED;
}
