import { readCatalog } from "#src/catalog/entry/load.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Catalog, openCatalog } from "#src/catalog/search/search.ts";

const read = await readCatalog("catalog");

/** The catalog of this repository, as the bot reads it. */
export const realCatalog = openCatalog(read);
/** What this repository says of owners and organisations on the hubs, and what it leaves out. */
export const realWatch = read.watch;

/** A catalog of these entries, with the cards and base models of this repository. */
export const catalogOf = (
  entries: readonly Entry[],
  later?: (steps: Iterator<unknown>) => void,
  today?: () => string,
): Catalog => openCatalog({ cards: read.cards, bases: read.bases, entries }, later, today);

/** The five models of the list that the catalog grew from: few enough to say of each where it must stand. */
export const ORIGINAL = ["belle", "chatglm-6b", "chinese-chatllama", "chinese-vicuna", "open-llama"];
export const originalCatalog = catalogOf(read.entries.filter(({ id }) => ORIGINAL.includes(id)));
