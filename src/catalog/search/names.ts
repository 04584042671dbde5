import { distance } from "fastest-levenshtein";
import { domainOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName, isHan } from "#src/catalog/entry/text.ts";
import { initialsOf, pinyinOf } from "./pinyin.ts";
import { withPrefix } from "./prefix-range.ts";

/** Whose name it is, best first: the entry's own, one of its variants', its family's. */
export type NameKind = "own" | "variant" | "family";
const KINDS: readonly NameKind[] = ["own", "variant", "family"];

export type NamedEntry = { entry: Entry; kind: NameKind };
const kindRank = ({ kind }: NamedEntry): number => KINDS.indexOf(kind);

export type Names = {
  /** Entries that have exactly this name, own names first, then the newest. */
  exact: (name: string) => readonly NamedEntry[];
  /** The same for a query, where a name that is also the family's (often its first member's) means the whole family. */
  meant: (name: string) => readonly NamedEntry[];
  /** Entries with this name, with names that begin with it or contain it, or that it stands for, mistyped or in pinyin. */
  near: (name: string, limit: number) => Entry[];
  /** The known name that a mistyped word stands for, or undefined where none is near. */
  correct: (word: string) => string | undefined;
  /** Whether it is the name of a foreign base model, or of a family of them (`llama`, `mistral`) and of none of ours. */
  isBase: (name: string) => boolean;
  /** Longest known name, in folded characters. */
  longest: number;
};

/** Compares entries, the newest first; one without a date is the oldest. Ties by name. */
export const byNewest = (a: Entry, b: Entry): number =>
  compareText(b.released ?? "", a.released ?? "") || compareText(a.name, b.name);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The names of an entry and its family, without those of its variants. */
export const namesOfEntry = ({ id, name, aliases, family, familyAliases }: Entry): string[] => [
  id,
  name,
  ...aliases,
  family,
  ...familyAliases,
];

/** The entries released after this one in its family and domain, newest first; at most so many. */
export function newerInFamily(entry: Entry, entries: readonly Entry[], most: number): Entry[] {
  const { family, released = "" } = entry;
  const domain = domainOf(entry);
  return entries
    .filter((other) => other.family === family && domainOf(other) === domain && (other.released ?? "") > released)
    .toSorted(byNewest)
    .slice(0, most);
}

/** Indexes every name that picks an entry: ids, names, aliases, variants and families; and those of foreign base models. */
export function indexNames(entries: readonly Entry[], bases: readonly string[] = []): Names {
  const foldedBases = bases.map(foldName);
  const ownSeries = new Set(
    entries.filter(({ baseModel }) => baseModel === "from scratch").map(({ family }) => family),
  );
  const newestFirst = entries.toSorted(byNewest);
  const age = new Map(newestFirst.map((entry, at) => [entry, at]));
  const named = entriesByName(newestFirst);
  let lazyLookup: NameLookup | undefined;
  const lookup = (): NameLookup => {
    lazyLookup ??= createLookup([...named.keys()]);
    return lazyLookup;
  };
  const exact = (name: string): readonly NamedEntry[] => named.get(foldName(name)) ?? [];
  const correct = (word: string): string | undefined => lookup().correct(foldName(word));
  const entriesOf = (keys: readonly string[]): Entry[] =>
    bestKinds(keys.flatMap((key) => asFamily(named.get(key) ?? [])))
      .toSorted((a, b) => kindRank(a) - kindRank(b) || (age.get(a.entry) ?? 0) - (age.get(b.entry) ?? 0))
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
      const { beginningWith, containing, containedIn } = lookup();
      const meant = named.has(wanted) ? wanted : correct(wanted);
      const enough = take([wanted]) || (meant !== undefined && take([meant])) || take(beginningWith(wanted));
      if (!enough && isDistinctive(wanted)) take(containing(wanted));
      if (found.size === 0) take(containedIn(wanted));
      if (meant !== undefined && meant !== wanted && found.size < limit) take(beginningWith(meant));
      return [...found];
    },
    correct,
    isBase: (name) => {
      const folded = foldName(name);
      if (folded.length < 3 || !foldedBases.some((base) => base.startsWith(folded))) return false;
      // `GLM-10B` is in no entry, but GLM is a series of its own.
      return !exact(folded).some(({ entry }) => ownSeries.has(entry.family));
    },
    longest: [...named.keys()].reduce((longest, key) => Math.max(longest, key.length), 0),
  };
}

function entriesByName(newestFirst: readonly Entry[]): Map<string, NamedEntry[]> {
  const byName = new Map<string, NamedEntry[]>();
  for (const entry of newestFirst) {
    const add = (name: string, kind: NameKind): void => {
      const key = foldName(name);
      const list = byName.get(key);
      if (list === undefined) byName.set(key, [{ entry, kind }]);
      else if (list.at(-1)?.entry !== entry) list.push({ entry, kind });
    };
    for (const name of [entry.id, entry.name, ...entry.aliases]) add(name, "own");
    for (const { name } of entry.variants ?? []) add(name, "variant");
    for (const name of [entry.family, ...entry.familyAliases]) add(name, "family");
  }
  byName.delete("");
  for (const list of byName.values()) list.sort((a, b) => kindRank(a) - kindRank(b));
  return byName;
}

