import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import type { NameKind, Names } from "./names.ts";

/** An entry or one of its variants, as a person means it by a name. */
export type Subject = { entry: Entry; variant: Variant | undefined };

export type NamedSubject = {
  subject: Subject;
  /** Whose name it is; a family's name means the newest of the family. */
  kind: NameKind;
};

export const subjectName = ({ entry, variant }: Subject): string => variant?.name ?? entry.name;

/** Whether two subjects are the same; two variants of one entry are not. */
export const isSameSubject = (a: Subject, b: Subject): boolean => a.entry === b.entry && a.variant === b.variant;

/**
 * The subject with exactly this name, or undefined. A variant's name picks the variant, also where the entry has it as an
 * alias; only the entry's own id and name stand for the entry although a variant may be called the same.
 */
export function subjectNamed(name: string, names: Names): NamedSubject | undefined {
  const [best] = names.exact(name);
  if (best === undefined) return undefined;
  const { entry, kind } = best;
  const wanted = foldName(name);
  const whole = kind === "family" || [entry.id, entry.name].some((own) => foldName(own) === wanted);
  const variant = whole ? undefined : entry.variants?.find((item) => foldName(item.name) === wanted);
  return { subject: { entry, variant }, kind };
}

/** The offers of a subject. What the entry says of no variant in particular holds for a variant that is the only one. */
export function offersOfSubject({ entry, variant }: Subject): Offer[] {
  const offers = offersOf(entry);
  if (variant === undefined) return offers;
  const only = entry.variants?.length === 1;
  return offers.filter((offer) => offer.variant === variant.name || (only && offer.variant === undefined));
}

/** The name of a variant without its entry's name: `Qwen3-8B` of Qwen3 is `8B`. */
export function shortVariant(variant: string, { entry: { name, id, family } }: Subject): string {
  for (const whole of [name, id, family]) {
    const rest = variant.slice(whole.length);
    if (variant.toLowerCase().startsWith(whole.toLowerCase()) && /^[-_ ]\S/.test(rest)) return rest.slice(1);
  }
  return variant;
}
