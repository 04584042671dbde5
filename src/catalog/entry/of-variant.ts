import { DOMAINS, type Domain, type Purpose } from "./purposes.ts";
import type { Attention, Embeddings, Entry, License, Modality, Thinking, Variant } from "./schema.ts";

/**
 * What holds for a variant: what it states itself, else what its entry says of all. Undefined as a variant stands for the
 * entry as a whole.
 */
type Of = Variant | undefined;

export const purposesOf = (entry: Entry, variant: Of): readonly Purpose[] => variant?.purposes ?? entry.purposes ?? [];

export const thinkingOf = (entry: Entry, variant: Of): Thinking | undefined => variant?.thinking ?? entry.thinking;

export const modalitiesOf = (entry: Entry, variant: Of): readonly Modality[] => variant?.modalities ?? entry.modalities;

/** The licence; an entry's own is as strict as the strictest of its variants, so nothing is shown freer than it is. */
export const licenseOf = (entry: Entry, variant: Of): License => variant?.license ?? entry.license;

export const contextOf = (entry: Entry, variant: Of): number | undefined =>
  variant?.contextTokens ?? entry.contextTokens;

/** The shape of the cache. One of an entry holds for its variants only where none of them states another. */
export const attentionOf = (entry: Entry, variant: Of): Attention | undefined =>
  variant?.attention ?? (variant && someVariantStates(entry, "attention") ? undefined : entry.attention);

export const embeddingsOf = (entry: Entry, variant: Of): Embeddings | undefined =>
  variant?.embeddings ?? (variant && someVariantStates(entry, "embeddings") ? undefined : entry.embeddings);

const someVariantStates = ({ variants = [] }: Entry, field: "attention" | "embeddings"): boolean =>
  variants.some((variant) => variant[field] !== undefined);

/** Every licence that an entry's weights come under: those of its variants, and its own where some variant states none. */
export function licensesOf(entry: Entry): License[] {
  const variants = entry.variants ?? [];
  const stated = variants.flatMap(({ license }) => license ?? []);
  return stated.length > 0 && stated.length === variants.length ? stated : [entry.license, ...stated];
}

/** The field of knowledge that a model is made for; undefined for a general one. */
export function domainOf(entry: Entry, variant: Of = undefined): Domain | undefined {
  const [foremost] = purposesOf(entry, variant);
  return DOMAINS.find((domain) => domain === foremost);
}
