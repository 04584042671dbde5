import { attentionOf, contextOf, embeddingsOf, licenseOf, modalitiesOf } from "#src/catalog/entry/of-variant.ts";
import type { PRECISIONS } from "#src/catalog/entry/precision.ts";
import type { Attention, Entry, License, Variant, Weights } from "#src/catalog/entry/schema.ts";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";

/** What a hub would say of weights of the catalog, written from the catalog's own facts; undefined where no hub has them. */
export function hubFacts(entry: Entry, variant: Variant | undefined, row: Weights): ModelFacts | undefined {
  if (row.id === undefined || (row.hub !== "huggingface" && row.hub !== "modelscope")) return undefined;
  const size = (variant ?? entry).storedParametersB ?? (variant ?? entry).parametersB;
  const released = variant?.released ?? entry.released;
  const modalities = modalitiesOf(entry, variant);
  return {
    hub: row.hub,
    id: row.id,
    createdAt: released && `${`${released}-15-15`.slice(0, 10).replace(/^(\d{4})-15-15$/, "$1-06-15")}T08:00:00.000Z`,
    lastModified: undefined,
    sha: "0123456789abcdef0123456789abcdef01234567",
    pipelineTag: modalities.includes("vision")
      ? "image-text-to-text"
      : modalities.includes("audio")
        ? "audio-text-to-text"
        : "text-generation",
    library: "transformers",
    tags: [],
    architectures: [],
    gated: false,
    license: licenseTag(licenseOf(entry, variant)),
    baseModels: [],
    languages: entry.languages,
    stored: size === undefined ? undefined : storedNumbers(row.precision, size),
    files: filesOf(row.precision, size),
    config: configOf(entry, variant, row),
  };
}

const TAGS: Record<string, string> = { "apache-2.0": "apache-2.0", mit: "mit" };

