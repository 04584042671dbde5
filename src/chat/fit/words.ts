import { FIT_PURPOSES, type FitPurpose } from "#src/catalog/entry/purposes.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import { fold } from "#src/catalog/entry/text.ts";
import { CACHE_KINDS } from "#src/catalog/memory/cache.ts";
import { readCards, readRam, readTokens } from "#src/catalog/memory/machine.ts";
import { isCommercial } from "#src/catalog/search/license-patterns.ts";
import { FILLERS, purposeOf, SEPARATORS } from "#src/catalog/search/vocabulary.ts";
import type { ReadWords } from "#src/chat/command.ts";

/** Kinds that the cache may be asked for in; 16 bits is what it is in otherwise. */
export const NARROW_CACHE = CACHE_KINDS.filter((kind) => kind !== "f16");

/** How people ask for the longest context that each model has. */
export const LONGEST = /^(?:max|longest|最长|最長)$/i;

/** `写小说`, `coding`, `用途 code`: the purpose that a word stands for. */
export function fitPurposeOf(typed: string): FitPurpose | undefined {
  const word = fold(typed)
    .replace(/^用途[\s:=]*/u, "")
    .trim();
  const purpose = purposeOf(word);
  return FIT_PURPOSES.find((item) => item === word) ?? FIT_PURPOSES.find((item) => item === purpose);
}

const VRAM_LABEL = /显存|顯存|vram/giu;
const CARD_LABEL = /显卡|顯卡|gpu/giu;
const RAM_LABEL = /(?<!统一|統一)(?:内存|記憶體|(?<!v)ram)/giu;
const CONTEXT_LABEL = /上下文(?:长度|長度|窗口)?|context|ctx/giu;
const LABEL = new RegExp(`(?:${VRAM_LABEL.source}|${RAM_LABEL.source}|${CONTEXT_LABEL.source})\\s*[:：=]?`, "giu");
const without = (text: string, label: RegExp): string => text.replace(label, " ").trim();
const has = (text: string, label: RegExp): boolean => text.search(label) >= 0;

/** A figure without a unit that is no memory of anybody: a name of a card, or a length of context. */
const LARGE = /^\d{4,}$/;
/** A figure and a unit apart from it. */
const FIGURE = /^(\d+)\s+g(?:i?b)?$/i;

type Known = { cards: readonly Card[]; given: Readonly<Record<string, string>> };
/** What a run of words gives for an option; undefined where it means something else. */
type Reader = (run: string, known: Known) => string | undefined;

/**
 * Memory behind a name is the card's where the card is sold with so much, where it is called graphics memory, or where the
 * machine has no other: `3060 12g`, `3060 显存 32g`, `M4 Max 内存 64g`; `3060 32g` is a card and main memory.
 */
const cardsTyped: Reader = (run, { cards }) => {
  const plain = without(without(run, VRAM_LABEL), CARD_LABEL);
  const unlabelled = without(plain, RAM_LABEL);
  if (readCards(unlabelled, cards)?.unified) return unlabelled;
  if (has(plain, RAM_LABEL)) return undefined;
  const counted = plain.replace(/^([2-8])\s+/, "$1x");
  if (counted !== plain && readCards(counted, cards, { onlySold: true })?.name !== undefined) return counted;
  const read = readCards(plain, cards, { onlySold: !has(run, VRAM_LABEL) });
  if (read === undefined || read.name !== undefined) return read && plain;
  // `4090 ram:64 GB` leaves the unit of the main memory behind the card.
  const isCard = readCards(FIGURE.exec(plain)?.[1] ?? "", cards)?.name !== undefined;
  return isCard || LARGE.test(plain) ? undefined : plain;
};

const ramTyped: Reader = (run) =>
  has(run, VRAM_LABEL) || LARGE.test(run) || readRam(run) === undefined ? undefined : run;

