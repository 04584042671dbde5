import { LRUCache } from "lru-cache";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldStored, HAN, isHan } from "#src/catalog/entry/text.ts";
import { withPrefix } from "./prefix-range.ts";

/** The fields of an entry in which a word may occur, the most significant first. */
const FIELDS = {
  names: (entry) => [entry.id, entry.name, ...entry.aliases],
  family: (entry) => [entry.family, ...entry.familyAliases],
  variants: (entry) => (entry.variants ?? []).map(({ name }) => name),
  // Several entries may share a repository that is called like the newest.
  makers: (entry) => [
    ...entry.developers.flatMap(({ name, zh, en }) => [name, zh, en]),
    entry.repository?.name.split("/")[0],
  ],
  base: (entry) => [entry.baseModel, ...(entry.variants ?? []).map(({ baseModel }) => baseModel)],
  summary: (entry) => [entry.summary.zh, entry.summary.en],
  rest: (entry) => [
    entry.developersNote,
    entry.training?.process,
    ...(entry.training?.pretrainingData ?? []).map(({ name }) => name),
    ...(entry.training?.instructionData ?? []).map(({ name }) => name),
    ...(entry.highlights ?? []),
    ...(entry.demos ?? []),
    ...(entry.updates ?? []).map(({ name }) => name),
  ],
} satisfies Record<string, (entry: Entry) => (string | undefined)[]>;

export type TextField = keyof typeof FIELDS;
/** The fields by their numbers. */
export const FIELD_NAMES = Object.keys(FIELDS).filter((name): name is TextField => Object.hasOwn(FIELDS, name));

/** Words that mean the same thing to a person who searches. */
const SYNONYMS: readonly (readonly string[])[] = [
  ["蒸馏", "distill", "distilled", "distillation"],
  ["多语言", "多语种", "multilingual"],
  ["从头训练", "从头预训练", "从零训练", "从零预训练", "from-scratch"],
];

/** By the index of an entry the number of the most significant field in which a text occurs, or NO_FIELD. */
type BestFields = Uint8Array;
/** Larger than the number of any field, so that the larger of two says whether both texts occur in an entry, and where. */
export const NO_FIELD = 255;

const CACHED_WORDS = 50;

/** A posting is one number: the index of the entry times this, plus the number of the field. */
const STRIDE = FIELD_NAMES.length;

export type FullText = {
  /** The field of each entry in which a folded word occurs. */
  find: (word: string) => BestFields;
  occurs: (word: string) => boolean;
  /** How many characters of a Chinese text, from its beginning, occur in some entry as they stand: none or two and more. */
  knownLength: (text: string) => number;
  /** Goes on indexing for some ms; true when all is indexed. A search before that waits for the rest. */
  advance: (ms: number) => boolean;
};

/**
 * Makes an index of what the entries say in words: Latin words with their parts (`r1-distill` also as `r1` and `distill`), found
 * by their prefixes too; Chinese by pairs of characters, because word segmentation splits terms such as 显存 wrongly. It
 * counts no frequencies, as a library for documents would: in which field a word stands says more about an entry than how
 * often, and without them it is made in a quarter of the time, soon enough for a first query.
 */
