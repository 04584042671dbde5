import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Locale } from "#src/base/locale.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { bundleScript } from "#src/web/static/bundle.ts";
import { listData, traditionalWords } from "#src/web/static/data.ts";

/** The code for browsers, from files in a folder as a browser loads it; without those whose names begin like one of these. */
export async function loadBundle(
  parent: string,
  without: string[] = [],
): Promise<typeof import("#src/web/static/browser.ts")> {
  const folder = join(parent, "assets");
  const { files } = await bundleScript();
  await mkdir(folder);
  for (const [name, code] of files)
    if (!without.some((beginning) => name.startsWith(beginning))) await writeFile(join(folder, name), code);
  const list = [...files.keys()].find((name) => name.startsWith("browser-")) ?? "";
  return import(pathToFileURL(join(folder, list)).href);
}

/** What a static page in the site's root gives the code. */
export const pageData = (catalog: Catalog, locale: Locale) =>
  [
    JSON.parse(listData(catalog)),
    { locale, root: "./", ...(locale === "zh-TW" && { words: traditionalWords(catalog) }) },
  ] as const;
