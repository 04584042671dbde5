import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import type { NameKind, Names } from "./names.ts";

/** What a person means by a name: an entry, or one of its variants. */
export type Subject = { entry: Entry; variant: Variant | undefined };

export type NamedSubject = {
  subject: Subject;
  /** Whose name it was; by a family's name the newest of the family is meant. */
  kind: NameKind;
};

export const subjectName = ({ entry, variant }: Subject): string => variant?.name ?? entry.name;

/** Whether two are the very same; two variants of one entry are not. */
export const isSameSubject = (a: Subject, b: Subject): boolean => a.entry === b.entry && a.variant === b.variant;

/**
 * What bears exactly this name, or undefined. A variant's name picks the variant, also where the entry has it as an
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

/** Every way to run it. What the entry says of no variant in particular holds for a variant that is the only one. */
export function offersOfSubject({ entry, variant }: Subject): Offer[] {
  const offers = offersOf(entry);
  if (variant === undefined) return offers;
  const only = entry.variants?.length === 1;
  return offers.filter((offer) => offer.variant === variant.name || (only && offer.variant === undefined));
}

/** `Qwen3-8B` of Qwen3 is `8B`: a variant without the name that the whole group bears already. */
export function shortVariant(variant: string, { entry: { name, id, family } }: Subject): string {
  for (const whole of [name, id, family]) {
    const rest = variant.slice(whole.length);
    if (variant.toLowerCase().startsWith(whole.toLowerCase()) && /^[-_ ]\S/.test(rest)) return rest.slice(1);
  }
  return variant;
}
