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

/** The shape of the cache. One of an entry holds for its variants only where none of them states another. */
export const attentionOf = (entry: Entry, variant: Of): Attention | undefined =>
  variant?.attention ?? (variant && someVariantStates(entry, "attention") ? undefined : entry.attention);

/** The longest context. One of an entry, which is that of its longest edition, likewise. */
export const contextOf = (entry: Entry, variant: Of): number | undefined =>
  variant?.contextTokens ?? (variant && someVariantStates(entry, "contextTokens") ? undefined : entry.contextTokens);

export const embeddingsOf = (entry: Entry, variant: Of): Embeddings | undefined =>
  variant?.embeddings ?? (variant && someVariantStates(entry, "embeddings") ? undefined : entry.embeddings);

const someVariantStates = ({ variants = [] }: Entry, field: "attention" | "embeddings" | "contextTokens"): boolean =>
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

/** What holds for some variants of an entry; of one that has none, for the entry. */
export type Shared<Value> = { value: Value; variants: readonly Variant[] };

/** What holds for which variants, in the order in which they come; `keyOf` says what makes two values the same. */
export function sharedBy<Value>(
  { variants }: Entry,
  read: (variant: Of) => Value,
  keyOf: (value: Value) => unknown = (value) => value,
): Shared<Value>[] {
  if (variants === undefined || variants.length === 0) return [{ value: read(undefined), variants: [] }];
  const values = variants.map((variant) => ({ variant, value: read(variant) }));
  return [...Map.groupBy(values, ({ value }) => JSON.stringify(keyOf(value)))].flatMap(([, group]) => {
    const [first] = group;
    return first === undefined ? [] : [{ value: first.value, variants: group.map(({ variant }) => variant) }];
  });
}

/**
 * A fact as it is told of an entry as a whole: what all of its variants share, else what the entry itself says, which holds
 * for those that state none. `varies`: some variant differs from that.
 */
export function factOfAll<Value>(
  entry: Entry,
  read: (variant: Of) => Value | undefined,
): { value: Value | undefined; varies: boolean } {
  const groups = sharedBy(entry, read, (value) => value ?? null);
  const [only] = groups;
  return groups.length === 1 ? { value: only?.value, varies: false } : { value: read(undefined), varies: true };
}

export type Commercial = License["commercial"];

/** From the freest to the strictest: what nobody says may turn out stricter than what needs a registration. */
const STRICTNESS: readonly string[] = ["yes", "conditional", "registration", "unknown", "no"] satisfies Commercial[];

/** Compares two uses for sorting, the freest first; more than 0 where the first is the stricter one. */
export const byStrictness = (a: string, b: string): number => STRICTNESS.indexOf(a) - STRICTNESS.indexOf(b);

/** The licences of an entry with the variants that are under each, the freest first. Where they are from may differ. */
export function licenseGroups(entry: Entry): Shared<License>[] {
  const groups = sharedBy(
    entry,
    (variant) => licenseOf(entry, variant),
    (license) => ({ ...license, source: undefined }),
  );
  return groups.toSorted((a, b) => byStrictness(a.value.commercial, b.value.commercial));
}

/** Whether an entry's weights may be used commercially: what holds for its freest and its strictest variant. */
export type CommercialUse = {
  freest: Commercial;
  strictest: Commercial;
  /** Whether that depends on the variant. */
  mixed: boolean;
  /** Which variants are how free, the freest first. */
  groups: Shared<Commercial>[];
};

export function commercialOf(entry: Entry): CommercialUse {
  const groups = sharedBy(entry, (variant) => licenseOf(entry, variant).commercial).toSorted((a, b) =>
    byStrictness(a.value, b.value),
  );
  const freest = groups[0]?.value ?? entry.license.commercial;
  return { freest, strictest: groups.at(-1)?.value ?? freest, mixed: groups.length > 1, groups };
}
