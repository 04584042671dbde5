import { fold, HAN } from "#src/catalog/entry/text.ts";
import { cardPattern } from "./card-pattern.ts";
import { type Criterion, type Fact, type FactKind, withAskedContext } from "./criteria.ts";
import { excludesOthers } from "./criterion-ranks.ts";
import type { FullText } from "./full-text.ts";
import type { NamedEntry, Names } from "./names.ts";
import { PATTERNS } from "./query-patterns.ts";
import { type QueryContext, wordsOf } from "./query-words.ts";
import { FILLERS, FOREIGN_WORDS, purposeOf } from "./vocabulary.ts";

export const SORTS = ["memory", "newest", "size", "name"] as const;
export type Sort = (typeof SORTS)[number];

/** A text that a person typed, parsed. */
export type Query = {
  criteria: Criterion[];
  /** An order asked for in words (`最新`). */
  sort?: Sort;
  /** Words that were read and mean nothing for the search. */
  ignored: string[];
};

/** Characters that are read; more than anybody types, and each is tried as the start of a name. */
const MAX_LENGTH = 200;

/** Stands for what has been understood, so that the text around it does not run together. */
const CONSUMED = "\u0001";

const SORT_WORDS: readonly [RegExp, Sort][] = [
  [/最新(?:发布|出)?的?|(?:新|最近|近期)(?:发布|出|推出)的?|(?<![a-z])(?:newest|latest)(?![a-z])/gu, "newest"],
  [/(?:最省|最低|最少|省)显存的?|显存最[小少低]的?/gu, "memory"],
  [/最小的?|(?<![a-z])smallest(?![a-z])/gu, "size"],
];

/**
 * Parses what people type: Chinese (simplified or traditional) or English, full-width or half-width, in any order.
 * Names of the catalog are read first, as far as they reach (`yi-34b` is a name, `yi 34b` a name and a size), then the
 * patterns, then what is left as words. `today` (YYYY-MM-DD) is what `今年` is read by. Throws nothing: what is not
 * understood is a word or ignored.
 */
export function parseQuery(typed: string, { names, text, cards }: QueryContext, today: string): Query {
  const criteria: Criterion[] = [];
  const ignored: string[] = [];
  let sort: Sort | undefined;
  const query = typed.slice(0, MAX_LENGTH).trim();
  let rest = fold(query).replaceAll(CONSUMED, " ");
  const take = (expression: RegExp, read: (match: Match) => boolean): void => {
    rest = rest.replace(expression, (...match) => (read(matchOf(match)) ? CONSUMED : String(match[0])));
  };
  const add = (criterion: Criterion | undefined): boolean => criterion !== undefined && criteria.push(criterion) > 0;
  // `Medical GPT` is a name, though GPT by itself is none of ours.
  if (rest.search(FOREIGN_WORDS) >= 0)
    rest = readNames(rest, names, criteria, (name) => name.search(FOREIGN_WORDS) >= 0);
  take(FOREIGN_WORDS, ({ whole }) => add({ kind: "word", word: whole, typed: whole, named: [], foreign: true }));
  rest = readNames(rest, names, criteria);
  for (const { expression, read } of [cardPattern(cards), ...PATTERNS])
    take(expression, ({ groups, whole }) => add(read(groups, today, whole)));
  for (const [expression, order] of SORT_WORDS) {
    take(expression, () => {
      sort ??= order;
      return true;
    });
  }
  take(FILLERS, ({ whole }) => ignored.push(whole) > 0);

  const words = wordsOf(rest, { names, text });
  criteria.push(...words.known);
  // What occurs nowhere would empty every result; where something else was understood it is better passed over.
  if (criteria.length === 0 && sort === undefined) criteria.push(...words.unknown);
  else ignored.push(...words.unknown.map((word) => word.typed));
  if (query !== "" && criteria.length === 0 && sort === undefined && ignored.length === 0)
    criteria.push({ kind: "word", word: query, typed: query, named: [] });
  const symbols = rest.replaceAll(CONSUMED, " ").match(/[^\s\p{L}\p{N}]+/gu) ?? [];
  const inMemory = criteria.some(isUnified) ? criteria.map(inMainMemory) : criteria;
  const asked = withoutWider(distinct(inMemory.map((criterion) => withoutUnknown(criterion, text))));
  return {
    criteria: joinAlternatives(withAskedContext(asked)),
    ...(sort && { sort }),
    ignored: [...ignored, ...symbols.filter((item) => /[<>=≤≥]/u.test(item))],
  };
}

/** Apple's chips, on which alone MLX runs, have one memory for all. */
const isUnified = (criterion: Criterion): boolean =>
  criterion.kind === "precision" && criterion.asked.kind === "precision" && criterion.asked.precision === "mlx";
const inMainMemory = (criterion: Criterion): Criterion =>
  criterion.kind === "memory" ? { ...criterion, device: "ram" } : criterion;

