import { z } from "zod";

/** A config.json, or a part of one. Hostile: any value may be of any kind. */
export type Config = Readonly<Record<string, unknown>>;

const part = z.record(z.string(), z.unknown());
const figure = z.int().nonnegative().max(1_000_000_000);
/** No model has more layers than a few hundred; longer lists are not read. */
const MOST_LAYERS = 2_000;

/** A value that the object itself has; `null` counts as not stated, as in Transformers. */
export const stated = (config: Config, key: string): unknown =>
  Object.hasOwn(config, key) ? (config[key] ?? undefined) : undefined;

/** A part of a config; undefined where it is not there, or is no object. */
export function partOf(config: Config, key: string): Config | undefined {
  const value = stated(config, key);
  return Array.isArray(value) ? undefined : part.safeParse(value).data;
}

/** The first of these keys that is stated; NaN where it is there and no whole number from 0 to 10^9. */
export function countOf(config: Config, ...keys: readonly string[]): number | undefined {
  const value = keys.map((key) => stated(config, key)).find((each) => each !== undefined);
  return value === undefined ? undefined : (figure.safeParse(value).data ?? Number.NaN);
}

/** True only where it says `true`. */
export const isOn = (config: Config, key: string): boolean => stated(config, key) === true;

/** Layers of the model; NaN where the number cannot be one. */
export function layersOf(config: Config, ...keys: readonly string[]): number | undefined {
  const layers = countOf(config, ...(keys.length === 0 ? LAYER_KEYS : keys));
  return layers !== undefined && layers > MOST_LAYERS ? Number.NaN : layers;
}

/** Keys of the number of layers, in the order in which convert_hf_to_gguf.py of ik_llama.cpp tries them. */
export const LAYER_KEYS = ["n_layers", "num_hidden_layers", "n_layer", "num_layers"];

/**
 * What a list says of each layer. Lists may go on with layers that predict further tokens (Step-3.7-Flash: 45 and 3,
 * DeepSeek-V4: 43 and 1), which are no part of the model proper. Undefined where there is none, or one that is shorter.
 */
export function eachLayer(config: Config, key: string, layers: number | undefined): readonly unknown[] | undefined {
  const list = stated(config, key);
  if (!Array.isArray(list) || list.length > MOST_LAYERS || layers === undefined || !(list.length >= layers))
    return undefined;
  return list.slice(0, layers);
}

/** How many layers a list says this of. */
export const layersThat = (list: readonly unknown[], ...values: readonly unknown[]): number =>
  list.filter((value) => values.includes(value)).length;

/** Where vision, speech and other models keep the language model's config. */
const NESTED = ["text_config", "llm_config", "language_config", "thinker_config"];

/** The part that describes the language model: a nested one that states its layers, else the config itself. */
export function languagePartOf(config: Config, depth = 0): Config {
  if (depth > 2) return config;
  for (const key of NESTED) {
    const nested = partOf(config, key);
    const inner = nested === undefined ? undefined : languagePartOf(nested, depth + 1);
    if (inner !== undefined && (layersOf(inner) !== undefined || layersOf(config) === undefined)) return inner;
  }
  return config;
}

/** `model_type` without the ending that Transformers gives to nested parts (`qwen3_5_moe_text`); undefined where none. */
export function typeOf(config: Config): string | undefined {
  const type = stated(config, "model_type");
  if (typeof type !== "string" || type.length > 100) return undefined;
  return type.toLowerCase().replace(/_text$/, "");
}
