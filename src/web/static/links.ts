import type { Locale } from "#src/base/locale.ts";
import type { Links } from "#src/web/catalog/links.ts";
import { type Asset, assetUrl } from "#src/web/http/assets.ts";
import { addressOf, listLinks } from "./addresses.ts";

/** The files of a static site that are no pages, seen from its root. */
export const staticFiles = {
  json: "catalog.json",
  entryJson: (id: string): string => `models/${id}.json`,
  asset: (name: Asset): string => assetUrl(name).slice(1),
};

/**
 * The address of the site's root as a page sees it: `base` (`/mulu/`) where it is given, else the way up from the page's
 * own folder, so that the site works wherever it lies.
 */
export const rootFrom = (file: string, base: string | undefined): string =>
  base ?? ("../".repeat(file.split("/").length - 1) || "./");

/** Addresses in a static site, as the page `file` sees them; `inLocale` gives that file in another language. */
export function staticLinks(
  file: string,
  { locale, base, inLocale }: { locale: Locale; base: string | undefined; inLocale: (locale: Locale) => string },
): Links {
  const root = rootFrom(file, base);
  const { list, entry } = listLinks(root, locale);
  return {
    asset: (name) => addressOf(staticFiles.asset(name), root),
    catalog: list(),
    list,
    entry,
    json: addressOf(staticFiles.json, root),
    entryJson: (id) => addressOf(staticFiles.entryJson(id), root),
    inLanguage: (other) => addressOf(inLocale(other), root),
  };
}
