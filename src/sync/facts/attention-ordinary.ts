import { countOf, isOn, layersOf, stated } from "./config.ts";
import { headDimOf, headsOf, ordinary, type Reader } from "./reading.ts";

/** The first Qwen (2023): every head has its own keys, of `kv_channels` values. */
export const qwen: Reader = (config) => {
  const heads = countOf(config, "num_attention_heads");
  return {
    layers: layersOf(config),
    kvHeads: heads,
    headDim: countOf(config, "kv_channels") ?? headDimOf(config, heads),
  };
};

/** ChatGLM of all generations, and GLM-4-9B: key-value heads are groups where `multi_query_attention` is on. */
export const chatglm: Reader = (config) => {
  const heads = countOf(config, "num_attention_heads");
  const kvHeads = isOn(config, "multi_query_attention") ? countOf(config, "multi_query_group_num") : heads;
  const headDim = countOf(config, "kv_channels") ?? headDimOf(config, heads);
  return { layers: layersOf(config, "num_layers", "num_hidden_layers"), kvHeads, headDim };
};

/** Mistral: 8 key-value heads where none are stated; every layer has the window where there is one. */
export const mistral: Reader = (config) => {
  // The class sets a window of 4,096 tokens where the file does not speak of one, and files that have none say `null`.
  if (!Object.hasOwn(config, "sliding_window")) return "incomplete";
  const window = countOf(config, "sliding_window");
  const kvHeads = countOf(config, "num_key_value_heads") ?? 8;
  const found = { layers: layersOf(config), ...headsOf(config), kvHeads };
  return window === undefined ? found : { ...found, kind: "sliding", window, fullLayers: 0 };
};

/** Hunyuan: layers may share keys and values (`cla_share_factor`), and are counted once for the cache then. */
export const hunyuan: Reader = (config) => {
  if (isOn(config, "use_mla") || stated(config, "kv_lora_rank") !== undefined) return "unusual";
  const found = { layers: layersOf(config), ...headsOf(config) };
  if (!isOn(config, "use_cla")) return found;
  const factor = countOf(config, "cla_share_factor");
  if (factor === undefined || found.layers === undefined) return "incomplete";
  return { ...found, layers: Math.ceil(found.layers / factor) };
};

/** MiniMax-M2: all layers are full ones, and a list says so. */
export const minimaxM2: Reader = (config) => {
  const list = stated(config, "attn_type_list");
  const full = list === undefined || (Array.isArray(list) && list.length < 2_000 && list.every((type) => type === 1));
  return full ? ordinary(config) : "unusual";
};
