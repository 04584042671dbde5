import type { Attention } from "#src/catalog/entry/schema.ts";
import { type Config, countOf, layersOf } from "./config.ts";

/** Why a config gives no shape of the cache. */
export type ShapeMissing =
  /** There is no config.json that can be read. */
  | "noConfig"
  /** Its `model_type` is not known, and the common keys are not all there. */
  | "unknownType"
  /** It states something that a shape of the catalog cannot say, or that is not understood. */
  | "unusual"
  /** A figure that its type needs is not there. */
  | "incomplete"
  /** A figure is of the wrong kind, or cannot be true. */
  | "unreadable";

/** The shape as a reader finds it: a figure that is not stated is undefined, one that cannot be read is NaN. */
export type Found = { [Key in keyof Omit<Attention, "source">]?: Attention[Key] | undefined };

/** Reads the attention of the types it is for. */
export type Reader = (config: Config) => Found | ShapeMissing;

/**
 * Key-value heads and their size by the common names: without `num_key_value_heads` each head has its own keys, without
 * `head_dim` the width is shared among the heads (Transformers' configuration classes).
 */
export function headsOf(config: Config, names: { heads?: string[]; kvHeads?: string[] } = {}) {
  const heads = countOf(config, ...(names.heads ?? ["num_attention_heads", "n_head"]));
  const kvHeads = countOf(config, ...(names.kvHeads ?? ["num_key_value_heads"])) ?? heads;
  return { kvHeads, headDim: headDimOf(config, heads) };
}

/** Size of a head: as it is stated, else the width divided by the number of heads. */
export function headDimOf(config: Config, heads: number | undefined): number | undefined {
  const width = widthOf(config);
  const shared = width === undefined || heads === undefined ? undefined : width / heads;
  return countOf(config, "head_dim", "attention_head_dim") ?? shared;
}

/** Values of one token between the layers. */
export const widthOf = (config: Config): number | undefined =>
  countOf(config, "hidden_size", "n_embd", "n_embed", "d_model");

/** Every layer keeps keys and values of every token. */
export const ordinary: Reader = (config) => ({ layers: layersOf(config), ...headsOf(config) });
