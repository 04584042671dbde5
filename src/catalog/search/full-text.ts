import { LRUCache } from "lru-cache";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldStored, HAN, isHan } from "#src/catalog/entry/text.ts";
import { startingWith } from "./prefix-range.ts";

/** Where a word may occur in an entry, the most telling first. */
const FIELDS = {
  names: (entry) => [entry.id, entry.name, ...entry.aliases],
  family: (entry) => [entry.family, ...entry.familyAliases],
  variants: (entry) => (entry.variants ?? []).map(({ name }) => name),
  base: (entry) => [entry.baseModel, ...(entry.variants ?? []).map(({ baseModel }) => baseModel)],
  // Several entries may share a repository that is called like the newest.
  makers: (entry) => [
    entry.developersNote,
    ...entry.developers.map(({ name }) => name),
    entry.repository?.name.split("/")[0],
  ],
  summary: (entry) => [entry.summary.zh, entry.summary.en],
  rest: (entry) => [
    entry.training?.process,
    ...(entry.training?.pretrainingData ?? []).map(({ name }) => name),
    ...(entry.training?.instructionData ?? []).map(({ name }) => name),
    ...(entry.highlights ?? []),
    ...(entry.demos ?? []),
    ...(entry.updates ?? []).map(({ name }) => name),
  ],
} satisfies Record<string, (entry: Entry) => (string | undefined)[]>;

export type TextField = keyof typeof FIELDS;
/** By their numbers. */
export const FIELD_NAMES = Object.keys(FIELDS).filter((name): name is TextField => Object.hasOwn(FIELDS, name));

/** Words that mean the same thing to a person who searches. */
const SYNONYMS: readonly (readonly string[])[] = [
  ["蒸馏", "distill", "distilled", "distillation"],
  ["角色扮演", "roleplay", "role-play"],
  ["写作", "创作", "文案", "写文章", "writing"],
  ["多语言", "多语种", "multilingual"],
  ["视频", "video"],
  ["科研", "科学", "science", "scientific"],
  ["从头训练", "从头预训练", "从零训练", "从零预训练", "from-scratch"],
];

/** By the place of an entry among the indexed the number of the most telling field in which something stands, or NOWHERE. */
type Places = Uint8Array;
/** More than any field, so that the larger of two numbers says whether both stand in an entry, and where at best. */
export const NOWHERE = 255;

const KEPT_WORDS = 50;

/** An occurrence as one number: the place of the entry times this, plus the number of the field. */
const STRIDE = FIELD_NAMES.length;

export type FullText = {
  /** Where a folded word occurs. */
  find: (word: string) => Places;
  occurs: (word: string) => boolean;
  /** How many characters of a Chinese text, from its beginning, occur in some entry as they stand: none or two and more. */
  knownLength: (text: string) => number;
  /** Goes on indexing for some ms; true when all is indexed. Whoever asks earlier waits for the rest. */
  advance: (ms: number) => boolean;
};

/**
 * An index of what the entries say in words: Latin words with their parts (`r1-distill` also as `r1` and `distill`), found
 * by their beginnings too; Chinese by pairs of characters, because word segmentation splits terms such as 显存 wrongly. It
 * counts no frequencies, as a library for documents would: in which field a word stands says more about an entry than how
 * often, and without them it is made in a quarter of the time, soon enough for a first query.
 */
export function indexText(entries: readonly Entry[]): FullText {
  const occurrences = new Map<string, number[]>();
  let next = 0;
  let latin: string[] | undefined;

  const add = (entry: Entry, place: number): void => {
    for (const [number, field] of FIELD_NAMES.entries()) {
      for (const token of textsOf(entry, field).flatMap(tokensOf)) {
        const list = occurrences.get(token);
        if (list === undefined) occurrences.set(token, [place * STRIDE + number]);
        else if (Math.floor((list.at(-1) ?? 0) / STRIDE) !== place) list.push(place * STRIDE + number);
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
  const longer = (start: string): string[] => {
    latin ??= [...occurrences.keys()].filter((token) => !isHan(token)).sort();
    return startingWith(latin, start);
  };
  const nowhere = (): Places => new Uint8Array(entries.length).fill(NOWHERE);

  const placesOf = (token: string): Places => {
    advance(Number.POSITIVE_INFINITY);
    const places = nowhere();
    for (const item of isHan(token) || token.length < 2 ? [token] : longer(token)) {
      for (const occurrence of occurrences.get(item) ?? []) {
        const place = Math.floor(occurrence / STRIDE);
        places[place] = Math.min(places[place] ?? NOWHERE, occurrence - place * STRIDE);
      }
    }
    return places;
  };
  const chinese = (run: string): Places => {
    const places = everywhere(pairsOf(run).map(placesOf)) ?? nowhere();
    if (run.length < 3) return places;
    // Pairs of characters may stand apart; this is where the whole stands.
    return places.map((number, place) => (number === NOWHERE ? NOWHERE : fieldWith(run, entries[place])));
  };
  const placesOfRun = (run: string): Places => {
    if (isHan(run)) return chinese(run);
    const whole = placesOf(run);
    return isSomewhere(whole) || !run.includes("-") ? whole : (everywhere(run.split("-").map(placesOf)) ?? whole);
  };
  /** A word is read, counted and ranked in one query. */
  const kept = new LRUCache<string, Places>({ max: KEPT_WORDS });
  const find = (word: string): Places => {
    const known = kept.get(word) ?? placesOfWord(word);
    kept.set(word, known);
    return known;
  };
  const placesOfWord = (word: string): Places => {
    const same = SYNONYMS.find((group) => group.includes(word)) ?? [word];
    const [first = nowhere(), ...others] = same.map((term) => everywhere(runsOf(term).map(placesOfRun)) ?? nowhere());
    return others.length === 0
      ? first
      : first.map((number, place) => others.reduce((least, other) => Math.min(least, other[place] ?? NOWHERE), number));
  };

  return {
    find,
    occurs: (word) => isSomewhere(find(word)),
    knownLength: (text) => {
      let length = 0;
      let shared: Places | undefined;
      for (const pair of text.length < 2 ? [] : pairsOf(text)) {
        shared = everywhere([...(shared ? [shared] : []), placesOf(pair)]);
        if (shared === undefined || !isSomewhere(shared)) break;
        length = length === 0 ? 2 : length + 1;
      }
      return length;
    },
    advance,
  };
}

/** Where all of them stand, of each the field of the one that says least. */
function everywhere([first, ...others]: readonly Places[]): Places | undefined {
  if (first === undefined || others.length === 0) return first;
  return first.map((number, place) => others.reduce((most, other) => Math.max(most, other[place] ?? NOWHERE), number));
}

const isSomewhere = (places: Places): boolean => places.some((number) => number !== NOWHERE);

/** The number of the most telling field in which a text stands as it is. */
const fieldWith = (text: string, entry: Entry | undefined): number => {
  const number = FIELD_NAMES.findIndex((field) => entry && textsOf(entry, field).some((item) => item.includes(text)));
  return number < 0 ? NOWHERE : number;
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
