import { z } from "zod";
import { PRECISIONS } from "./precision.ts";
import { count, gigabytes, line, name, rule, sourceList } from "./value-schemas.ts";

/**
 * The shape of a key-value cache, as the model's own configuration states it. Values are counted in numbers of one value
 * each, of two bytes where the cache is not quantised. What a shape keeps: `src/catalog/memory/cache.ts`.
 */
export const attention = z.strictObject({
  kind: z
    .enum(["mla", "sliding", "hybrid", "linear", "compressed", "sparse"])
    .optional()
    .describe("Absent: every layer keeps keys and values of every token"),
  layers: count.optional(),
  kvHeads: count.optional(),
  headDim: count
    .optional()
    .describe(
      "Values of a key, and of a value where `valueHeadDim` is absent; of MLA as it is without the latent form",
    ),
  valueHeadDim: count.optional(),
  latentRank: count.optional().describe("Values a token and layer of the compressed keys and values (MLA)"),
  ropeDim: z
    .int()
    .nonnegative()
    .optional()
    .describe("Values a token and layer beside the latent ones (MLA); 0 where it has no positions"),
  window: count.optional().describe("Tokens that layers with a window keep"),
  fullLayers: z.int().nonnegative().optional().describe("Layers whose cache grows with the text"),
  windowKvHeads: count.optional().describe("Key-value heads of the layers with a window, where they differ"),
  linearLayers: count.optional(),
  stateValues: count.optional().describe("Values a sequence in all linear layers together; they do not grow"),
  valuesPerToken: count.optional().describe("Values a token in all layers together, where the cache is compressed"),
  extraValuesPerToken: count.optional().describe("Values a token kept besides keys and values, such as index keys"),
  constantValues: count.optional().describe("Values a sequence that do not grow, where the cache is compressed"),
  confidence: z.enum(["base", "secondary"]).optional().describe("base: the shape of the model it is built on"),
  inheritedFrom: name.optional().describe("The model whose shape it is"),
  note: line.optional(),
  source: sourceList,
});

export const attentionMissing = line.describe("Why the shape of the cache is not stated");

export const embeddings = z.strictObject({
  width: count.describe("Values of one token (hidden size)"),
  vocabulary: count.optional().describe("Tokens of the vocabulary"),
  tied: z.boolean().optional().describe("Input and output share one table"),
});

/** `bf16`, `gguf:q4_k_m`: the key of a file's size. */
const FILE_KIND = new RegExp(`^(?:${PRECISIONS.join("|")})(?::[a-z0-9_.]+)?$`);
export const fileSizes = z
  .record(z.string().regex(FILE_KIND, rule("fileKind")), gigabytes)
  .describe("GB (10^9 bytes) of the weight files by precision, such as `bf16` or `gguf:q4_k_m`");

/** Of an MLA model's GGUF file: those made before llama.cpp could keep the latent form store keys and values in full. */
export const mla = z
  .boolean()
  .describe(
    "Whether the GGUF file lets llama.cpp keep the latent form of MLA; false: keys and values are kept in full",
  );
