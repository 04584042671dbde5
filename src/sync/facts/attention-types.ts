import { compressed, latent, longcat } from "./attention-latent.ts";
import { bailingLinear, kimiLinear, minicpmSala, minimax, qwenNext, rwkv } from "./attention-linear.ts";
import { chatglm, hunyuan, minimaxM2, mistral, qwen } from "./attention-ordinary.ts";
import { baichuanM1, byLayerTypes, mimo, sparse, step, switchedWindow } from "./attention-window.ts";
import { stated } from "./config.ts";
import { ordinary, type Reader } from "./reading.ts";

/** How the configs of some types are read. */
type TypeReading = {
  types: readonly string[];
  read: Reader;
  /** Keys that would be unusual elsewhere, and that this reader understands. */
  understands?: RegExp;
  /** Keys of the context length, the first that is stated; none where no key of the type says it. */
  context?: readonly string[];
};

const WINDOW_SWITCH = /^(?:sliding_window|use_sliding_window|max_window_layers|layer_types)$/;
const LATENT = /^(?:kv|q|o)_lora_rank$|^v_head_dim$|^layer_types$/;
const LATENT_INDEXED = /^(?:kv|q|o)_lora_rank$|^v_head_dim$|^layer_types$|^index_|^indexer_/;
/** Early types say the context by one of these, the first that is there (convert_hf_to_gguf.py of ik_llama.cpp). */
const EARLY_CONTEXT = ["max_sequence_length", "max_position_embeddings", "model_max_length"];

/**
 * Which reader is for which `model_type`. What the keys mean: the configuration classes of huggingface/transformers,
 * `mlx_lm/models` of ml-explore/mlx-lm and `lmdeploy/pytorch/configurations` of InternLM/lmdeploy.
 */
