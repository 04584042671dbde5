import { type Config, countOf, eachLayer, isOn, layersOf, layersThat, partOf, stated } from "./config.ts";
import { type Found, headDimOf, headsOf, ordinary, type Reader, type ShapeMissing } from "./reading.ts";

/** Layers with a window among full ones; an ordinary shape where there is none with a window. */
export function windowed(found: Found, fullLayers: number, window: number | undefined): Found | ShapeMissing {
  if (found.layers === undefined) return "incomplete";
  if (fullLayers === found.layers) return found;
  return window === undefined ? "incomplete" : { ...found, kind: "sliding", window, fullLayers };
}

/** Qwen2 and its relatives: without `use_sliding_window` the window that is stated is not used; with it, by later layers. */
export const switchedWindow: Reader = (config) => {
  const found = { layers: layersOf(config), ...headsOf(config) };
  if (!isOn(config, "use_sliding_window")) return found;
  if (stated(config, "layer_types") !== undefined) return byLayerTypes(config, found);
  const full = countOf(config, "max_window_layers");
  if (full === undefined || found.layers === undefined) return "incomplete";
  return windowed(found, Math.min(full, found.layers), countOf(config, "sliding_window"));
};

/** Full layers and such with a window by `layer_types`, as Transformers names them. */
export function byLayerTypes(config: Config, found: Found = ordinaryOf(config)): Found | ShapeMissing {
  const types = eachLayer(config, "layer_types", found.layers);
  if (types === undefined) return stated(config, "layer_types") === undefined ? found : "unreadable";
  if (layersThat(types, "full_attention", "sliding_attention") !== types.length) return "unusual";
  return windowed(found, layersThat(types, "full_attention"), countOf(config, "sliding_window"));
}

const ordinaryOf = (config: Config): Found => ({ layers: layersOf(config), ...headsOf(config) });

/** Step-3.5 and 3.7: groups are key-value heads, and layers with a window may have others. */
export const step: Reader = (config) => {
  const names = { kvHeads: ["num_attention_groups", "num_key_value_heads"] };
  const found: Found = { layers: layersOf(config), ...headsOf(config, names) };
  const other = partOf(config, "attention_other_setting");
  if (other === undefined) return byLayerTypes(config, found);
  const heads = headsOf(other, names);
  if ((heads.headDim ?? found.headDim) !== found.headDim) return "unusual";
  return byLayerTypes(config, { ...found, windowKvHeads: different(heads.kvHeads, found.kvHeads) });
};

/** MiMo-V2: `hybrid_layer_pattern` has 1 for layers with a window, whose heads have names of their own. */
export const mimo: Reader = (config) => {
  const layers = layersOf(config);
  const pattern = eachLayer(config, "hybrid_layer_pattern", layers);
  const { kvHeads, headDim } = headsOf(config);
  const valueHeadDim = countOf(config, "v_head_dim");
  if (pattern === undefined) return "incomplete";
  const sameHeads =
    (countOf(config, "swa_head_dim") ?? headDim) === headDim &&
    (countOf(config, "swa_v_head_dim") ?? valueHeadDim) === valueHeadDim;
  if (!sameHeads || layersThat(pattern, 0, 1) !== pattern.length) return "unusual";
  const windowKvHeads = different(countOf(config, "swa_num_key_value_heads"), kvHeads);
  const found = { layers, kvHeads, headDim, valueHeadDim: different(valueHeadDim, headDim), windowKvHeads };
  return windowed(found, layersThat(pattern, 0), countOf(config, "sliding_window_size", "sliding_window"));
};

/** Baichuan-M1: `sliding_window_layers` lists the layers with a window, which have heads of their own. */
export const baichuanM1: Reader = (config) => {
  const layers = layersOf(config);
  const { kvHeads, headDim } = headsOf(config);
  const list = stated(config, "sliding_window_layers");
  if (!Array.isArray(list) || layers === undefined || list.length > layers) return "incomplete";
  const windowHeads = countOf(config, "num_swa_attention_heads");
  if (windowHeads !== undefined && headDimOf(config, windowHeads) !== headDim) return "unusual";
  const windowKvHeads = different(countOf(config, "num_swa_key_value_heads"), kvHeads);
  const indexes = new Set(list.filter((index) => Number.isInteger(index) && index >= 0 && index < layers));
  if (indexes.size !== list.length) return "unreadable";
  return windowed(
    { layers, kvHeads, headDim, windowKvHeads },
    layers - indexes.size,
    countOf(config, "sliding_window"),
  );
};

/** MiniMax-M3: all layers keep all keys and values, but most read blocks of them, which an index key picks. */
export const sparse: Reader = (config) => {
  const found = ordinary(config);
  const settings = partOf(config, "sparse_attention_config");
  if (typeof found === "string" || settings === undefined || !isOn(settings, "use_sparse_attention")) return found;
  const pattern = eachLayer(settings, "sparse_attention_freq", found.layers);
  const size = countOf(settings, "sparse_index_dim");
  if (pattern === undefined || size === undefined) return "incomplete";
  if (layersThat(pattern, 0, 1) !== pattern.length) return "unusual";
  const picked = layersThat(pattern, 1);
  return { ...found, kind: "sparse", fullLayers: pattern.length - picked, extraValuesPerToken: picked * size };
};

const different = (value: number | undefined, other: number | undefined) => (value === other ? undefined : value);