/** A purpose without the narrower word where no entry mentions it. */
function withoutUnknown(criterion: Criterion, text: FullText): Criterion {
  if (criterion.kind !== "purpose" || criterion.about === undefined || text.occurs(criterion.about)) return criterion;
  const { about: _unknown, ...purpose } = criterion;
  return purpose;
}

/** Without a purpose of which a narrower part was typed too: `邮件写作`. */
function withoutWider(criteria: readonly Criterion[]): Criterion[] {
  const narrowed = criteria.flatMap((item) =>
    item.kind === "purpose" && item.about !== undefined ? item.purpose : [],
  );
  return criteria.filter(
    (item) => item.kind !== "purpose" || item.about !== undefined || !narrowed.includes(item.purpose),
  );
}

type Match = { whole: string; groups: Record<string, string | undefined> };

/** The match and its groups from the arguments of `replace`'s callback: the match first, its groups last where the expression has names for them. */
function matchOf(match: readonly unknown[]): Match {
  const groups = match.at(-1);
  return { whole: String(match[0]), groups: isGroups(groups) ? groups : {} };
}

const isGroups = (value: unknown): value is Record<string, string | undefined> =>
  typeof value === "object" && value !== null;

/** Takes the longest known names out of the text, from left to right; only such as are wanted. */
function readNames(
  text: string,
  names: Names,
  criteria: Criterion[],
  isWanted: (name: string) => boolean = () => true,
): string {
  let result = "";
  let position = 0;
  while (position < text.length) {
    const found = startsName(text, position) ? longestName(text, position, names) : undefined;
    if (found && isWanted(text.slice(position, found.end))) {
      const word = text.slice(position, found.end);
      criteria.push({ kind: "word", word, typed: word, named: found.named });
      result += CONSUMED;
      position = found.end;
    } else {
      result += text[position];
      position += 1;
    }
  }
  return result;
}

/** Characters that a typed name may have more than its folded form. */
const SPACES = 8;
/** A size behind a space or a Chinese name. */
const NAME_AND_SIZE = new RegExp(`^(?<name>.*?)(?:\\s+|(?<=[${HAN}]))\\d+(?:\\.\\d+)?b$`, "u");

function longestName(text: string, start: number, names: Names): Named | undefined {
  const furthest = Math.min(text.length, start + names.longest + SPACES);
  for (let end = furthest; end > start + 1; end--) {
    if (!endsName(text, end)) continue;
    const candidate = text.slice(start, end);
    if (/^\d+(?:\.\d+)?[bgk]?$/u.test(candidate)) continue;
    const named = names.meant(candidate);
    // Some models are called what others are for (`ocr`): a word with a meaning of its own names none.
    if (named.length > 0 && purposeOf(candidate) !== undefined) continue;
    if (named.length > 0) return withoutSize(candidate, start, names) ?? { end, named };
  }
  return undefined;
}

type Named = { end: number; named: readonly NamedEntry[] };

/** `qwen 7b` is what an old model is called, and asks for any Qwen of that size. */
function withoutSize(candidate: string, start: number, names: Names): Named | undefined {
  const name = NAME_AND_SIZE.exec(candidate)?.groups?.["name"];
  const named = name === undefined ? [] : names.meant(name);
  return name !== undefined && named.length > 0 ? { end: start + name.length, named } : undefined;
}

const LATIN = /[a-z0-9]/;
const startsName = (text: string, at: number): boolean => {
  const [before = " ", first = " "] = [text[at - 1], text[at]];
  return /[\p{L}\p{N}]/u.test(first) && !(LATIN.test(first) && /[a-z0-9.]/.test(before));
};
const endsName = (text: string, at: number): boolean => {
  const [last = " ", next = " ", after = " "] = [text[at - 1], text[at], text[at + 1]];
  if (!/[\p{L}\p{N}]/u.test(last)) return false;
  return !LATIN.test(last) || !(LATIN.test(next) || (next === "." && /\d/.test(after)));
};

/** Joins facts of a kind that exclude each other into one criterion, at the index of the first. */
function joinAlternatives(criteria: Criterion[]): Criterion[] {
  const groups = new Map<FactKind, Fact[]>();
  const joined: (Criterion | Fact[])[] = [];
  for (const criterion of criteria) {
    if (criterion.kind === "word" || criterion.kind === "anyOf" || !excludesOthers(criterion)) {
      joined.push(criterion);
      continue;
    }
    const group = groups.get(criterion.kind) ?? [];
    if (group.length === 0) joined.push(group);
    group.push(criterion);
    groups.set(criterion.kind, group);
  }
  return joined.map((item) => {
    if (!Array.isArray(item)) return item;
    const [only] = item;
    return item.length === 1 && only ? only : { kind: "anyOf", options: item };
  });
}

function distinct(criteria: Criterion[]): Criterion[] {
  const seen = new Set<string>();
  return criteria.filter((criterion) => {
    const key = JSON.stringify(criterion.kind === "word" ? { ...criterion, named: [] } : criterion);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
