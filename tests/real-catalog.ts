import { readCatalog } from "#src/catalog/load.ts";
import { openCatalog } from "#src/catalog/search.ts";

/** The catalog of this repository, as the bot reads it. */
export const realCatalog = openCatalog((await readCatalog("catalog")).entries);
