import { distance } from "fastest-levenshtein";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName, isHan } from "#src/catalog/entry/text.ts";
import { initialsOf, pinyinOf } from "./pinyin.ts";
import { startingWith } from "./prefix-range.ts";

/** How a name belongs to an entry, best first: its own, one of its variants', its family's. */
export type NameKind = "own" | "variant" | "family";
const KINDS: readonly NameKind[] = ["own", "variant", "family"];

export type NamedEntry = { entry: Entry; kind: NameKind };
const strength = ({ kind }: NamedEntry): number => KINDS.indexOf(kind);

export type Names = {
  /** Entries that bear exactly this name, own names first, then the newest. */
  exact: (name: string) => readonly NamedEntry[];
  /** The same where a family is looked for: its first member, which is often called like it, is one of its entries. */
  meant: (name: string) => readonly NamedEntry[];
  /** Entries that bear it, whose names begin with it or contain it, or that it stands for, mistyped or in pinyin. */
  near: (name: string, limit: number) => Entry[];
  /** The known name that a mistyped word stands for, or undefined where none is near. */
  correct: (word: string) => string | undefined;
  /** Longest known name, in folded characters. */
  longest: number;
};

/** Newest first; an entry without a date is the oldest. Ties by name. */
export const byNewest = (a: Entry, b: Entry): number =>
  compareText(b.released ?? "", a.released ?? "") || compareText(a.name, b.name);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What an entry and its family go by; without its variants. */
export const namesOfEntry = ({ id, name, aliases, family, familyAliases }: Entry): string[] => [
  id,
  name,
  ...aliases,
  family,
  ...familyAliases,
];

/** The newest that came out after this one in its family and field, newest first. */
export function newerInFamily(
  { family, domain, released = "" }: Entry,
  entries: readonly Entry[],
  most: number,
): Entry[] {
  return entries
    .filter((other) => other.family === family && other.domain === domain && (other.released ?? "") > released)
    .toSorted(byNewest)
    .slice(0, most);
}

/** Builds the dictionary of every name that picks an entry: ids, names, aliases, variants and families. */
export function indexNames(entries: readonly Entry[]): Names {
  const newestFirst = entries.toSorted(byNewest);
  const age = new Map(newestFirst.map((entry, at) => [entry, at]));
  const bearers = bearersOf(newestFirst);
  let dictionary: Dictionary | undefined;
  const opened = (): Dictionary => {
    dictionary ??= openDictionary([...bearers.keys()]);
    return dictionary;
  };
  const exact = (name: string): readonly NamedEntry[] => bearers.get(foldName(name)) ?? [];
  const correct = (word: string): string | undefined => opened().correct(foldName(word));
  const entriesOf = (keys: readonly string[]): Entry[] =>
    bestKinds(keys.flatMap((key) => asFamily(bearers.get(key) ?? [])))
      .toSorted((a, b) => strength(a) - strength(b) || (age.get(a.entry) ?? 0) - (age.get(b.entry) ?? 0))
      .map(({ entry }) => entry);
  return {
    exact,
    meant: (name) => asFamily(exact(name)),
    near: (name, limit) => {
      const wanted = foldName(name);
      if (wanted === "") return [];
      const found = new Set<Entry>();
      const take = (keys: readonly string[]): boolean => {
        for (const entry of entriesOf(keys)) if (found.size < limit) found.add(entry);
        return found.size >= limit;
      };
      const { beginning, containing, within } = opened();
      const meant = bearers.has(wanted) ? wanted : correct(wanted);
      const enough = take([wanted]) || (meant !== undefined && take([meant])) || take(beginning(wanted));
      if (!enough && isTelling(wanted)) take(containing(wanted));
      if (found.size === 0) take(within(wanted));
      if (meant !== undefined && meant !== wanted && found.size < limit) take(beginning(meant));
      return [...found];
    },
    correct,
    longest: [...bearers.keys()].reduce((longest, key) => Math.max(longest, key.length), 0),
  };
}

function bearersOf(newestFirst: readonly Entry[]): Map<string, NamedEntry[]> {
  const bearers = new Map<string, NamedEntry[]>();
  for (const entry of newestFirst) {
    const add = (name: string, kind: NameKind): void => {
      const key = foldName(name);
      const list = bearers.get(key);
      if (list === undefined) bearers.set(key, [{ entry, kind }]);
      else if (list.at(-1)?.entry !== entry) list.push({ entry, kind });
    };
    for (const name of [entry.id, entry.name, ...entry.aliases]) add(name, "own");
    for (const { name } of entry.variants ?? []) add(name, "variant");
    for (const name of [entry.family, ...entry.familyAliases]) add(name, "family");
  }
  bearers.delete("");
  for (const list of bearers.values()) list.sort((a, b) => strength(a) - strength(b));
  return bearers;
}

/** Every entry once, with the best of its kinds. */
function bestKinds(named: readonly NamedEntry[]): NamedEntry[] {
  const best = new Map<Entry, NamedEntry>();
  for (const item of named) {
    const known = best.get(item.entry);
    if (known === undefined || strength(item) < strength(known)) best.set(item.entry, item);
  }
  return [...best.values()];
}

