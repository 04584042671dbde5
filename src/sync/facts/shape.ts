import type { z } from "zod";
import type { Embeddings } from "#src/catalog/entry/schema.ts";
import { attention as attentionSchema, embeddings as embeddingsSchema } from "#src/catalog/entry/shape-schemas.ts";
import { tokens } from "#src/catalog/entry/value-schemas.ts";
import { cacheOf } from "#src/catalog/memory/cache.ts";
import { TYPE_READINGS, UNKNOWN_TYPE } from "./attention-types.ts";
import { type Config, countOf, languagePartOf, partOf, stated, typeOf } from "./config.ts";
import { type ShapeMissing, widthOf } from "./reading.ts";

const statedAttention = attentionSchema.omit({ source: true });
export type StatedAttention = z.infer<typeof statedAttention>;

/** What a config.json says of a model's memory. */
export type Shape = {
  attention?: StatedAttention;
  embeddings?: Embeddings;
  /** Positions that it states. */
  contextTokens?: number;
  /**
   * Why the maker's own figure may be another: `stretched`: it is the first length times YaRN's factor, which makers round
   * (DeepSeek-V3: 163,840 stated, 128K named); `stretchable`: it states how to go beyond (Hunyuan: 32K stated, 256K named); `odd`: it is no power of
   * two, as the lengths that makers train on are: room for the answer may be counted in (Qwen3: 40,960 stated, 32K named).
   */
  contextDoubt?: "stretched" | "stretchable" | "odd";
  /** Why there is no `attention`. */
  reason?: ShapeMissing;
};

/**
 * Keys that stand for something else than full attention with ordinary heads. Where one is stated that the type's reader
 * does not understand, nothing is said of the cache.
 */
const UNUSUAL = new RegExp(
  [
    "sliding|swa_|window|^layer_types|layers_block|attn_type|attn_layer|attn_mode|mixer|hybrid|layer_group|chunk_size$",
    "^linear_|_linear_attention|lightning|mamba|(?:^|_)ssm|conv|rwkv|delta|kda|retention|lora_rank|latent_|mla|use_mqa|v_head_dim|^value_head",
    "sparse_a|sparse_config|compress_|^index_(?:n_heads|head_dim|topk)|^indexer_types|^use_cla|cla_share|kv_shared",
    "share.*kv|global_|block_configs|no_rope_layer|is_encoder_decoder|cross_attention|per_layer|kv_repeat",
  ].join("|"),
);

/** What the config says: attention, embeddings, context; each left out where it is not certain. Never throws. */
export function shapeOf(config: Config | undefined): Shape {
  if (config === undefined) return { reason: "noConfig" };
  const model = languagePartOf(config);
  const type = typeOf(model) ?? typeOf(config);
  const known = TYPE_READINGS.find(({ types }) => type !== undefined && types.includes(type));
  const { read, understands } = known ?? UNKNOWN_TYPE;
  const found = speaksOfMore(model, understands) ? "unusual" : read(model);
  const attention = typeof found === "string" ? found : checked(found);
  const embeddings = embeddingsOf(config, model);
  return {
    ...(typeof attention === "string" ? { reason: attention } : { attention }),
    ...(embeddings && { embeddings }),
    ...contextOf(model, known?.context ?? ["max_position_embeddings"]),
  };
}

/** Configs have up to some hundred keys, of up to some forty letters. */
const MOST_KEYS = 5_000;
const LONGEST_KEY = 100;

/** Whether a key is in use that stands for something unusual, and is not understood. */
function speaksOfMore(model: Config, understands: RegExp | undefined): boolean {
  const keys = Object.keys(model);
  const isMore = (key: string) => UNUSUAL.test(key) && !understands?.test(key) && isUsed(model, key);
  return keys.length > MOST_KEYS || keys.some((key) => key.length > LONGEST_KEY || isMore(key));
}

/** Whether a value says that the thing is there. */
function isUsed(config: Config, key: string): boolean {
  const value = stated(config, key);
  if (value === undefined || value === false || value === 0 || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}

/** The shape with every figure as the catalog allows it, and complete enough to count the cache. */
function checked(found: object): StatedAttention | ShapeMissing {
  const figures = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  const attention = statedAttention.safeParse(figures).data;
  if (attention === undefined) return "unreadable";
  if (attention.layers === undefined) return "incomplete";
  const cache = cacheOf({ ...attention, source: [] });
  if (cache === undefined) return "incomplete";
  return Object.values(cache).some((value) => Number.isNaN(value)) ? "unreadable" : attention;
}

/** Width, vocabulary and whether input and output share a table. The top level decides of the last where it speaks of it. */
function embeddingsOf(config: Config, model: Config): Embeddings | undefined {
  const tied = [config, model].map((part) => stated(part, "tie_word_embeddings")).find((value) => value !== undefined);
  const vocabulary = countOf(model, "padded_vocab_size", "vocab_size");
  const figures = {
    width: widthOf(model),
    ...(vocabulary !== undefined && { vocabulary }),
    ...(typeof tied === "boolean" && { tied }),
  };
  return embeddingsSchema.safeParse(figures).data;
}

/** Positions as they are stated, never multiplied: some files give the length before YaRN stretches it, some after. */
function contextOf(model: Config, keys: readonly string[]): Pick<Shape, "contextTokens" | "contextDoubt"> {
  const contextTokens = tokens.safeParse(countOf(model, ...keys)).data;
  if (keys.length === 0 || contextTokens === undefined) return {};
  const scaling = partOf(model, "rope_scaling") ?? partOf(model, "rope_parameters");
  const kind = scaling && (stated(scaling, "rope_type") ?? stated(scaling, "type"));
  const factor = scaling && stated(scaling, "factor");
  const first = scaling && countOf(scaling, "original_max_position_embeddings");
  const isStretched =
    kind === "yarn" && typeof factor === "number" && first !== undefined && first * factor === contextTokens;
  if (isStretched) return { contextTokens, contextDoubt: "stretched" };
  const isStretchable = kind === "yarn" || (scaling !== undefined && stated(scaling, "alpha") !== undefined);
  if (isStretchable) return { contextTokens, contextDoubt: "stretchable" };
  return { contextTokens, ...(!Number.isInteger(Math.log2(contextTokens)) && { contextDoubt: "odd" }) };
}
