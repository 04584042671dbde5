import { fileURLToPath } from "node:url";
import type { Plugin } from "rolldown";
import { LOCALES, type Locale } from "#src/base/locale.ts";
import enUS from "#src/base/locales/en-US.json" with { type: "json" };
import zhCN from "#src/base/locales/zh-CN.json" with { type: "json" };
import zhTW from "#src/base/locales/zh-TW.json" with { type: "json" };
import { licensesOf } from "./licenses.ts";
import { neededTexts, type Texts } from "./needed-texts.ts";

/** The bundler is not installed: it is a development dependency. */
export class BundlerMissing extends Error {
  override name = "BundlerMissing";
}

/** The files of the list's script, by name, and which of them a page loads. */
export type Bundle = { entry: string; files: ReadonlyMap<string, string> };

/** What of others is in the files, and under which licences. */
const LICENSES = "licenses.txt";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What a browser gets under a name: the list, and stand-ins for what would be too much to load. */
const FOR_BROWSERS: Record<string, string> = {
  "./list.mjs": here("browser.ts"),
  "opencc-js/t2cn": here("browser-simplified.ts"),
  "#src/chat/traditional.ts": here("browser-traditional.ts"),
};

let bundled: Promise<Bundle> | undefined;

/** `assets/catalog.mjs` with all that it loads, made once. Uses no network. Throws BundlerMissing. */
export function bundleScript(): Promise<Bundle> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<Bundle> {
  const { rolldown } = await import("rolldown").catch((cause: unknown) => {
    throw new BundlerMissing("rolldown cannot be loaded", { cause });
  });
  const build = await rolldown({
    input: { catalog: here("../assets/catalog.mjs") },
    platform: "browser",
    plugins: [forBrowsers, texts],
    // Modules that only declare something are left out where nothing of them is used.
    treeshake: { moduleSideEffects: false },
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await build.generate({
    format: "esm",
    minify: true,
    postBanner: `/*! ${LICENSES} */`,
    entryFileNames: "[name]-[hash].mjs",
    chunkFileNames: "[name]-[hash].mjs",
  });
  await build.close();
  const chunks = output.filter((file) => file.type === "chunk");
  const entry = chunks.find((chunk) => chunk.isEntry)?.fileName ?? "";
  const licenses = licensesOf(chunks.flatMap(({ moduleIds }) => moduleIds));
  return {
    entry,
    files: new Map([...chunks.map(({ fileName, code }) => [fileName, code] as const), [LICENSES, licenses]]),
  };
}

const forBrowsers: Plugin = {
  name: "for-browsers",
  resolveId: (source, importer) => {
    const file = FOR_BROWSERS[source];
    return importer === file ? undefined : file;
  },
};

const ALL_TEXTS: Record<Locale, Texts> = { "zh-CN": zhCN, "zh-TW": zhTW, "en-US": enUS };
/** What stands in the code for the texts of a language, until it is known which are needed. */
const PLACES = LOCALES.map((locale) => ({ locale, place: `MULU_TEXTS["${locale}"]` }));

/** The texts of all languages, but only those that the code asks for once everything unused is gone from it. */
const texts: Plugin = {
  name: "texts",
  load: (id) => {
    const found = PLACES.find(({ locale }) => id.endsWith(`/locales/${locale}.json`));
    return found && { code: `export default ${found.place};`, moduleType: "js" };
  },
  renderChunk: (code) =>
    PLACES.reduce(
      (rest, { locale, place }) => rest.replace(place, () => JSON.stringify(neededTexts(code, ALL_TEXTS[locale]))),
      code,
    ),
};
