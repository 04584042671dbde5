import { z } from "zod";

/** What entries and queries refer to and no entry states: `catalog/cards.yaml` and `catalog/bases.yaml`. */
export type Reference = {
  cards: readonly Card[];
  /** Names of models that entries build on and that no entry or variant is named after: mostly foreign ones. */
  bases: readonly string[];
};

export const NO_REFERENCE: Reference = { cards: [], bases: [] };

/** The files by what they hold. */
export const REFERENCE_FILES = { cards: "cards.yaml", bases: "bases.yaml" } as const;
export type ReferenceFile = keyof typeof REFERENCE_FILES;
export const REFERENCE_KINDS = ["cards", "bases"] as const satisfies readonly ReferenceFile[];

const rule = (name: string) => ({ error: `rule:${name}` });
const name = z.string().trim().min(1, rule("empty")).max(80);
/** Names are compared without blanks and hyphens, so something else must be left. */
const cardName = name.regex(/[\p{L}\p{N}]/u, rule("cardName"));

const card = z.strictObject({
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

/** A graphics card or another accelerator that people run models on. */
export type Card = z.infer<typeof card>;

/** What the files hold. */
export const REFERENCE_SCHEMAS = { cards: z.array(card), bases: z.array(name) } as const;
