import type { Entry, OllamaModel, Requirement, Variant, Weights } from "./schema.ts";

/** A row with the variant it belongs to; absent where it is of the entry as a whole. */
export type OfEdition<Row> = { row: Row; variant?: Variant };

/**
 * The weights of every variant, then those of the entry as a whole. Here and below, variants come first because what
 * they say is the more precise.
 */
export const everyWeights = (entry: Entry): OfEdition<Weights>[] => [
  ...ofVariants(entry, (variant) => variant.weights),
  ...(entry.weights ?? []).map((row) => ({ row })),
];

/** What every variant and the entry need to run; the entry's own rows may name a variant too. */
export const everyRequirement = (entry: Entry): OfEdition<Requirement>[] => [
  ...ofVariants(entry, (variant) => variant.requirements),
  ...(entry.requirements ?? []).map((row) => {
    const variant = entry.variants?.find(({ name }) => name === row.variant);
    return variant === undefined ? { row } : { row, variant };
  }),
];

/** Likewise with all of one variant together, in the order of the variants; what is of none comes last. */
export function requirementsByVariant(entry: Entry): OfEdition<Requirement>[] {
  const { variants = [] } = entry;
  const place = ({ variant }: OfEdition<Requirement>): number =>
    variant === undefined ? variants.length : variants.indexOf(variant);
  return everyRequirement(entry).toSorted((a, b) => place(a) - place(b));
}

/** The models in Ollama of every variant and of the entry. */
export const everyOllamaModel = (entry: Entry): OfEdition<OllamaModel>[] => [
  ...ofVariants(entry, (variant) => variant.ollama),
  ...(entry.ollama ?? []).map((row) => ({ row })),
];

function ofVariants<Row>(entry: Entry, rows: (variant: Variant) => Row[] | undefined): OfEdition<Row>[] {
  return (entry.variants ?? []).flatMap((variant) => (rows(variant) ?? []).map((row) => ({ row, variant })));
}
