import { createHash } from "node:crypto";
import { html } from "hono/html";
import { LOCALES, type Locale } from "#src/base/locale.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { entryPage } from "#src/web/catalog/entry-page.ts";
import { filtersFor } from "#src/web/catalog/filters.ts";
import { catalogJson, entryJson } from "#src/web/catalog/json.ts";
import { type ListContext, listPage } from "#src/web/catalog/list-page.ts";
import { pageMissing } from "#src/web/catalog/missing-page.ts";
import type { Html } from "#src/web/html/page.ts";
import { type Asset, assetText } from "#src/web/http/assets.ts";
import { addressOf, entryFile, listFile } from "./addresses.ts";
import { bundleScript } from "./bundle.ts";
import { listData, traditionalWords } from "./data.ts";
import { rootFrom, staticFiles, staticLinks } from "./links.ts";

const ASSETS: readonly Asset[] = ["style.css", "catalog.css", "catalog-entry.css"];

/**
 * The catalog pages as files, by their path in the site's folder: the list and a page per entry in each language, the
 * same as data, and what they load. `base` is the path that the site will have (`/mulu/`); without it all addresses are
 * relative, and there is no page for what is missing, as that one is shown at any depth. Throws BundlerMissing.
 */
export async function staticSite(catalog: Catalog, base: string | undefined): Promise<Map<string, string>> {
  const filters = filtersFor(catalog.entries);
  const files = new Map<string, string>();
  const add = async (file: string, drawn: Html): Promise<void> => {
    files.set(file, String(await drawn));
  };
  const script = await addScript(catalog, files);
  for (const locale of LOCALES) {
    const list = listFile(locale);
    const links = staticLinks(list, { locale, base, inLocale: listFile });
    const scripted = scriptedBy(script, rootFrom(list, base), locale);
    // Without scripts the whole list is there.
    await add(list, listPage({}, { catalog, filters, locale, links, scripted }));
    for (const entry of catalog.entries) {
      const file = entryFile(entry.id, locale);
      const inLocale = (other: Locale): string => entryFile(entry.id, other);
      await add(file, entryPage(entry, { catalog, locale, links: staticLinks(file, { locale, base, inLocale }) }));
    }
  }
  if (base !== undefined) {
    const links = staticLinks("404.html", { locale: LOCALES[0], base, inLocale: listFile });
    await add("404.html", pageMissing({ locale: LOCALES[0], links }));
  }
  files.set(staticFiles.json, catalogJson(catalog.entries, undefined));
  for (const entry of catalog.entries) files.set(staticFiles.entryJson(entry.id), entryJson(entry, undefined));
  for (const asset of ASSETS) files.set(staticFiles.asset(asset), assetText(asset));
  return files;
}

/** The script of the lists, and the data that it loads when somebody asks something. */
type Script = { script: string; data: string; words: string };

/** Adds them to the site. Their names change with what is in them, so that browsers may keep them for ever. */
async function addScript(catalog: Catalog, files: Map<string, string>): Promise<Script> {
  const addData = (name: string, text: string): string => {
    const file = `assets/${name}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.json`;
    files.set(file, text);
    return file;
  };
  const bundle = await bundleScript();
  for (const [name, text] of bundle.files) files.set(`assets/${name}`, text);
  return {
    script: `assets/${bundle.entry}`,
    data: addData("list", listData(catalog)),
    words: addData("zh-tw", JSON.stringify(traditionalWords(catalog))),
  };
}

function scriptedBy({ script, data, words }: Script, root: string, locale: Locale): Required<ListContext>["scripted"] {
  const converted = locale === "zh-TW" ? html` data-words="${addressOf(words, root)}"` : "";
  return {
    script: addressOf(script, root),
    attributes: html` data-root="${root}" data-list="${addressOf(data, root)}"${converted}`,
  };
}
