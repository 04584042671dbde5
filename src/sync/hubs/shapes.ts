import { z } from "zod";

/** Characters of one of a hub's words (a tag, a name, an address), and how many of a list are kept. */
const MAX_WORD = 300;
const MAX_WORDS = 500;

/** No control characters, no halves of characters, and nothing that is not seen or turns the direction of writing. */
const SEEN = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;

const text = z.string().max(MAX_WORD).trim().min(1).regex(SEEN);

/** A word, or nothing where it is odd. */
export const word = text.optional().catch(undefined);

/** A word or a list of them, which cards write either way; what is odd is left out. */
export const texts = z
  .union([z.array(z.unknown()), z.string()])
  .optional()
  .catch(undefined)
  .transform((value) =>
    (typeof value === "string" ? [value] : (value ?? []))
      .flatMap((item) => text.safeParse(item).data ?? [])
      .slice(0, MAX_WORDS),
  );

/** An object of JSON, which config.json is. */
export const jsonObject = z.record(z.string(), z.unknown());

/** What safetensors are split into, `model.safetensors.index.json`: bytes in all, as the author's tool wrote them. */
export const safetensorsIndex = z.object({
  metadata: z.object({
    total_size: z.number().positive().optional().catch(undefined),
    total_parameters: z.number().positive().optional().catch(undefined),
  }),
});
