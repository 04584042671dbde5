import type { Locale } from "#src/base/locale.ts";
import type { Surroundings } from "#src/web/html/page.ts";
import { type Asset, assetUrl } from "#src/web/http/assets.ts";
import { type ListParams, queryString } from "./request.ts";

/** Where pages of the catalog lead; a server and a folder of files have different addresses for the same things. */
export type Links = Surroundings & {
  /** The list, with what is asked of it. */
  list: (params?: ListParams) => string;
  entry: (id: string) => string;
  /** The whole catalog as data. */
  json: string;
  entryJson: (id: string) => string;
  /** The same page in another language. */
  inLanguage: (locale: Locale) => string;
};

/** Addresses on a server. A language that was chosen in the address stays chosen. */
export function serverLinks(path: string, params: ListParams): Links {
  const { lang } = params;
  const chosen: ListParams = lang === undefined ? {} : { lang };
  return {
    asset: assetUrl,
    chat: `/${queryString(chosen)}`,
    catalog: `/catalog${queryString(chosen)}`,
    list: (asked = {}) => `/catalog${queryString({ ...asked, ...chosen })}`,
    entry: (id) => `/catalog/${encodeURIComponent(id)}${queryString(chosen)}`,
    json: "/catalog.json",
    entryJson: (id) => `/catalog/${encodeURIComponent(id)}.json`,
    inLanguage: (locale) => `${path}${queryString({ ...params, lang: locale })}`,
  };
}

/** The folder of each language in a static site; the first language has the root. */
const FOLDERS: Record<Locale, string> = { "zh-CN": "", "zh-TW": "zh-tw/", "en-US": "en/" };

/** The files of a static site, seen from its root. */
export const staticFiles = {
  list: (locale: Locale): string => `${FOLDERS[locale]}index.html`,
  entry: (id: string, locale: Locale): string => `${FOLDERS[locale]}models/${id}.html`,
  json: "catalog.json",
  entryJson: (id: string): string => `models/${id}.json`,
  asset: (name: Asset): string => assetUrl(name).slice(1),
};

/**
 * Addresses in a static site: from `base` (`/mulu/`) where it is given, else from the page's own folder, so that the
 * site works wherever it lies. `file` is one of `staticFiles`; `inLocale` gives that file in another language.
 */
export function staticLinks(
  file: string,
  { locale, base, inLocale }: { locale: Locale; base: string | undefined; inLocale: (locale: Locale) => string },
): Links {
  const root = base ?? ("../".repeat(file.split("/").length - 1) || "./");
  const at = (path: string): string => `${root}${path.split("/").map(encodeURIComponent).join("/")}`;
  const list = (asked: ListParams = {}): string => `${at(staticFiles.list(locale))}${queryString(asked)}`;
  return {
    asset: (name) => at(staticFiles.asset(name)),
    catalog: list(),
    list,
    entry: (id) => at(staticFiles.entry(id, locale)),
    json: at(staticFiles.json),
    entryJson: (id) => at(staticFiles.entryJson(id)),
    inLanguage: (other) => at(inLocale(other)),
  };
}
