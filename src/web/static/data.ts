import type { Locale } from "#src/base/locale.ts";
import { fold, hasTraditional } from "#src/catalog/entry/text.ts";
import type { Catalog, CatalogData } from "#src/catalog/search/search.ts";
import { catalogText } from "#src/chat/traditional.ts";

/**
 * What the list reads nothing of, by what it stands in: the search, the order and the rows do without. Everything else
 * is there, so that a field which the search begins to read need not be named here.
 */
export const UNREAD: Readonly<Record<string, readonly string[]>> = {
  entries: [
    ...["sources", "notes", "papers", "links", "sync", "publishes", "latestRelease", "purposesSource"],
    ...["contextNote", "languagesNote", "modalitiesNote", "ollamaNote"],
  ],
  variants: ["note", "purposesSource", "pretrainingTokens"],
  attention: ["source", "note", "inheritedFrom", "confidence"],
  license: ["source", "note", "clause", "codeUrl", "weightsUrl", "data"],
  weights: ["status", "unreviewed", "note"],
  requirements: ["source", "note"],
  repository: ["id", "status", "lastCommit", "publishes", "readme"],
  pretrainingData: ["url"],
  instructionData: ["url"],
  cards: ["source", "note"],
};

/** The texts that are searched and that no row shows. */
const SEARCHED_ONLY: readonly string[] = ["summary", "highlights", "training", "demos", "developersNote"];

/** Texts by what they are converted to, as a browser is given them instead of the tables for that. */
export type Conversions = Readonly<Record<string, string>>;

/** What a list is opened with in a browser. */
export type ListFile = CatalogData & {
  /** Names with traditional characters as the search compares them. */
  simplified: Conversions;
};

/** The catalog as far as the list needs it, as JSON of a ListFile. */
export function listData({ entries, cards, bases }: Catalog): string {
  const names = shownTexts(entries).map((text) => text.normalize("NFKC").toLowerCase());
  const simplified = Object.fromEntries(names.filter(hasTraditional).map((name) => [name, fold(name)]));
  return JSON.stringify(without(UNREAD, { entries, cards, bases, simplified }, ""));
}

/** The texts of the catalog that rows show, in traditional Chinese as readers in Taiwan write it, where that differs. */
export function traditionalWords({ entries }: Catalog): Conversions {
  const locale: Locale = "zh-TW";
  const pairs = [...new Set(shownTexts(entries))].map((text): [string, string] => [text, catalogText(text, locale)]);
  return Object.fromEntries(pairs.filter(([text, traditional]) => text !== traditional));
}

const shownTexts = (entries: Catalog["entries"]): string[] =>
  textsIn(without({ ...UNREAD, entries: [...(UNREAD["entries"] ?? []), ...SEARCHED_ONLY] }, entries, "entries"));

/** A value without the keys that are left out of what stands in `place`. */
function without(left: typeof UNREAD, value: unknown, place: string): unknown {
  if (Array.isArray(value)) return value.map((item) => without(left, item, place));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      left[place]?.includes(key) ? [] : [[key, without(left, item, key)]],
    ),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