export function indexText(entries: readonly Entry[]): FullText {
  const postings = new Map<string, number[]>();
  let next = 0;
  let latin: string[] | undefined;

  const add = (entry: Entry, index: number): void => {
    for (const [number, field] of FIELD_NAMES.entries()) {
      for (const token of textsOf(entry, field).flatMap(tokensOf)) {
        const list = postings.get(token);
        if (list === undefined) postings.set(token, [index * STRIDE + number]);
        else if (Math.floor((list.at(-1) ?? 0) / STRIDE) !== index) list.push(index * STRIDE + number);
      }
    }
  };
  const advance = (ms: number): boolean => {
    for (const end = performance.now() + ms; next < entries.length; next++) {
      if (performance.now() >= end) return false;
      const entry = entries[next];
      if (entry) add(entry, next);
    }
    return true;
  };
  const tokensWithPrefix = (prefix: string): string[] => {
    latin ??= [...postings.keys()].filter((token) => !isHan(token)).sort();
    return withPrefix(latin, prefix);
  };
  const nowhere = (): BestFields => new Uint8Array(entries.length).fill(NO_FIELD);

  const findToken = (token: string): BestFields => {
    advance(Number.POSITIVE_INFINITY);
    const fields = nowhere();
    for (const item of isHan(token) || token.length < 2 ? [token] : tokensWithPrefix(token)) {
      for (const posting of postings.get(item) ?? []) {
        const index = Math.floor(posting / STRIDE);
        fields[index] = Math.min(fields[index] ?? NO_FIELD, posting - index * STRIDE);
      }
    }
    return fields;
  };
  const findChinese = (run: string): BestFields => {
    const fields = intersection(pairsOf(run).map(findToken)) ?? nowhere();
    if (run.length < 3) return fields;
    // Pairs of characters may stand apart; this is where the whole stands.
    return fields.map((number, index) => (number === NO_FIELD ? NO_FIELD : fieldWith(run, entries[index])));
  };
  const findRun = (run: string): BestFields => {
    if (isHan(run)) return findChinese(run);
    const whole = findToken(run);
    return isSomewhere(whole) || !run.includes("-") ? whole : (intersection(run.split("-").map(findToken)) ?? whole);
  };
  const findWord = (word: string): BestFields => {
    const terms = SYNONYMS.find((group) => group.includes(word)) ?? [word];
    const [first = nowhere(), ...others] = terms.map((term) => intersection(runsOf(term).map(findRun)) ?? nowhere());
    return others.length === 0
      ? first
      : first.map((number, index) =>
          others.reduce((least, other) => Math.min(least, other[index] ?? NO_FIELD), number),
        );
  };
  /** A word is read, counted and ranked in one query. */
  const cache = new LRUCache<string, BestFields>({ max: CACHED_WORDS });
  const find = (word: string): BestFields => {
    const fields = cache.get(word) ?? findWord(word);
    cache.set(word, fields);
    return fields;
  };

  return {
    find,
    occurs: (word) => isSomewhere(find(word)),
    knownLength: (text) => {
      let length = 0;
      let shared: BestFields | undefined;
      for (const pair of text.length < 2 ? [] : pairsOf(text)) {
        shared = intersection([...(shared ? [shared] : []), findToken(pair)]);
        if (shared === undefined || !isSomewhere(shared)) break;
        length = length === 0 ? 2 : length + 1;
      }
      return length;
    },
    advance,
  };
}

/** The entries in which all of several texts occur, with the least significant of their fields. */
function intersection([first, ...others]: readonly BestFields[]): BestFields | undefined {
  if (first === undefined || others.length === 0) return first;
  return first.map((number, index) => others.reduce((most, other) => Math.max(most, other[index] ?? NO_FIELD), number));
}

const isSomewhere = (fields: BestFields): boolean => fields.some((number) => number !== NO_FIELD);

/** The number of the most significant field in which a text occurs as it is. */
const fieldWith = (text: string, entry: Entry | undefined): number => {
  const number = FIELD_NAMES.findIndex((field) => entry && textsOf(entry, field).some((item) => item.includes(text)));
  return number < 0 ? NO_FIELD : number;
};

const textsOf = (entry: Entry, field: TextField): string[] =>
  FIELDS[field](entry).flatMap((text) => (text === undefined ? [] : foldStored(text)));

const RUN = new RegExp(`[${HAN}]+|[a-z0-9]+(?:[.+#-][a-z0-9]+)*`, "g");
const runsOf = (folded: string): string[] => folded.match(RUN) ?? [];

const tokensOf = (folded: string): string[] =>
  runsOf(folded).flatMap((run) => {
    if (isHan(run)) return pairsOf(run);
    return run.includes("-") ? [run, ...run.split("-")] : run;
  });

/** The pairs of neighbours in a run of characters; a lone one by itself. */
const pairsOf = (run: string): string[] =>
  run.length < 2 ? [run] : Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2));
