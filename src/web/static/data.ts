import type { Locale } from "#src/base/locale.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
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
  weights: ["id", "url", "hub", "formerId", "status", "unreviewed", "note"],
  requirements: ["source", "note"],
  repository: ["id", "formerNames", "others", "status", "lastCommit", "publishes", "readme"],
  pretrainingData: ["url"],
  instructionData: ["url"],
  cards: ["source", "note"],
};

/** The texts that are searched and that no row shows. */
const SEARCHED_ONLY: readonly string[] = ["summary", "highlights", "training", "demos", "developersNote"];

/** The catalog as far as the list needs it, as JSON for a browser. */
export const listData = ({ entries, cards, bases }: Catalog): string =>
  JSON.stringify(without(UNREAD, { entries, cards, bases }, ""));

/** How a list's data says what is in it in simplified Chinese, for readers of traditional Chinese. */
export type Words = Readonly<Record<string, string>>;

/**
 * The texts of the catalog that rows show, in traditional Chinese as readers in Taiwan write it, where that differs: a
 * browser is spared the tables for it, which are larger than all the rest.
 */
export function traditionalWords({ entries }: Catalog): Words {
  const locale: Locale = "zh-TW";
  const shown = textsIn(
    without({ ...UNREAD, entries: [...(UNREAD["entries"] ?? []), ...SEARCHED_ONLY] }, entries, "entries"),
  );
  const pairs = [...new Set(shown)].map((text): [string, string] => [text, catalogText(text, locale)]);
  return Object.fromEntries(pairs.filter(([text, traditional]) => text !== traditional));
}

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