/** A licence that hubs have a tag for, or `other` with the name that the card gives. */
function licenseTag({ weights }: License): ModelFacts["license"] {
  const name = weights?.replace(/[（(].*$/u, "").trim();
  if (name === undefined || name === "unknown") return { tag: undefined, name: undefined, link: undefined };
  const tag = TAGS[name.toLowerCase()];
  return tag === undefined ? { tag: "other", name, link: undefined } : { tag, name: undefined, link: undefined };
}

type Precision = (typeof PRECISIONS)[number] | undefined;
const TYPES: Partial<Record<string, string>> = { bf16: "BF16", fp16: "F16", fp32: "F32", fp8: "F8_E4M3" };

function storedNumbers(precision: Precision, size: number): ModelFacts["stored"] {
  const total = Math.round(size * 1e9);
  const type = TYPES[precision ?? "bf16"];
  if (type === undefined)
    return { total: Math.round(total / 6), byType: { I32: Math.round(total / 8), BF16: Math.round(total / 24) } };
  return { total, byType: { [type]: total } };
}

function filesOf(precision: Precision, size: number | undefined): ModelFacts["files"] {
  const bytes = size === undefined ? undefined : Math.round(size * 1e9 * (precision === "fp8" ? 1 : 2));
  return precision === "gguf"
    ? [
        { path: "model-q4_k_m.gguf", bytes },
        { path: "model-q8_0.gguf", bytes },
      ]
    : [{ path: "model.safetensors", bytes }];
}

const DTYPES: Partial<Record<string, string>> = { bf16: "bfloat16", fp16: "float16", fp32: "float32" };
const METHODS: Partial<Record<string, object>> = {
  fp8: { quant_method: "fp8" },
  awq: { quant_method: "awq", bits: 4 },
  "gptq-int4": { quant_method: "gptq", bits: 4 },
  "gptq-int8": { quant_method: "gptq", bits: 8 },
  "fp4-mixed": { quant_method: "fp8" },
  mxfp4: { quant_method: "mxfp4" },
  int4: { quant_method: "compressed-tensors", config_groups: { group_0: { weights: { type: "int", num_bits: 4 } } } },
};

function configOf(entry: Entry, variant: Variant | undefined, row: Weights): ModelFacts["config"] {
  const attention = attentionOf(entry, variant);
  if (attention === undefined || row.precision === "gguf" || row.precision === "mlx") return undefined;
  const embeddings = embeddingsOf(entry, variant);
  const architecture = variant?.architecture ?? entry.architecture;
  const method = METHODS[row.precision ?? ""];
  return withoutAbsent({
    ...attentionKeys(attention),
    hidden_size: embeddings?.width,
    vocab_size: embeddings?.vocabulary,
    tie_word_embeddings: embeddings?.tied,
    max_position_embeddings: contextOf(entry, variant),
    num_experts: architecture === "moe" ? 64 : undefined,
    torch_dtype: DTYPES[row.precision ?? "bf16"],
    quantization_config: method,
    expert_dtype: row.precision === "fp4-mixed" ? "fp4" : undefined,
    vision_config: modalitiesOf(entry, variant).includes("vision") ? { depth: 27 } : undefined,
  });
}

const withoutAbsent = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** The keys of a model type whose cache has that shape. */
function attentionKeys(attention: Attention): Record<string, unknown> {
  const { kind, layers, kvHeads, headDim, window, fullLayers, linearLayers, latentRank, ropeDim } = attention;
  const ordinary = {
    num_hidden_layers: layers,
    num_attention_heads: 2 * (kvHeads ?? 1),
    num_key_value_heads: kvHeads,
    head_dim: headDim,
  };
  const indexed = indexKeys(attention);
  const latent = {
    num_attention_heads: kvHeads,
    kv_lora_rank: latentRank,
    qk_rope_head_dim: ropeDim,
    v_head_dim: attention.valueHeadDim,
    qk_nope_head_dim: headDim !== undefined && ropeDim !== undefined ? headDim - ropeDim : undefined,
  };
  const state =
    attention.stateValues !== undefined && linearLayers !== undefined
      ? attention.stateValues / linearLayers
      : undefined;
  switch (kind) {
    case "mla":
      return { model_type: "deepseek_v3", num_hidden_layers: layers, ...latent, ...indexed };
    case "sliding":
      return {
        model_type: "gpt_oss",
        ...ordinary,
        sliding_window: window,
        use_sliding_window: true,
        layer_types: Array.from({ length: layers ?? 0 }, (_, at) =>
          at < (fullLayers ?? 0) ? "full_attention" : "sliding_attention",
        ),
      };
    case "hybrid": {
      const all = layers ?? (fullLayers ?? 0) + (linearLayers ?? 0);
      if (latentRank !== undefined)
        return {
          model_type: "kimi_linear",
          num_hidden_layers: all,
          ...latent,
          linear_attn_config: {
            full_attn_layers: Array.from({ length: fullLayers ?? 0 }, (_, at) => at),
            kda_layers: Array.from({ length: all - (fullLayers ?? 0) }, (_, at) => at),
            num_heads: state === undefined ? undefined : state / 16_384,
            head_dim: 128,
          },
        };
      return {
        model_type: "qwen3_next",
        ...ordinary,
        num_hidden_layers: all,
        layer_types: Array.from({ length: all }, (_, at) =>
          at < (fullLayers ?? 0) ? "full_attention" : "linear_attention",
        ),
        linear_num_value_heads: state === undefined ? undefined : state / 16_384,
        linear_key_head_dim: 128,
        linear_value_head_dim: 128,
      };
    }
    case "compressed":
    case "linear":
    case "sparse":
      return { model_type: `unheard-of-${kind}`, num_hidden_layers: layers };
    case undefined:
      return { model_type: "qwen3", ...ordinary };
  }
}

/** An index key of 128 values in each layer that has one. */
function indexKeys({ extraValuesPerToken, layers = 0 }: Attention): Record<string, unknown> {
  if (extraValuesPerToken === undefined) return {};
  const indexers = extraValuesPerToken / 128;
  const types = Array.from({ length: layers }, (_, at) => (at < indexers ? "full" : "shared"));
  return { index_head_dim: 128, ...(indexers !== layers && { indexer_types: types }) };
}
