import type { Locale } from "#src/base/locale.ts";
import { textIn } from "#src/base/locale.ts";
import { type CatalogData, openCatalog } from "#src/catalog/search/search.ts";
import { filtersFor } from "#src/web/catalog/filters.ts";
import { cardsHtml } from "#src/web/catalog/form.ts";
import { type ListData, listResults } from "#src/web/catalog/list-results.ts";
import { queryString, readParams, readRequest } from "#src/web/catalog/request.ts";
import { listLinks } from "./addresses.ts";
import { loadMissedTables, setSimplified } from "./browser-simplified.ts";
import { setTraditional } from "./browser-traditional.ts";
import type { Conversions, ListFile } from "./data.ts";

/** The parts of the page that change with what is asked, as HTML, and the address that asks it. */
export type Answer = { cards: string; messages: string; models: string; search: string };

/**
 * The list in a browser: the server's parser, search, choices and rows. `root` is the address of the site's root as the
 * page sees it. What it gives answers the search part of an address, as the server's page does.
 */
export function openList(
  data: ListFile,
  { locale, root, words = {} }: { locale: Locale; root: string; words?: Conversions },
): (search: string) => Promise<Answer> {
  setSimplified(data.simplified);
  setTraditional(words);
  let list = listOf(data, locale, root);
  const draw = (search: string): Promise<Answer> => answer(search, list);
  return async (search) => {
    const drawn = await draw(search);
    if (!(await loadMissedTables())) return drawn;
    // Names and queries are read in other words now, and what was made of them before is kept in many places.
    list = listOf(structuredClone(data), locale, root);
    return draw(search);
  };
}

function listOf(data: CatalogData, locale: Locale, root: string): ListData {
  const catalog = openCatalog(data, () => undefined);
  return { catalog, filters: filtersFor(catalog.entries), locale, links: listLinks(root, locale) };
}

async function answer(search: string, list: ListData): Promise<Answer> {
  const { lang: _left, ...params } = readParams(new URLSearchParams(search));
  const request = readRequest(params, list.filters);
  const { messages, models } = listResults(params, request, list);
  const cards = cardsHtml(params, request, { text: textIn(list.locale), links: list.links });
  return {
    cards: String(await cards),
    messages: String(await messages),
    models: String(await models),
    search: queryString(params),
  };
}
