import { createHash } from "node:crypto";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { byNewest } from "#src/catalog/search/names.ts";
import { pinyinOf } from "#src/catalog/search/pinyin.ts";

/** A family with its entries, the newest first. */
export type Family = { name: string; members: Entry[] };

/** The page of a family, or a part of one; what it holds stands with the newest first. */
export type FamilyPage = Family & {
  /** Path below the catalog's folder, such as `families/qwen.md`. */
  file: string;
  /** Which of how many parts, counted from the oldest; absent for a family on one page. */
  part?: { number: number; of: number };
};

export const FAMILY_FOLDER = "families";

/** Bytes of sections on one page, so that it stays well below what the check refuses. */
const PAGE_BYTES = 300_000;

/** Families in alphabetical order. */
export function familiesOf(entries: readonly Entry[]): Family[] {
  return [...Map.groupBy(entries, ({ family }) => family)]
    .map(([name, members]) => ({ name, members: members.toSorted(byNewest) }))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en") || (a.name < b.name ? -1 : 1));
}

/**
 * The pages of families in their order. A family whose sections are too long for one page is parted from its oldest entry
 * on, so that an older part stays as it is when newer entries come: `qwen.md` has the newest, `qwen.1.md` the oldest.
 */
export function familyPages(
  families: readonly Family[],
  bytesOf: (entry: Entry) => number,
  limit = PAGE_BYTES,
): FamilyPage[] {
  const names = fileNames(families.map(({ name }) => name));
  return families.flatMap(({ name, members }) => {
    const parts = partsOf(members, bytesOf, limit);
    return parts.map((part, at): FamilyPage => {
      const number = parts.length - at;
      const file = `${FAMILY_FOLDER}/${names.get(name)}${at === 0 ? "" : `.${number}`}.md`;
      return { name, members: part, file, ...(parts.length > 1 && { part: { number, of: parts.length } }) };
    });
  });
}

function partsOf(members: readonly Entry[], bytesOf: (entry: Entry) => number, limit: number): Entry[][] {
  const parts: Entry[][] = [];
  let bytes = 0;
  for (const entry of members.toReversed()) {
    bytes += bytesOf(entry);
    const [current] = parts;
    if (current !== undefined && bytes <= limit) current.unshift(entry);
    else {
      parts.unshift([entry]);
      bytes = bytesOf(entry);
    }
  }
  return parts;
}

/** File names without their ending, of ASCII letters, digits and hyphens; two names that come to the same stay apart. */
export function fileNames(families: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const family of families.toSorted()) {
    const plain = slugOf(family);
    const name = plain === "" || taken.has(plain) ? `${plain || "family"}-${digestOf(family)}` : plain;
    taken.add(name);
    names.set(family, name);
  }
  return names;
}

/** `Llama 3` → `llama-3`, `书生` → `shusheng`. */
const slugOf = (family: string): string =>
  pinyinOf(family.normalize("NFKD"))
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 6);