export const TYPE_READINGS: readonly TypeReading[] = [
  {
    types: [
      ...["llama", "yi", "glm", "glm4", "glm4v", "glm4_moe", "glm4v_moe", "internlm", "internlm2", "internlm3"],
      ...["ernie4_5", "ernie4_5_moe", "ernie4_5_vl_moe", "ernie4_5_moe_vl", "bailing_moe", "bailing_moe_v2"],
      ...["dots1", "seed_oss", "telechat3", "hy_v3", "mixtral", "aquila", "skywork", "internlmxcomposer2"],
    ],
    read: (config) => byLayerTypes(config),
    understands: /^layer_types$/,
  },
  { types: ["minicpm"], read: (config) => byLayerTypes(config), understands: /^(?:layer_types|sparse_config)$/ },
  {
    types: ["qwen2", "qwen2_moe", "qwen2_vl", "qwen2_5_vl", "qwen3", "qwen3_moe", "qwen3_vl", "qwen3_vl_moe", "mimo"],
    read: switchedWindow,
    understands: WINDOW_SWITCH,
  },
  { types: ["qwen2_audio", "qwen2_5_omni", "qwen3_omni_moe"], read: switchedWindow, understands: WINDOW_SWITCH },
  { types: ["qwen"], read: qwen },
  {
    types: ["chatglm"],
    read: chatglm,
    context: ["seq_length", "max_sequence_length"],
  },
  { types: ["baichuan", "orion", "xverse"], read: ordinary, context: EARLY_CONTEXT },
  { types: ["telechat", "bloom"], read: ordinary, context: ["seq_length"] },
  { types: ["mistral", "ministral"], read: mistral, understands: /^sliding_window$/ },
  { types: ["gpt_oss"], read: (config) => byLayerTypes(config), understands: WINDOW_SWITCH },
  {
    types: ["hunyuan", "hunyuan_v1_dense", "hunyuan_v1_moe", "hunyuan_vl"],
    read: hunyuan,
    understands: /^(?:use_cla|cla_share_factor|use_mla|(?:kv|q)_lora_rank)$/,
  },
  { types: ["minimax_m2"], read: minimaxM2, understands: /^attn_type_list$/ },
  {
    types: ["minimax", "minimax_text_01", "minimaxtext01", "minimax_m1", "minimaxm1"],
    read: minimax,
    understands: /^(?:attn_type_list|layer_types|layernorm_linear_attention_\w+)$/,
    // They state 10,240,000 positions, and were made for a tenth of it.
    context: [],
  },
  { types: ["minimax_m3", "minimax_m3_vl"], read: sparse, understands: /^sparse_attention_config$/ },
  {
    types: ["deepseek_v2", "deepseek_v3", "deepseek_v32", "kimi_k2", "kimi_k25", "glm4_moe_lite", "glm_moe_dsa"],
    read: latent,
    understands: LATENT_INDEXED,
  },
  { types: ["minicpm3", "youtu_llm", "youtu"], read: latent, understands: LATENT },
  {
    types: ["longcat_flash", "longcat_flash_ngram", "longcat_flash_omni"],
    read: longcat,
    understands: /^(?:kv|q)_lora_rank$|^v_head_dim$|^mla_scale_/,
  },
  {
    types: ["deepseek_v4", "deepseek_ref"],
    read: compressed,
    understands: /^(?:q|o)_lora_rank$|^index_|^sliding_window$|^compress_(?:ratios|rope_theta)$/,
  },
  {
    types: ["qwen3_next", "qwen3_5", "qwen3_5_moe"],
    read: qwenNext,
    understands: /^layer_types$|^linear_(?:num_)?(?:key|value|conv)_\w+$|^mamba_ssm_dtype$/,
  },
  {
    types: ["kimi_linear"],
    read: kimiLinear,
    understands: /^(?:kv|q)_lora_rank$|^v_head_dim$|^linear_attn_config$|^mla_use_|^latent_moe_/,
    context: ["model_max_length", "max_position_embeddings"],
  },
  {
    types: ["bailing_moe_linear", "bailing_moe_linear_v2", "bailing_moe_v2_5", "bailing_hybrid"],
    read: bailingLinear,
    understands:
      /^(?:kv|q)_lora_rank$|^v_head_dim$|^layer_group_size$|^short_conv_|kda_|^linear_(?:attn_norm|silu|scale)/,
  },
  { types: ["minicpm_sala"], read: minicpmSala, understands: /^mixer_types$|^sparse_config$|^lightning_/ },
  { types: ["rwkv5", "rwkv6", "rwkv7"], read: rwkv },
  {
    types: ["step3p5", "step3p7"],
    read: step,
    understands: /^(?:sliding_window|layer_types)$/,
    context: ["max_position_embeddings", "max_seq_len"],
  },
  {
    types: ["mimo_v2_flash", "mimo_v2"],
    read: mimo,
    understands: /sliding_window|^(?:add_)?swa_|^attention_chunk_size$|^hybrid_layer_pattern$|^v_head_dim$/,
  },
  { types: ["baichuan_m1"], read: baichuanM1, understands: /^sliding_window|^conv_window$|_swa_/ },
];

const LINEAR_SIZES = ["linear_num_value_heads", "linear_key_head_dim", "linear_value_head_dim"];

/**
 * Types that are not known: all common keys are stated, or those of latent keys and values, which mean the same wherever
 * they stand. A window, and linear layers of Qwen's form, count only where `layer_types` says which layers they are.
 */
export const UNKNOWN_TYPE: Pick<TypeReading, "read" | "understands"> = {
  read: (config) => {
    const has = (key: string) => stated(config, key) !== undefined;
    if (!has("num_hidden_layers")) return "unknownType";
    if (has("kv_lora_rank")) return LINEAR_SIZES.some(has) ? "unusual" : latent(config);
    if (!has("num_key_value_heads")) return "unknownType";
    if (LINEAR_SIZES.some(has)) return has("layer_types") && LINEAR_SIZES.every(has) ? qwenNext(config) : "unusual";
    const isWindowKnown =
      !has("sliding_window") || has("layer_types") || stated(config, "use_sliding_window") === false;
    return has("v_head_dim") || !isWindowKnown ? "unusual" : byLayerTypes(config);
  },
  understands:
    /^(?:kv|q)_lora_rank$|^v_head_dim$|^(?:use_)?sliding_window$|^max_window_layers$|^layer_types$|^linear_(?:num_)?(?:key|value|conv)_|^mamba_ssm_dtype$/,
};
