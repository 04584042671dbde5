import { modalitiesOf, sizeInName } from "#src/catalog/entry/edition-match.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { offersOf } from "#src/catalog/memory/offers.ts";
import type { Criterion } from "./criteria.ts";
import { entryRank, isOfferCriterion, jointRank, requiresOffer } from "./criterion-ranks.ts";
import { namesOfEntry } from "./names.ts";

/**
 * Whether one variant of an entry meets all the criteria, each of which something in the entry meets. `moe 128k` wants a
 * mixture of experts that itself has the context, and `chatglm moe` not the collection in which one variant is built on
 * ChatGLM and another is a mixture of experts. What the catalog says of no variant in particular holds for all.
 */
export function meetInOneVariant(criteria: readonly Criterion[], entry: Entry): boolean {
  if (criteria.length < 2) return true;
  if (criteria.some(requiresOffer)) {
    const others = criteria.filter((item) => !isOfferCriterion(item));
    const asked = criteria.filter(isOfferCriterion);
    return offersOf(entry).some(
      (offer) => jointRank(asked, offer, entry) !== undefined && editionMeets(others, entry, offer.edition),
    );
  }
  const editions = entry.variants ?? [];
  return editions.length === 0 || editions.some((edition) => editionMeets(criteria, entry, edition));
}

const editionMeets = (criteria: readonly Criterion[], entry: Entry, edition: Variant | undefined): boolean =>
  edition === undefined || criteria.every((criterion) => meets(criterion, entry, edition));

function meets(criterion: Criterion, entry: Entry, edition: Variant): boolean {
  if (criterion.kind === "word") return isAbout(criterion.word, entry, edition);
  return entryRank(criterion, alone(entry, edition)) !== undefined;
}

const entriesByEdition = new WeakMap<Variant, Entry>();

/** The entry as if the variant were all of it. */
function alone(entry: Entry, edition: Variant): Entry {
  const known = entriesByEdition.get(edition);
  if (known) return known;
  const { weights: _weights, requirements: _requirements, ollama: _ollama, quantizations: _kinds, ...facts } = entry;
  const narrowed: Entry = {
    ...facts,
    variants: [edition],
    architecture: edition.architecture ?? entry.architecture,
    parametersB: edition.parametersB ?? sizeInName(edition.name) ?? entry.parametersB,
    contextTokens: edition.contextTokens ?? entry.contextTokens,
    license: edition.license ?? entry.license,
    modalities: [...modalitiesOf(entry, edition, edition.name)],
    ...(edition.released !== undefined && { released: edition.released, updates: [] }),
  };
  entriesByEdition.set(edition, narrowed);
  return narrowed;
}

/** Whether a word is about a variant: one in the names of some variants, and in none of the entry or family, is about those. */
function isAbout(word: string, entry: Entry, edition: Variant): boolean {
  const folded = foldName(word);
  const isNamed = ({ name }: Variant): boolean => foldName(name).includes(folded);
  if (isNamed(edition) || !entry.variants?.some(isNamed)) return true;
  return namesOfEntry(entry).some((name) => foldName(name).includes(folded));
}
