import type { Precision } from "#src/catalog/entry/precision.ts";
import { isPrecisionWord, quantizationInName } from "./precision-in-name.ts";

/** What one part of a model's name is about. */
export type WordKind =
  /** A word of its series, with the version that follows it: `Qwen3` → `qwen`, `3`. */
  | "series"
  /** The version of the word of the series before it, where it stands by itself: `GLM-4.5`. */
  | "version"
  /** `8B`, `8x7B`, `A3B`. */
  | "size"
  /** A size in words: `mini`, `Flash`, `Pro`. */
  | "tier"
  /** How it was trained: `Instruct`, `Base`, `DPO`. */
  | "stage"
  | "thinking"
  /** `Preview`, `Exp`. */
  | "preview"
  /** `2507`, `0414`, `20241220`. */
  | "date"
  /** A version behind the size or the stage: `Instruct-v2`. */
  | "revision"
  /** `128k`, `1M`. */
  | "context"
  | "precision";

/** A piece of a name: as it stands there, `1_8b` already as `1.8b`, and where. */
type Part = { text: string; start: number; end: number };

/** A part of a name: as it is compared, and its version where it has one. */
export type NameWord = Part & { kind: WordKind; word: string; version: string | undefined };

/** Sizes as a name states them, in billions. */
export type NameSizes = { parametersB?: number; activeParametersB?: number; experts?: number };

/** A model's name read into words. */
export type ModelWords = {
  all: readonly NameWord[];
  /** Words of the series with their versions, in their order. */
  series: string[];
  sizes: NameSizes;
  /** Stages, dates, revisions. */
  editions: string[];
  /** `128k`, `1m`. */
  context: string | undefined;
  precision: Precision | undefined;
  quant: string | undefined;
};

const SIZE = /^(?<experts>\d+x)?(?<active>a)?e?(?<number>\d+(?:\.\d+)?)(?<unit>[bt])(?<decimals>\d)?$/;
const WORD_WITH_SIZE = /^(?<first>\p{L}{2,}?)(?:\d+x)?\d+(?:\.\d+)?b$/iu;
/** `21BA3B`, `7bv5`. */
const SIZE_WITH_MORE = /^(?<first>\d+(?:\.\d+)?b)(?:a\d+(?:\.\d+)?b|v\d+(?:\.\d+)*)$/i;
const CONTEXT = /^\d+(?:\.\d+)?[km]$/;
const DATE = /^(?:20\d{6}|2\d{5}|\d{4})$/;
const VERSION = /^v?(?<version>\d+(?:\.\d+)*)$/;
const NUMBER = /^\d+(?:\.\d+)*$/;
const STAGES = new Set(
  (
    "instruct instruction inst it chat base pt pretrain pretrained pretraining sft dpo rlhf rl ppo grpo mpo kto orpo zero " +
    "distill intermediate checkpoint checkpoints history diff delta enc release latest final beta alpha text model stage " +
    "online offline step stage0 stage1 stage2 stage3"
  ).split(" "),
);
/** Libraries whose format it is stored in. */
const FORMATS = new Set("hf transformers pytorch".split(" "));
const THINKING = new Set("think thinking thinker reasoning reasoner nothink nonthinking".split(" "));
const PREVIEWS = new Set("preview exp experimental".split(" "));
const TIERS = new Set(
  "mini nano tiny micro small lite light medium large huge plus pro max ultra flash air turbo moe".split(" "),
);
/** Stages that are also the words of a series, where they stand before any size: `R1-Distill`, `Step-3`. */
const SERIES_FIRST = new Set("distill text step model light".split(" "));

/** Reads a model's name, without its organisation, into words. Any text is taken. */
export function wordsOf(name: string): ModelWords {
  const all = tokens(name);
  const of = (kind: WordKind): NameWord[] => all.filter((item) => item.kind === kind);
  const { precision, quant } = quantizationInName(name);
  return {
    all,
    series: of("series").map(wordKey),
    sizes: sizesOf(of("size").map(({ word }) => word)),
    editions: all
      .filter(({ kind }) => ["stage", "thinking", "preview", "date", "revision"].includes(kind))
      .map(({ word }) => word),
    context: of("context")[0]?.word,
    precision,
    quant,
  };
}

/** The sizes that a name states: `30B-A3B` → 30 and 3 active, `8x7B` → 8 experts of 7, `1.8T` → 1800, `E4B` → 4. */
export const sizesInName = (name: string): NameSizes => wordsOf(name).sizes;

/** A word with its version: `qwen3`; a version without a point and one with `.0` are the same. */
export const wordKey = ({ word, version }: Pick<NameWord, "word" | "version">): string => `${word}${version ?? ""}`;

function sizesOf(sizes: readonly string[]): NameSizes {
  const found: NameSizes = {};
  for (const text of sizes) {
    const { experts, active, number = "", unit, decimals } = text.match(SIZE)?.groups ?? {};
    const value = Number(decimals === undefined ? number : `${number}.${decimals}`) * (unit === "t" ? 1000 : 1);
    if (active !== undefined) found.activeParametersB ??= value;
    else if (experts !== undefined) found.experts ??= Number(experts.slice(0, -1));
    if (active === undefined && experts === undefined) found.parametersB ??= value;
  }
  return found;
}

/** Reads the parts of a name one after another; what a number is depends on what stands before it. */
function tokens(name: string): NameWord[] {
  const found: NameWord[] = [];
  for (const part of partsOf(name)) {
    const word = part.text.toLowerCase();
    const version = word.match(VERSION)?.groups?.version;
    const kind = kindOf(word, found);
    if (kind !== undefined) found.push({ kind, word: COMMON_WORD[kind] ?? word, version: undefined, ...part });
    else if (version !== undefined && found.length > 0) addVersion(found, part, version);
    else addSeries(found, part);
  }
  return found;
}

