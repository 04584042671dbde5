import { memoByObject } from "#src/base/memo.ts";
import { sizeInName } from "#src/catalog/entry/edition-match.ts";
import { modalitiesOf } from "#src/catalog/entry/of-variant.ts";
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

/** The entry as if the variant were all of it. */
const alone = (entry: Entry, edition: Variant): Entry => entriesOfVariants(entry)(edition);

const entriesOfVariants = memoByObject((entry: Entry) => memoByObject((edition: Variant) => narrowed(entry, edition)));

function narrowed(entry: Entry, edition: Variant): Entry {
  const { weights: _weights, requirements: _requirements, ollama: _ollama, quantizations: _kinds, ...facts } = entry;
  return {
    ...facts,
    variants: [edition],
    architecture: edition.architecture ?? entry.architecture,
    parametersB: edition.parametersB ?? sizeInName(edition.name) ?? entry.parametersB,
    contextTokens: edition.contextTokens ?? entry.contextTokens,
    license: edition.license ?? entry.license,
    modalities: [...modalitiesOf(entry, edition)],
    ...(edition.released !== undefined && { released: edition.released, updates: [] }),
  };
}

/** Whether a word is about a variant: one in the names of some variants, and in none of the entry or family, is about those. */
function isAbout(word: string, entry: Entry, edition: Variant): boolean {
  const folded = foldName(word);
  const isNamed = ({ name }: Variant): boolean => foldName(name).includes(folded);
  if (isNamed(edition) || !entry.variants?.some(isNamed)) return true;
  return namesOfEntry(entry).some((name) => foldName(name).includes(folded));
}
