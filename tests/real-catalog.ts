import { readCatalog } from "#src/catalog/entry/load.ts";
import { openCatalog } from "#src/catalog/search/search.ts";

const { entries } = await readCatalog("catalog");

/** The catalog of this repository, as the bot reads it. */
export const realCatalog = openCatalog(entries);

/** The five models of the list that the catalog grew from: few enough to say of each where it must stand. */
export const ORIGINAL = ["belle", "chatglm-6b", "chinese-chatllama", "chinese-vicuna", "open-llama"];
export const originalCatalog = openCatalog(entries.filter(({ id }) => ORIGINAL.includes(id)));