/** Every entry once, with the best of its kinds. */
function bestKinds(named: readonly NamedEntry[]): NamedEntry[] {
  const best = new Map<Entry, NamedEntry>();
  for (const item of named) {
    const known = best.get(item.entry);
    if (known === undefined || kindRank(item) < kindRank(known)) best.set(item.entry, item);
  }
  return [...best.values()];
}

/** Takes own names as family names where others of the same family have them too (`qwen`). */
function asFamily(named: readonly NamedEntry[]): readonly NamedEntry[] {
  if (named[0]?.kind === named.at(-1)?.kind) return named;
  const families = new Set(named.filter(({ kind }) => kind === "family").map(({ entry }) => entry.family));
  return named.map((item) => (families.has(item.entry.family) ? { ...item, kind: "family" } : item));
}

/** Finds folded names by parts of them; knows nothing of entries. */
type NameLookup = {
  beginningWith: (prefix: string) => string[];
  containing: (part: string) => string[];
  /** The longest names that occur in a longer text. */
  containedIn: (text: string) => string[];
  correct: (folded: string) => string | undefined;
};

function createLookup(names: string[]): NameLookup {
  const sorted = names.toSorted();
  const lines = `\n${sorted.join("\n")}\n`;
  const known = new Set(names);
  let lazySpellings: Spellings | undefined;
  const spellings = (): Spellings => {
    lazySpellings ??= spellingsOf(names);
    return lazySpellings;
  };
  const beginningWith = (prefix: string): string[] => withPrefix(sorted, prefix);
  return {
    beginningWith,
    containing: (part) => linesWith(part, lines),
    containedIn: (text) => {
      const parts = substringsOf(text).filter((part) => known.has(part));
      return parts.filter((part) => !parts.some((other) => other.length > part.length && other.includes(part)));
    },
    correct: (folded) => {
      if ([...folded].some(isHan)) return spellings().names.get(pinyinOf(folded));
      if (folded.length < MIN_CORRECTED || /^\d/.test(folded)) return undefined;
      const spelling = withPrefix(spellings().sorted, folded).toSorted(byLength)[0];
      return (
        beginningWith(folded).toSorted(byLength)[0] ??
        (spelling === undefined ? undefined : spellings().names.get(spelling)) ??
        mistyped(sorted, folded)
      );
    },
  };
}

/** Characters of the shortest word that is corrected; shorter ones are no longer distinct once a letter is wrong. */
const MIN_CORRECTED = 4;
const byLength = (a: string, b: string): number => a.length - b.length;

/** The names with Chinese characters by pinyin and by initials; the keys also sorted. */
type Spellings = { names: Map<string, string>; sorted: string[] };

function spellingsOf(names: readonly string[]): Spellings {
  const chinese = names.filter((name) => [...name].some(isHan));
  const spellings = new Map([
    ...chinese.map((name): [string, string] => [initialsOf(name), name]),
    ...chinese.map((name): [string, string] => [pinyinOf(name), name]),
  ]);
  return { names: spellings, sorted: [...spellings.keys()].toSorted() };
}

/** Whether a part of a name is more than letters that happen to stand together (`gp` of Ling-Plus). */
const isDistinctive = (part: string): boolean =>
  part.length > 2 || (part.length > 1 && (isHan(part) || /\d$/.test(part)));

/** The lines of a text that contain a part; a search through one long text is much faster than through many. */
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

/** The substrings of three characters and more of a text's first 40 characters. */
function substringsOf(text: string): string[] {
  const characters = text.slice(0, 40);
  const lengths = Array.from({ length: Math.max(0, characters.length - 2) }, (_, at) => at + 3);
  return lengths.flatMap((length) =>
    Array.from({ length: characters.length - length + 1 }, (_, at) => characters.slice(at, at + length)),
  );
}

/** The number of typing errors tolerated in a word: one in four letters, two from five on. */
const toleratedErrors = (length: number): number => (length < 5 ? 1 : 2);

function mistyped(sorted: readonly string[], word: string): string | undefined {
  let best: { name: string; errors: number } | undefined;
  for (const first of new Set(word.slice(0, 2))) {
    for (const name of withPrefix(sorted, first)) {
      if (Math.abs(name.length - word.length) > 2) continue;
      const errors = errorsBetween(name, word);
      if (errors <= toleratedErrors(word.length) && errors < (best?.errors ?? Number.POSITIVE_INFINITY))
        best = { name, errors };
    }
  }
  return best?.name;
}

/**
 * The number of typing errors between a name and a word. The first letter is rarely wrong, but may be swapped with the
 * second; two swapped letters, the commonest slip, are one error.
 */
function errorsBetween(name: string, word: string): number {
  if (name[0] !== word[0] && (name[0] !== word[1] || name[1] !== word[0])) return Number.POSITIVE_INFINITY;
  const errors = distance(name, word);
  return errors === 2 && name.length === word.length && lettersOf(name) === lettersOf(word) ? 1 : errors;
}

const lettersOf = (text: string): string => [...text].sort().join("");
