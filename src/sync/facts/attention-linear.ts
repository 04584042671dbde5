import { latentOf } from "./attention-latent.ts";
import { type Config, countOf, eachLayer, layersOf, layersThat, partOf, stated } from "./config.ts";
import { type Found, headsOf, type Reader, type ShapeMissing } from "./reading.ts";

/** Full layers among linear ones. `state`: values that one linear layer keeps, where it is stated. */
function hybrid(found: Found, fullLayers: number, state: number | undefined): Found | ShapeMissing {
  const { layers } = found;
  if (layers === undefined) return "incomplete";
  const linearLayers = layers - fullLayers;
  if (linearLayers === 0) return found;
  return {
    ...found,
    kind: "hybrid",
    fullLayers,
    linearLayers,
    stateValues: state === undefined ? undefined : linearLayers * state,
  };
}

/** A linear layer of gated delta rules keeps a matrix of key by value size for each value head (Qwen3-Next). */
function deltaState(config: Config): number | undefined {
  const heads = countOf(config, "linear_num_value_heads");
  const key = countOf(config, "linear_key_head_dim");
  const value = countOf(config, "linear_value_head_dim");
  return heads === undefined || key === undefined || value === undefined ? undefined : heads * key * value;
}

/** Lightning attention and KDA keep a square matrix for each head. */
const squareState = (heads: number | undefined, size: number | undefined): number | undefined =>
  heads === undefined || size === undefined ? undefined : heads * size * size;

/** Qwen3-Next and Qwen3.5: `layer_types`, or a full layer every `full_attention_interval` layers. */
export const qwenNext: Reader = (config) => {
  const layers = layersOf(config);
  const found = { layers, ...headsOf(config) };
  if (layers === undefined) return "incomplete";
  const types = eachLayer(config, "layer_types", layers);
  if (types === undefined) {
    if (stated(config, "layer_types") !== undefined) return "unreadable";
    const interval = countOf(config, "full_attention_interval");
    return interval === undefined ? "incomplete" : hybrid(found, Math.floor(layers / interval), deltaState(config));
  }
  if (layersThat(types, "full_attention", "linear_attention") !== types.length) return "unusual";
  return hybrid(found, layersThat(types, "full_attention"), deltaState(config));
};

/** Kimi-Linear and Kimi-K3: MLA layers among layers of KDA, listed by number. */
export const kimiLinear: Reader = (config) => {
  const layers = layersOf(config);
  const linear = partOf(config, "linear_attn_config");
  if (linear === undefined || layers === undefined) return "incomplete";
  const [full, kda] = [stated(linear, "full_attn_layers"), stated(linear, "kda_layers")];
  if (!Array.isArray(full) || !Array.isArray(kda) || full.length + kda.length !== layers) return "unreadable";
  const state = squareState(countOf(linear, "num_heads"), countOf(linear, "head_dim"));
  return hybrid({ layers, ...latentOf(config) }, full.length, state);
};

/** MiniMax-01 and M1: `attn_type_list` has 1 for full layers; `layer_types` in Transformers' form. */
export const minimax: Reader = (config) => {
  const layers = layersOf(config);
  const found = { layers, ...headsOf(config) };
  const types = eachLayer(config, "attn_type_list", layers) ?? eachLayer(config, "layer_types", layers);
  if (types === undefined) return "incomplete";
  if (layersThat(types, 0, 1, "linear_attention", "full_attention") !== types.length) return "unusual";
  const state = squareState(countOf(config, "num_attention_heads"), found.headDim);
  return hybrid(found, layersThat(types, 1, "full_attention"), state);
};

/**
 * Ling and Ring with linear layers: each group of `layer_group_size` ends with a full layer, and layers beyond the last
 * whole group are full ones too. Full layers are MLA from 2.5 on.
 */
export const bailingLinear: Reader = (config) => {
  const layers = layersOf(config);
  const size = countOf(config, "layer_group_size");
  if (layers === undefined || size === undefined || !(size > 0)) return "incomplete";
  const { kvHeads, headDim } = headsOf(config);
  const isLatent = stated(config, "kv_lora_rank") !== undefined;
  const found = { layers, ...(isLatent ? latentOf(config) : { kvHeads, headDim }) };
  const state = squareState(countOf(config, "num_attention_heads"), countOf(config, "head_dim"));
  return hybrid(found, Math.floor(layers / size) + (layers % size), state);
};

/** MiniCPM-SALA: `mixer_types` names each layer's kind. */
export const minicpmSala: Reader = (config) => {
  const layers = layersOf(config);
  const types = eachLayer(config, "mixer_types", layers);
  if (types === undefined) return "incomplete";
  if (layersThat(types, "minicpm4", "lightning-attn") !== types.length) return "unusual";
  const state = squareState(countOf(config, "lightning_nh"), countOf(config, "lightning_head_dim"));
  return hybrid({ layers, ...headsOf(config) }, layersThat(types, "minicpm4"), state);
};

/** RWKV: each layer keeps a matrix for each head, and two vectors of the token before. */
export const rwkv: Reader = (config) => {
  const layers = layersOf(config);
  const width = countOf(config, "hidden_size");
  const size = countOf(config, "head_dim", "head_size");
  if (layers === undefined || width === undefined || size === undefined) return "incomplete";
  return { kind: "linear", layers, fullLayers: 0, stateValues: layers * width * (size + 2) };
};
