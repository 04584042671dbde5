import type { Locale } from "#src/base/locale.ts";
import type { Surroundings } from "#src/web/html/page.ts";
import { assetUrl } from "#src/web/http/assets.ts";
import { type ListParams, queryString } from "./request.ts";

/** Where a list leads to. */
export type ListLinks = {
  /** The list, with what is asked of it. */
  list: (params?: ListParams) => string;
  entry: (id: string) => string;
};

/** Where pages of the catalog lead; a server and a folder of files have different addresses for the same things. */
export type Links = Surroundings &
  ListLinks & {
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
