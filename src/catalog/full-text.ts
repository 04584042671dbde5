import type { Entry } from "./schema.ts";
import { foldStored, HAN, isHan } from "./text.ts";

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
const FIELD_NAMES = Object.keys(FIELDS).filter((name): name is TextField => Object.hasOwn(FIELDS, name));

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

/** The places of the entries that something occurs in, each with the number of the most telling field. */
type Places = Map<number, number>;

/** An occurrence as one number: the place of the entry times this, plus the number of the field. */
const STRIDE = FIELD_NAMES.length;

export type FullText = {
  /** The entries in which a folded word occurs, by their place among the indexed, with the most telling field. */
  find: (word: string) => Map<number, TextField>;
  /** How many characters of a Chinese text, from its beginning, occur in some entry as they stand: none or two and more. */
  knownLength: (text: string) => number;
  /** Goes on indexing for some ms, by one entry at least; true when all is indexed. Whoever asks earlier waits for the rest. */
  advance: (ms: number) => boolean;
};

/**
 * An index of what the entries say in words: Latin words with their parts (`r1-distill` also as `r1` and `distill`), found
 * by their beginnings too; Chinese by pairs of characters, because word segmentation splits terms such as 显存 wrongly. It
 * counts no frequencies, as a library for documents would: in which field a word stands says more about an entry than how
 * often, and without them it is made in a fifth of the time and half of the memory.
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
    for (const end = performance.now() + ms; next < entries.length; ) {
      const entry = entries[next];
      if (entry) add(entry, next);
      next += 1;
      if (performance.now() >= end) break;
    }
    return next === entries.length;
  };
  const longer = (start: string): string[] => {
    latin ??= [...occurrences.keys()].filter((token) => !isHan(token)).sort();
    return latin.slice(lowerBound(latin, start), lowerBound(latin, `${start}\uffff`));
  };

  const placesOf = (token: string): Places => {
    advance(Number.POSITIVE_INFINITY);
    const places: Places = new Map();
    for (const item of isHan(token) || token.length < 2 ? [token] : longer(token)) {
      for (const occurrence of occurrences.get(item) ?? []) {
        const place = Math.floor(occurrence / STRIDE);
        places.set(place, Math.min(occurrence % STRIDE, places.get(place) ?? STRIDE));
      }
    }
    return places;
  };
  const chinese = (run: string): Places => {
    const places = common(pairsOf(run).map(placesOf));
    return run.length < 3 ? places : new Map([...places].flatMap(([place]) => standing(run, place)));
  };
  /** Pairs of characters may stand apart; this is where the whole stands. */
  const standing = (run: string, place: number): [number, number][] => {
    const entry = entries[place];
    const number = FIELD_NAMES.findIndex((field) => entry && textsOf(entry, field).some((text) => text.includes(run)));
    return number < 0 ? [] : [[place, number]];
  };
  const placesOfRun = (run: string): Places => {
    if (isHan(run)) return chinese(run);
    const whole = placesOf(run);
    return whole.size > 0 || !run.includes("-") ? whole : common(run.split("-").map(placesOf));
  };

  return {
    find: (word) => {
      const found: Places = new Map();
      for (const term of SYNONYMS.find((group) => group.includes(word)) ?? [word]) {
        for (const [place, number] of common(runsOf(term).map(placesOfRun)))
          found.set(place, Math.min(number, found.get(place) ?? STRIDE));
      }
      return new Map([...found].map(([place, number]) => [place, FIELD_NAMES[number] ?? "rest"]));
    },
    knownLength: (text) => {
      let length = 0;
      let shared: Places | undefined;
      for (const pair of text.length < 2 ? [] : pairsOf(text)) {
        shared = common([...(shared ? [shared] : []), placesOf(pair)]);
        if (shared.size === 0) break;
        length = length === 0 ? 2 : length + 1;
      }
      return length;
    },
    advance,
  };
}

/** Where all occur; of each the field of the one that says least. */
function common([first, ...others]: readonly Places[]): Places {
  const shared: Places = new Map();
  for (const [place, number] of first ?? []) {
    if (others.every((other) => other.has(place)))
      shared.set(place, Math.max(number, ...others.map((other) => other.get(place) ?? 0)));
  }
  return shared;
}

/** The first place in a sorted list that is not before the text. */
function lowerBound(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

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
