import { z } from "zod";
import { texts, word } from "./shapes.ts";

/** What the hub writes of repositories that are older than it knows (ModelInfo of huggingface_hub). */
const OLDER = "2022-03-02T23:29:04.000Z";

const date = z.iso.datetime({ offset: true }).optional().catch(undefined);
const sha = z
  .string()
  .regex(/^[0-9a-f]{40}$/)
  .optional()
  .catch(undefined);
const yes = z.boolean().optional().catch(undefined);
/** `false`, `auto` or `manual`. */
const gated = z
  .union([z.boolean(), z.string()])
  .optional()
  .catch(undefined)
  .transform((value) => value !== undefined && value !== false && value !== "false");

/** A row of `/api/models` with the fields that are asked for, and of `/api/models/ID`. */
export const modelRow = z.object({
  id: z.string(),
  createdAt: date.transform((value) => (value === OLDER ? undefined : value)),
  lastModified: date,
  sha,
  private: yes,
  disabled: yes,
  gated,
  pipeline_tag: word,
  library_name: word,
  tags: texts,
  config: z.object({ architectures: texts }).optional().catch(undefined),
});
export type ModelRow = z.output<typeof modelRow>;

const size = z.number().nonnegative().optional().catch(undefined);
const sibling = z.object({
  rfilename: z.string().max(500),
  size,
  lfs: z.object({ size }).optional().catch(undefined),
});

/** `/api/models/ID?blobs=true`. */
export const modelDetail = modelRow.extend({
  cardData: z
    .object({
      license: texts,
      license_name: word,
      license_link: word,
      base_model: texts,
      base_model_relation: word,
      language: texts,
    })
    .optional()
    .catch(undefined),
  safetensors: z
    .object({ parameters: z.record(z.string(), z.number().nonnegative()), total: z.number().positive() })
    .optional()
    .catch(undefined),
  siblings: z
    .array(z.unknown())
    .catch([])
    .transform((rows) => rows.flatMap((row) => sibling.safeParse(row).data ?? [])),
});
export type ModelDetail = z.output<typeof modelDetail>;

/** `/api/collections/SLUG`. */
export const collection = z.object({
  items: z.array(z.object({ id: z.string(), type: z.string() }).optional().catch(undefined)),
});
