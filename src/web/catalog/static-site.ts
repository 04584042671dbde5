import { LOCALES } from "#src/base/locale.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import type { Html } from "#src/web/html/page.ts";
import { type Asset, assetText } from "#src/web/http/assets.ts";
import { entryPage } from "./entry-page.ts";
import { filtersFor } from "./filters.ts";
import { catalogJson, entryJson } from "./json.ts";
import { staticFiles, staticLinks } from "./links.ts";
import { pageMissing } from "./missing-page.ts";
import { staticListPage } from "./static-list.ts";

const ASSETS: readonly Asset[] = ["style.css", "catalog.css", "catalog-entry.css", "catalog.mjs"];

/**
 * The catalog pages as files, by their path in the site's folder: the list and a page per entry in each language, the
 * same as data, and what they load. `base` is the path that the site will have (`/mulu/`); without it all addresses are
 * relative, and there is no page for what is missing, as that one is shown at any depth.
 */
export async function staticSite(catalog: Catalog, base: string | undefined): Promise<Map<string, string>> {
  const filters = filtersFor(catalog.entries);
  const files = new Map<string, string>();
  const add = async (file: string, drawn: Html): Promise<void> => {
    files.set(file, String(await drawn));
  };
  for (const locale of LOCALES) {
    const list = staticFiles.list(locale);
    const links = staticLinks(list, { locale, base, inLocale: staticFiles.list });
    await add(list, staticListPage({ catalog, filters, locale, links }));
    for (const entry of catalog.entries) {
      const file = staticFiles.entry(entry.id, locale);
      const inLocale = (other: typeof locale): string => staticFiles.entry(entry.id, other);
      await add(file, entryPage(entry, { catalog, locale, links: staticLinks(file, { locale, base, inLocale }) }));
    }
  }
  if (base !== undefined) {
    const links = staticLinks("404.html", { locale: LOCALES[0], base, inLocale: staticFiles.list });
    await add("404.html", pageMissing({ locale: LOCALES[0], links }));
  }
  files.set(staticFiles.json, catalogJson(catalog.entries, undefined));
  for (const entry of catalog.entries) files.set(staticFiles.entryJson(entry.id), entryJson(entry, undefined));
  for (const asset of ASSETS) files.set(staticFiles.asset(asset), assetText(asset));
  return files;
}
