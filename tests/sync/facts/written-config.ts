import type { Attention } from "#src/catalog/entry/schema.ts";
import type { Config } from "#src/sync/facts/config.ts";

/** Words that one type has for layers of two kinds. */
const layersOf = <Word>(full: number, all: number, words: { full: Word; other: Word }): Word[] =>
  Array.from({ length: all }, (_, index) => (index < full ? words.full : words.other));

/** A config.json that states this shape by the standard keys of a type that has it; undefined where no type is known to. */
export function writtenConfig(attention: Omit<Attention, "source">): Config | undefined {
  const { kind = "ordinary" } = attention;
  return WRITERS[kind]?.(attention);
}

type Writer = (attention: Omit<Attention, "source">) => Config | undefined;

const headsOf = ({ layers, kvHeads, headDim }: Omit<Attention, "source">): Config => ({
  num_hidden_layers: layers,
  num_key_value_heads: kvHeads,
  head_dim: headDim,
});

/** The latent part; heads only where the block has them. */
function latentOf({
  layers,
  latentRank,
  ropeDim = 0,
  kvHeads,
  headDim,
  valueHeadDim,
}: Omit<Attention, "source">): Config {
  const latent = { num_hidden_layers: layers, kv_lora_rank: latentRank, qk_rope_head_dim: ropeDim };
  if (kvHeads === undefined || headDim === undefined) return latent;
  return { ...latent, num_attention_heads: kvHeads, qk_nope_head_dim: headDim - ropeDim, v_head_dim: valueHeadDim };
}

const ordinary: Writer = (attention) =>
  attention.valueHeadDim === undefined && attention.window === undefined
    ? { model_type: "llama", ...headsOf(attention) }
    : undefined;

/** Index keys of 128 values, in each layer or in some. */
const mla: Writer = (attention) => {
  const { layers = 0, extraValuesPerToken } = attention;
  if (extraValuesPerToken === undefined) return { model_type: "deepseek_v3", ...latentOf(attention) };
  const indexer = {
    index_head_dim: 128,
    indexer_types: layersOf(extraValuesPerToken / 128, layers, { full: "full", other: "shared" }),
  };
  return { model_type: "glm_moe_dsa", ...latentOf(attention), ...indexer };
};

const sliding: Writer = (attention) => {
  const { layers = 0, fullLayers = 0, window, valueHeadDim, windowKvHeads, headDim } = attention;
  if (valueHeadDim === undefined) {
    const layer_types = layersOf(fullLayers, layers, { full: "full_attention", other: "sliding_attention" });
    return { model_type: "step3p5", ...headsOf(attention), layer_types, sliding_window: window };
  }
  const pattern = layersOf(fullLayers, layers, { full: 0, other: 1 });
  const heads = { v_head_dim: valueHeadDim, swa_head_dim: headDim, swa_num_key_value_heads: windowKvHeads };
  return {
    model_type: "mimo_v2_flash",
    ...headsOf(attention),
    ...heads,
    hybrid_layer_pattern: pattern,
    sliding_window_size: window,
  };
};

const hybrid: Writer = (attention) => {
  const { layers = 0, fullLayers = 0, linearLayers, stateValues, latentRank, extraValuesPerToken } = attention;
  if (linearLayers === undefined || extraValuesPerToken !== undefined) return undefined;
  const heads = stateValues === undefined ? undefined : stateValues / linearLayers / 128 ** 2;
  if (latentRank !== undefined) {
    const numbers = Array.from({ length: layers }, (_, index) => index + 1);
    const kinds = { full_attn_layers: numbers.slice(0, fullLayers), kda_layers: numbers.slice(fullLayers) };
    return {
      model_type: "kimi_linear",
      ...latentOf(attention),
      linear_attn_config: { ...kinds, num_heads: heads, head_dim: 128 },
    };
  }
  const layer_types = layersOf(fullLayers, layers, { full: "full_attention", other: "linear_attention" });
  const linear = { linear_num_value_heads: heads, linear_key_head_dim: 128, linear_value_head_dim: 128 };
  return {
    model_type: "qwen3_5",
    text_config: { model_type: "qwen3_5_text", ...headsOf(attention), layer_types, ...linear },
  };
};

const sparse: Writer = (attention) => {
  const { layers = 0, fullLayers = 0, extraValuesPerToken = 0 } = attention;
  const pattern = layersOf(fullLayers, layers, { full: 0, other: 1 });
  const size = extraValuesPerToken / (layers - fullLayers);
  const settings = { use_sparse_attention: true, sparse_attention_freq: pattern, sparse_index_dim: size };
  return { model_type: "minimax_m3", ...headsOf(attention), sparse_attention_config: settings };
};

/** RWKV with heads of 64, from which the width follows. */
const linear: Writer = ({ layers = 0, stateValues = 0 }) => ({
  model_type: "rwkv7",
  num_hidden_layers: layers,
  hidden_size: stateValues / layers / 66,
  head_dim: 64,
});

const WRITERS: Partial<Record<NonNullable<Attention["kind"]> | "ordinary", Writer>> = {
  ...{ ordinary, mla, sliding, hybrid, sparse, linear },
};
