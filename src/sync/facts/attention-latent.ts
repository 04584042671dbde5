import { type Config, countOf, eachLayer, layersOf, layersThat, stated } from "./config.ts";
import type { Found, Reader, ShapeMissing } from "./reading.ts";

/**
 * Latent keys and values (MLA): a layer keeps `kv_lora_rank` and `qk_rope_head_dim` values a token. The heads without the
 * latent form are given where all their figures are stated; `num_key_value_heads` and `head_dim` do not say them (GLM-5
 * writes 64 and means 256).
 */
export function latentOf(config: Config): Found {
  const latent = { latentRank: countOf(config, "kv_lora_rank"), ropeDim: countOf(config, "qk_rope_head_dim") };
  const heads = countOf(config, "num_attention_heads");
  const nope = countOf(config, "qk_nope_head_dim");
  const valueHeadDim = countOf(config, "v_head_dim");
  if (heads === undefined || nope === undefined || valueHeadDim === undefined || latent.ropeDim === undefined)
    return latent;
  return { ...latent, kvHeads: heads, headDim: nope + latent.ropeDim, valueHeadDim };
}

/** DeepSeek-V2 and V3, Kimi-K2, GLM-4.7-Flash and others of that design. */
export const latent: Reader = (config) => {
  const layers = layersOf(config);
  const types = eachLayer(config, "layer_types", layers);
  const plain =
    types === undefined || layersThat(types, "full_attention", "deepseek_sparse_attention") === types.length;
  if (!plain) return "unusual";
  const extra = indexKeys(config, layers);
  return typeof extra === "string" ? extra : { kind: "mla", layers, ...latentOf(config), ...extra };
};

/** Keys of the indexer of sparse attention (DeepSeek-V3.2, GLM-5): one vector a token in each layer that has its own. */
function indexKeys(config: Config, layers: number | undefined): { extraValuesPerToken?: number } | ShapeMissing {
  const size = countOf(config, "index_head_dim");
  if (size === undefined) return {};
  if (layers === undefined) return "incomplete";
  if (stated(config, "indexer_types") === undefined) return { extraValuesPerToken: layers * size };
  const types = eachLayer(config, "indexer_types", layers);
  if (types === undefined || layersThat(types, "full", "shared") !== types.length) return "unusual";
  return { extraValuesPerToken: layersThat(types, "full") * size };
}

/** LongCat-Flash: each of `num_layers` has two attentions, and both are counted as layers. */
export const longcat: Reader = (config) => {
  const layers = layersOf(config, "num_layers");
  return { kind: "mla", layers: layers === undefined ? undefined : 2 * layers, ...latentOf(config) };
};

/**
 * DeepSeek-V4: every layer keeps a window of `head_dim` values; layers with a ratio of 4 keep a row of keys and values and
 * an index key every 4 tokens, those with a ratio of 128 a row every 128 tokens.
 */
export const compressed: Reader = (config) => {
  const layers = layersOf(config);
  const ratios = eachLayer(config, "compress_ratios", layers);
  const headDim = countOf(config, "head_dim");
  const window = countOf(config, "sliding_window");
  const indexDim = countOf(config, "index_head_dim");
  if (ratios === undefined || layers === undefined || headDim === undefined) return "incomplete";
  if (window === undefined || indexDim === undefined) return "incomplete";
  if (layersThat(ratios, 0, 4, 128) !== layers || countOf(config, "num_key_value_heads") !== 1) return "unusual";
  const valuesPerToken = (layersThat(ratios, 4) * (headDim + indexDim)) / 4 + (layersThat(ratios, 128) * headDim) / 128;
  return { kind: "compressed", layers, headDim, window, valuesPerToken, constantValues: layers * window * headDim };
};
