import type { Criterion, SingleFact } from "./criteria.ts";
import type { NamedEntry, Names } from "./names.ts";
import { PATTERNS } from "./query-patterns.ts";
import { fold, isHan } from "./text.ts";

export const SORTS = ["memory", "newest", "size", "name"] as const;
export type Sort = (typeof SORTS)[number];

/** What a person typed, parsed. */
export type Query = {
  criteria: Criterion[];
  /** An order asked for in words (`最新`). */
  sort?: Sort;
  /** Words that were read and carry no meaning for the search. */
  ignored: string[];
};

/** Takes the place of what has been understood, so that what stood around it does not run together. */
const CONSUMED = "\u0001";

const SORT_WORDS: readonly [RegExp, Sort][] = [
  [/最新的?|(?<![a-z])(?:newest|latest)(?![a-z])/gu, "newest"],
  [/最小的?|(?<![a-z])smallest(?![a-z])/gu, "size"],
];

/** Longest first, so that `能跑的` goes before `能跑`. */
const FILLERS = [
  ..."能够运行的|可以运行的|可以跑的|能跑的|能运行|可以跑|能跑|跑得动|运行|部署|本地|有没有|有哪些|有什么|哪些|哪个|什么|推荐|大语言模型|语言模型|大模型|小模型|模型|开源|国产|显存|内存|显卡|参数|上下文|量化|支持|需要|适合|可以|想要|给我|帮我|一个|我的|用于|以及|或者|的|能|在|上|下|用|和|与|或|跑|找|想|要|我|吗|呢|请|求|有|是|做".split(
    "|",
  ),
  ..."llm|llms|model|models|with|for|the|a|an|that|can|run|runs|running|on|which|and|or|of|in|to|my|me|need|needs|want|find|show|list|vram|ram|gpu|memory|context|local|locally|open|license|licence|gb|b".split(
    "|",
  ),
].toSorted((a, b) => b.length - a.length);
const FILLER = new RegExp(
  FILLERS.map((word) => (isHan(word[0] ?? "") ? word : `(?<![a-z0-9])${word}(?![a-z0-9])`)).join("|"),
  "gu",
);

/**
 * Parses what people type: Chinese (simplified or traditional) or English, full-width or half-width, in any order.
 * Names of the catalog are read first, as far as they reach (`yi-34b` is a name, `yi 34b` a name and a size), then the
 * patterns, then what is left as words. Throws nothing: what is not understood is a word or ignored.
 */
export function parseQuery(text: string, names: Names): Query {
  const criteria: Criterion[] = [];
  let sort: Sort | undefined;
  let rest = readNames(fold(text), names, criteria);
  for (const { expression, read } of PATTERNS) {
    rest = rest.replace(expression, (...match) => {
      const groups: unknown = match.at(-1);
      const criterion = read(isGroups(groups) ? groups : {});
      if (criterion) criteria.push(criterion);
      return criterion ? CONSUMED : String(match[0]);
    });
  }
  for (const [expression, order] of SORT_WORDS) {
    rest = rest.replace(expression, () => {
      sort = order;
      return CONSUMED;
    });
  }
  const ignored: string[] = [];
  rest = rest.replace(FILLER, (word) => {
    ignored.push(word);
    return CONSUMED;
  });
  for (const word of wordsIn(rest)) {
    const corrected = names.correct(word);
    const named = corrected === undefined ? [] : names.exact(corrected);
    criteria.push({ kind: "word", word: corrected ?? word, typed: word, named });
  }
  const symbols = rest.replaceAll(CONSUMED, " ").match(/[^\s\p{L}\p{N}]+/gu) ?? [];
  return {
    criteria: joinAlternatives(distinct(criteria)),
    ...(sort && { sort }),
    ignored: [...ignored, ...symbols.filter((item) => /[<>=≤≥]/u.test(item))],
  };
}

const isGroups = (value: unknown): value is Record<string, string | undefined> =>
  typeof value === "object" && value !== null;

/** Latin words with their digits and dots, and runs of Chinese characters. */
const wordsIn = (text: string): string[] =>
  (text.match(/\p{Script=Han}+|[\p{L}\p{N}]+(?:[.+#/_-][\p{L}\p{N}]+)*/gu) ?? []).flatMap((word) =>
    isHan(word[0] ?? "") ? word : word.split(/(?<=\p{Script=Han})(?=[a-z0-9])|(?<=[a-z0-9])(?=\p{Script=Han})/u),
  );

/** Takes the longest known names out of the text, from left to right. */
function readNames(text: string, names: Names, criteria: Criterion[]): string {
  let result = "";
  let position = 0;
  while (position < text.length) {
    const found = startsName(text, position) ? longestName(text, position, names) : undefined;
    if (found) {
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

function longestName(text: string, start: number, names: Names): { end: number; named: NamedEntry[] } | undefined {
  const furthest = Math.min(text.length, start + names.longest + 8);
  for (let end = furthest; end > start + 1; end--) {
    if (!endsName(text, end)) continue;
    const candidate = text.slice(start, end);
    if (/^\d+(?:\.\d+)?[bgk]?$/u.test(candidate)) continue;
    const named = names.exact(candidate);
    if (named.length > 0) return { end, named };
  }
  return undefined;
}

const LATIN = /[a-z0-9]/;
const startsName = (text: string, at: number): boolean => {
  const [before = " ", first = " "] = [text[at - 1], text[at]];
  return /[\p{L}\p{N}]/u.test(first) && !(LATIN.test(first) && /[a-z0-9.]/.test(before));
};
const endsName = (text: string, at: number): boolean => {
  const [last = " ", next = " ", after = " "] = [text[at - 1], text[at], text[at + 1]];
  if (/\s/u.test(last)) return false;
  return !LATIN.test(last) || !(LATIN.test(next) || (next === "." && /\d/.test(after)));
};

const ALTERNATIVES = new Set<Criterion["kind"]>([
  "precision",
  "parameters",
  "license",
  "architecture",
  "domain",
  "released",
]);

/** Puts criteria of a kind that cannot hold together into one, at the place of the first; bounds (`>7b <14b`) stay apart. */
function joinAlternatives(criteria: Criterion[]): Criterion[] {
  const groups = new Map<string, SingleFact[]>();
  const joined: (Criterion | SingleFact[])[] = [];
  for (const criterion of criteria) {
    const bound = criterion.kind === "parameters" && criterion.exact === undefined;
    if (criterion.kind === "word" || criterion.kind === "anyOf" || bound || !ALTERNATIVES.has(criterion.kind)) {
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