/** Words that say the same are compared as one. */
const COMMON_WORD: Partial<Record<WordKind, string>> = { thinking: "thinking", preview: "preview" };

/** Whether a word in lower case says how a model was trained, wherever it stands. */
export const isStage = (word: string): boolean => STAGES.has(word);

const KINDS: readonly [WordKind, (word: string, found: readonly NameWord[]) => boolean][] = [
  ["size", (word) => SIZE.test(word)],
  ["context", (word) => CONTEXT.test(word)],
  ["precision", (word, found) => isPrecisionWord(word) || FORMATS.has(word) || isPartOfQuant(word, found.at(-1))],
  ["date", (word) => DATE.test(word)],
  ["stage", (word, found) => STAGES.has(word) && (!SERIES_FIRST.has(word) || hasStage(found))],
  ["thinking", (word) => THINKING.has(word)],
  ["preview", (word) => PREVIEWS.has(word)],
  ["tier", (word) => TIERS.has(word)],
];
/** What the first word of a name may be beside a word of the series. */
const MAY_BE_FIRST: ReadonlySet<WordKind> = new Set(["size", "context", "precision"] as const);

/** What a word is about by itself; undefined: a version or a word of the series. */
const kindOf = (word: string, found: readonly NameWord[]): WordKind | undefined =>
  KINDS.find(([kind, fits]) => (found.length > 0 || MAY_BE_FIRST.has(kind)) && fits(word, found))?.[0];

/** The letters behind `Q4` in `Q4_K_M`. */
const isPartOfQuant = (word: string, before: NameWord | undefined): boolean =>
  /^(?:k|[0-3]|xx?s|[sml])$/.test(word) && /^i?q\d|^k$/.test(before?.word ?? "");

/** Adds a number that is a version: of the word before it, or behind the size of how often it was trained anew. */
function addVersion(found: NameWord[], part: Part, version: string): void {
  const last = found.findLast(({ kind }) => kind === "series");
  // `base-2.0` is a version of the series, `Instruct-v1` one of the instructions; `Chat-V1-5` is of the series again.
  const isBehind = found.some(
    ({ kind, word }) => kind === "size" || (STAGE_KINDS.has(kind) && word !== "chat" && /^v/i.test(part.text)),
  );
  const known = plain(version);
  const push = (kind: WordKind, word: string, own?: string): void => {
    found.push({ kind, word, version: own, ...part });
  };
  if (isBehind || (last !== undefined && isRevision(last, version))) push("revision", `v${known}`);
  else if (last === undefined || last.version !== undefined) push("series", "", known);
  else {
    last.version = known;
    push("version", known);
  }
}

/** A measure behind the size: `448px`, `3epoch`. */
const MEASURE = /^\d+(?:\.\d+)?\p{L}{2,}$/u;

/** Adds `Qwen3` as a word and its version. The v of `R1V3` and of `MiniCPM-V4.5` is a word. */
function addSeries(found: NameWord[], part: Part): void {
  if (hasStage(found) && MEASURE.test(part.text)) {
    found.push({ kind: "series", word: part.text.toLowerCase(), version: undefined, ...part });
    return;
  }
  for (const { 0: run, index } of part.text.matchAll(/\d+(?:\.\d+)*|[^\d]+/g)) {
    const start = part.start + index;
    const piece: Part = { text: run, start, end: start + run.length };
    if (NUMBER.test(run) && found.length > 0) addVersion(found, piece, run);
    else found.push({ kind: "series", word: run.toLowerCase(), version: undefined, ...piece });
  }
}

const STAGE_KINDS: ReadonlySet<WordKind> = new Set(["size", "stage", "thinking"] as const);
const hasStage = (words: readonly NameWord[]): boolean => words.some(({ kind }) => STAGE_KINDS.has(kind));

/** No series has a hundred versions; a word that has its version does not get another one behind "chat". */
const isRevision = (last: NameWord, version: string): boolean => last.version === undefined && Number(version) >= 100;

/** Characters; hubs allow 96 in a name. */
const MAX_NAME = 200;
const PART = /(?:[^-_\s/()（）、，,·^+:.]|(?<=\d)\.(?=\d))+/g;

/** What stands between hyphens and the like. `1_8b` is 1.8b, `2d5` is 2.5, `V1-5` is V1.5; `llama7b` is two. */
function partsOf(name: string): Part[] {
  const text = name
    .slice(0, MAX_NAME)
    .replace(/(?<=\d)_(?=\d)|(?<=\d)d(?=\d)/g, ".")
    .replace(/(?<=\bv\d)-(?=\d\b(?![.\d]))/gi, ".");
  return [...text.matchAll(PART)].flatMap(({ 0: found, index: start }) => {
    const first = (found.match(WORD_WITH_SIZE) ?? found.match(SIZE_WITH_MORE))?.groups?.first;
    const middle = start + (first?.length ?? found.length);
    const whole: Part = { text: found.slice(0, middle - start), start, end: middle };
    const rest: Part = { text: found.slice(middle - start), start: middle, end: start + found.length };
    return rest.text === "" ? [whole] : [whole, rest];
  });
}

/** `2.0` and `2`, `002` and `2` are one version. */
const plain = (version: string): string => version.replace(/(?:\.0+)+$/, "").replace(/^0+(?=\d)/, "");
