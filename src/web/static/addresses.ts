import type { Locale } from "#src/base/locale.ts";
import type { ListLinks } from "#src/web/catalog/links.ts";
import { queryString } from "#src/web/catalog/request.ts";

/** The folder of each language in a static site; the first language has the root. */
const FOLDERS: Record<Locale, string> = { "zh-CN": "", "zh-TW": "zh-tw/", "en-US": "en/" };

/** The file of the list in a language, from the site's root. */
export const listFile = (locale: Locale): string => `${FOLDERS[locale]}index.html`;

/** The file of an entry's page, from the site's root. */
export const entryFile = (id: string, locale: Locale): string => `${FOLDERS[locale]}models/${id}.html`;

/** The address of a file, given the address of the site's root (`/mulu/`, `./`, `../`). */
export const addressOf = (file: string, root: string): string =>
  `${root}${file.split("/").map(encodeURIComponent).join("/")}`;

/** Where a list leads to in a static site; the same on the page as it is written and as its script changes it. */
export const listLinks = (root: string, locale: Locale): ListLinks => ({
  list: (params = {}) => `${addressOf(listFile(locale), root)}${queryString(params)}`,
  entry: (id) => addressOf(entryFile(id, locale), root),
});
