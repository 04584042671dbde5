import { z } from "zod";
import { watchSchema } from "./watch.ts";

const rule = (name: string) => ({ error: `rule:${name}` });
const name = z.string().trim().min(1, rule("empty")).max(80);
/** Names are compared without blanks and hyphens, so something else must be left. */
const cardName = name.regex(/[\p{L}\p{N}]/u, rule("cardName"));

export const cardSchema = z.strictObject({
  name: cardName.describe("As people write it, such as RTX 4090"),
  aliases: z
    .array(cardName)
    .default([])
    .describe("What else people type, in lower case, with spaces where people may leave them out"),
  kind: z.enum(["desktop", "laptop", "workstation", "datacenter", "embedded", "computer"]),
  unified: z
    .enum(["macos", "windows", "linux"])
    .optional()
    .describe("Its memory is the main memory too; the usual system, which decides what of it the GPU may take"),
  editions: z
    .array(
      z.strictObject({
        memoryGb: z.number().positive().max(10_000),
        bandwidthGbs: z.number().positive().max(100_000).optional().describe("GB (10^9 bytes) a second"),
      }),
    )
    .min(1)
    .describe("The common one first"),
  source: z.array(z.url({ protocol: /^https?$/, ...rule("url") })).min(1),
  note: name.max(500).optional(),
});

/** What the files of `REFERENCE_FILES` hold. */
export const REFERENCE_SCHEMAS = { cards: z.array(cardSchema), bases: z.array(name), watch: watchSchema } as const;