/** Own names are family names where others of the same family go by them too (`qwen`). */
function asFamily(named: readonly NamedEntry[]): readonly NamedEntry[] {
  if (named[0]?.kind === named.at(-1)?.kind) return named;
  const families = new Set(named.filter(({ kind }) => kind === "family").map(({ entry }) => entry.family));
  return named.map((item) => (families.has(item.entry.family) ? { ...item, kind: "family" } : item));
}

/** Names in their folded form, without whom they belong to. */
type Dictionary = {
  beginning: (start: string) => string[];
  containing: (part: string) => string[];
  /** The longest names that a longer text consists of. */
  within: (text: string) => string[];
  correct: (folded: string) => string | undefined;
};

function openDictionary(names: string[]): Dictionary {
  const sorted = names.toSorted();
  const lines = `\n${sorted.join("\n")}\n`;
  const known = new Set(names);
  let spelt: { spellings: Map<string, string>; sorted: string[] } | undefined;
  const spellings = () => {
    spelt ??= spellingsOf(names);
    return spelt;
  };
  const beginning = (start: string): string[] => startingWith(sorted, start);
  return {
    beginning,
    containing: (part) => linesWith(part, lines),
    within: (text) => {
      const parts = substringsOf(text).filter((part) => known.has(part));
      return parts.filter((part) => !parts.some((other) => other.length > part.length && other.includes(part)));
    },
    correct: (folded) => {
      if ([...folded].some(isHan)) return spellings().spellings.get(pinyinOf(folded));
      if (folded.length < LEAST_CORRECTED || /^\d/.test(folded)) return undefined;
      const spelling = startingWith(spellings().sorted, folded).toSorted(byLength)[0];
      return (
        beginning(folded).toSorted(byLength)[0] ??
        (spelling === undefined ? undefined : spellings().spellings.get(spelling)) ??
        mistyped(sorted, folded)
      );
    },
  };
}

/** Shorter words are no longer distinct once a letter is wrong. */
const LEAST_CORRECTED = 4;
const byLength = (a: string, b: string): number => a.length - b.length;

/** By pinyin and, from four characters on, by initials: the names with Chinese characters. */
function spellingsOf(names: readonly string[]): { spellings: Map<string, string>; sorted: string[] } {
  const chinese = names.filter((name) => [...name].some(isHan));
  const short = chinese.filter((name) => name.length >= LEAST_CORRECTED);
  const spellings = new Map([
    ...short.map((name): [string, string] => [initialsOf(name), name]),
    ...chinese.map((name): [string, string] => [pinyinOf(name), name]),
  ]);
  return { spellings, sorted: [...spellings.keys()].toSorted() };
}

/** Whether a part of a name is more than a chance meeting of letters (`gp` of Ling-Plus). */
const isTelling = (part: string): boolean => part.length > 2 || (part.length > 1 && (isHan(part) || /\d$/.test(part)));

/** The lines of a text in which something stands; a search through one long text is much faster than through many. */
function linesWith(part: string, text: string): string[] {
  const lines: string[] = [];
  for (let at = text.indexOf(part); at >= 0; ) {
    const end = text.indexOf("\n", at);
    // `r1` is no part of Thinker-1.5B.
    if (!/\d/.test(part.slice(-1)) || !/[\d.]/.test(text.charAt(at + part.length)))
      lines.push(text.slice(text.lastIndexOf("\n", at) + 1, end));
    at = text.indexOf(part, end);
  }
  return lines;
}

/** Everything of three characters and more that stands in a text, from its first 40 characters. */
function substringsOf(text: string): string[] {
  const characters = text.slice(0, 40);
  const lengths = Array.from({ length: Math.max(0, characters.length - 2) }, (_, at) => at + 3);
  return lengths.flatMap((length) =>
    Array.from({ length: characters.length - length + 1 }, (_, at) => characters.slice(at, at + length)),
  );
}

/** Typing errors tolerated: one in four letters, two from five on. */
const tolerance = (length: number): number => (length < 5 ? 1 : 2);

function mistyped(sorted: readonly string[], word: string): string | undefined {
  let best: { name: string; errors: number } | undefined;
  for (const first of new Set(word.slice(0, 2))) {
    for (const name of startingWith(sorted, first)) {
      if (Math.abs(name.length - word.length) > 2) continue;
      const errors = errorsBetween(name, word);
      if (errors <= tolerance(word.length) && errors < (best?.errors ?? Number.POSITIVE_INFINITY))
        best = { name, errors };
    }
  }
  return best?.name;
}

/** The first letter is rarely wrong, but may be swapped with the second. Swapped letters are the commonest slip: one error. */
function errorsBetween(name: string, word: string): number {
  if (name[0] !== word[0] && (name[0] !== word[1] || name[1] !== word[0])) return Number.POSITIVE_INFINITY;
  const errors = distance(name, word);
  return errors === 2 && name.length === word.length && lettersOf(name) === lettersOf(word) ? 1 : errors;
}

const lettersOf = (text: string): string => [...text].sort().join("");
