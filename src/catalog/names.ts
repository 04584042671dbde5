import { createRequire } from "node:module";
import { distance } from "fastest-levenshtein";
import type { Entry } from "./schema.ts";
import { foldName, isHan } from "./text.ts";

/** How a name belongs to an entry, best first: its own, one of its variants', its family's. */
export type NameKind = "own" | "variant" | "family";
const STRENGTH: Record<NameKind, number> = { own: 3, variant: 2, family: 1 };

export type NamedEntry = { entry: Entry; kind: NameKind };

export type Names = {
  /** Entries that bear exactly this name, own names first, then the newest. */
  exact: (name: string) => NamedEntry[];
  /** Entries that it stands for (mistyped, or in pinyin), whose names begin with it, contain it, or come near. */
  near: (name: string, limit: number) => Entry[];
  /** The known name that a mistyped word stands for, or undefined where none is near. */
  correct: (word: string) => string | undefined;
  /** Longest known name, in folded characters. */
  longest: number;
};

/** Newest first; an entry without a date is the oldest. Ties by name. */
export const byNewest = (a: Entry, b: Entry): number =>
  (b.released ?? "").localeCompare(a.released ?? "", "en") || a.name.localeCompare(b.name, "en");

/** Builds the dictionary of every name that picks an entry: ids, names, aliases, variants and families. */
export function indexNames(entries: readonly Entry[]): Names {
  const bearers = new Map<string, NamedEntry[]>();
  const add = (name: string, entry: Entry, kind: NameKind): void => {
    const key = foldName(name);
    const list = bearers.get(key) ?? [];
    if (key === "" || list.some((item) => item.entry === entry)) return;
    bearers.set(key, [...list, { entry, kind }]);
  };
  for (const entry of entries) for (const name of [entry.id, entry.name, ...entry.aliases]) add(name, entry, "own");
  for (const entry of entries) for (const item of entry.variants ?? []) add(item.name, entry, "variant");
  for (const entry of entries) for (const name of [entry.family, ...entry.familyAliases]) add(name, entry, "family");
  for (const list of bearers.values()) {
    list.sort((a, b) => STRENGTH[b.kind] - STRENGTH[a.kind] || byNewest(a.entry, b.entry));
  }
  const keys = [...bearers.keys()];

  /** Pinyin to the name it spells, made on first use: its tables take 18 MB, and most queries need none. */
  let spelt: Map<string, string> | undefined;
  const spellings = (): Map<string, string> => {
    spelt ??= new Map(keys.filter((key) => [...key].some(isHan)).map((key) => [pinyinOf(key), key]));
    return spelt;
  };
  const correct = (word: string): string | undefined => {
    const folded = foldName(word);
    if (folded.length < 4 || [...folded].some(isHan) || /^\d/.test(folded)) return undefined;
    return beginning(keys, folded) ?? spellingOf(folded, spellings()) ?? mistyped(keys, folded);
  };

  return {
    exact: (name) => bearers.get(foldName(name)) ?? [],
    near: (name, limit) => nearest(bearers, foldName(name), correct, limit),
    correct,
    longest: Math.max(0, ...keys.map((key) => key.length)),
  };
}

/**
 * Latin spelling without tones of a name with Chinese characters: `通义千问` → `tongyiqianwen`. The library is loaded
 * here and not above, because a start should not wait 30 ms for it.
 */
function pinyinOf(folded: string): string {
  const { pinyin }: typeof import("pinyin-pro") = createRequire(import.meta.url)("pinyin-pro");
  return pinyin(folded, { toneType: "none", type: "array", nonZh: "consecutive", v: true }).join("");
}

const beginning = (keys: readonly string[], word: string): string | undefined =>
  keys.filter((key) => key.startsWith(word)).toSorted((a, b) => a.length - b.length)[0];

function spellingOf(word: string, spellings: Map<string, string>): string | undefined {
  const spelling = spellings.has(word) ? word : beginning([...spellings.keys()], word);
  return spelling === undefined ? undefined : spellings.get(spelling);
}

/** Typing errors tolerated: none in a short word, one from four letters on, two from five (a swap counts as two). */
const tolerance = (length: number): number => (length < 4 ? 0 : length < 5 ? 1 : 2);

function mistyped(keys: readonly string[], word: string): string | undefined {
  let best: { key: string; errors: number } | undefined;
  for (const key of keys) {
    if (Math.abs(key.length - word.length) > 2 || key[0] !== word[0]) continue;
    const errors = distance(key, word) + (sameLetters(key, word) ? 0 : 0.5);
    if (errors <= tolerance(word.length) + 0.5 && errors < (best?.errors ?? Number.POSITIVE_INFINITY))
      best = { key, errors };
  }
  return best?.key;
}

/** Swapped letters are the commonest slip, so a name of the same letters is preferred (`qwne3` → `qwen3`). */
const sameLetters = (a: string, b: string): boolean =>
  a.length === b.length && [...a].sort().join("") === [...b].sort().join("");

function nearest(
  bearers: Map<string, NamedEntry[]>,
  wanted: string,
  correct: (word: string) => string | undefined,
  limit: number,
): Entry[] {
  if (wanted === "") return [];
  const meant = correct(wanted);
  const scored: { entry: Entry; score: number }[] = [];
  for (const [key, list] of bearers) {
    const score = key === meant ? 0.5 : nearness(key, wanted);
    if (score === undefined) continue;
    for (const { entry, kind } of list) scored.push({ entry, score: score - STRENGTH[kind] / 10 });
  }
  scored.sort((a, b) => a.score - b.score || byNewest(a.entry, b.entry));
  return [...new Set(scored.map((item) => item.entry))].slice(0, limit);
}

/** 0 the name itself, 1 begins with it, 2 contains it, 3 and more mistyped; undefined too far. */
function nearness(key: string, wanted: string): number | undefined {
  if (key === wanted) return 0;
  if (key.startsWith(wanted)) return 1;
  if (wanted.length > 1 && key.includes(wanted)) return 2;
  if (key.length > 2 && wanted.includes(key)) return 2.5;
  const share = distance(key, wanted) / Math.max(key.length, wanted.length);
  return share <= 0.45 ? 3 + share : undefined;
}