/** A figure alone is the context behind the main memory, or where it is more than that is. */
const contextTyped: Reader = (run, { given }) => {
  const length = without(run, CONTEXT_LABEL);
  if (LONGEST.test(length)) return length;
  const tokens = readTokens(length);
  const isContext = length !== run || /[k万萬]|tokens?$/iu.test(length) || given["ram"] !== undefined;
  const isFollowing = LARGE.test(length) && given["vram"] !== undefined;
  return tokens !== undefined && (isContext || isFollowing) ? length : undefined;
};

const READERS: Readonly<Record<string, Reader>> = {
  vram: cardsTyped,
  ram: ramTyped,
  context: contextTyped,
  commercial: (run) => (isCommercial(fold(run)) ? "true" : undefined),
  purpose: (run) => fitPurposeOf(run),
  cache: (run) => NARROW_CACHE.find((kind) => kind === run.toLowerCase()),
};

/** Words that belong together at most: `2 x RTX 4070 Ti Super 16 GB 显存`. */
const LONGEST_RUN = 8;

/** The words of typed texts, each name of a figure (`内存64g`, `上下文：32k`) apart from it. */
const apart = (typed: readonly string[]): string[] =>
  typed
    .flatMap((text) => text.replace(LABEL, (label) => ` ${label.replace(/[:：=]$/u, "")} `).split(/[\s,，、;；]+/u))
    .filter((word) => word !== "");

/** Whether a name at the end of a run belongs to the figure behind it: `8g 内存 64g`. */
function namesNext(run: string, next: string | undefined): boolean {
  if (next === undefined) return false;
  if (new RegExp(`\\s(?:${RAM_LABEL.source})$`, "iu").test(run)) return readRam(next) !== undefined;
  return new RegExp(`\\s(?:${CONTEXT_LABEL.source})$`, "iu").test(run) && readTokens(next) !== undefined;
}

function longestRun(
  words: readonly string[],
  known: Known,
): { option: string; value: string; size: number } | undefined {
  for (let size = Math.min(LONGEST_RUN, words.length); size > 0; size--) {
    const run = words.slice(0, size).join(" ");
    if (namesNext(run, words[size])) continue;
    for (const [option, reader] of Object.entries(READERS)) {
      const value = known.given[option] === undefined ? reader(run, known) : undefined;
      if (value !== undefined) return { option, value, size };
    }
  }
  return undefined;
}

/** What a word has besides what says nothing: 4090 of `我的显卡是4090`. */
const withoutFillers = (word: string): string[] =>
  fold(word)
    .replace(FILLERS, " ")
    .replaceAll(new RegExp(SEPARATORS, "gu"), " ")
    .split(" ")
    .filter((piece) => piece !== "");

/** A unit whose figure is elsewhere (`ram:64 GB`), or a word that says nothing of what is looked for. */
const isFiller = (word: string): boolean => /^(?:g(?:i?b)?|[+·]+)$/iu.test(word) || withoutFillers(word).length === 0;

/**
 * Reads `A100 40G 64 32k 写代码 商用`: at each word the longest run that means something. A card that is named as an option
 * goes on in the words: `vram:A100 40G`. Where no card is understood, what is not is taken for one, to be refused by name.
 */
export const readFitWords: ReadWords = (typed, { vram, ...named }, { catalog: { cards } }) => {
  const words = apart(vram === undefined ? typed : [vram, ...typed]);
  const given: Record<string, string> = {};
  const unread: string[] = [];
  for (let at = 0; at < words.length; ) {
    const known = { cards, given: { ...named, ...given } };
    const bare = withoutFillers(words[at] ?? "");
    const run = longestRun(words.slice(at), known);
    const read = run ?? (bare.length === 1 ? longestRun(bare, known) : undefined);
    if (read !== undefined) given[read.option] = read.value;
    else unread.push(words[at] ?? "");
    at += run?.size ?? 1;
  }
  const unknown = unread.filter((word) => !isFiller(word));
  if (given["vram"] !== undefined || unknown.length === 0)
    return { given: { ...(vram !== undefined && { vram }), ...given }, unread: unknown };
  return { given: { ...given, vram: unread.join(" ") }, unread: [] };
};
