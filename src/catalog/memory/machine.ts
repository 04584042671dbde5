import type { Card } from "#src/catalog/entry/reference.ts";
import { COUNT_BEFORE, COUNT_BEHIND, cardNames, countOf } from "./named-cards.ts";

/** What a person runs models on. GB as cards are sold (2³⁰ bytes). */
export type Machine = {
  cards: number;
  /** Graphics memory of each card; of unified memory what the GPU may take. */
  cardGb: number;
  /** Main memory. Absent: not told. */
  ramGb?: number | undefined;
  /** GB (10⁹ bytes) a second that each card reads its memory with. Absent: not known. */
  bandwidthGbs?: number | undefined;
  /** The graphics memory is a share of the main memory. */
  unified?: true | undefined;
  /** The cards by their names and how many, where they were named: `2×RTX 3090`. */
  name?: string | undefined;
};

/** A machine without its main memory. */
export type Cards = Omit<Machine, "ramGb">;

/** Less than any card has, and more than any machine; what is beyond is a slip. */
export const LEAST_GB = 0.1;
export const MOST_GB = 10_000;
const MOST_CARDS = 64;
const MOST_CONTEXT = 100_000_000;
/** GB of main memory that the system and other programs keep. */
const SYSTEM_GB = 4;

export const totalGb = ({ cards, cardGb }: Machine): number => cards * cardGb;

/** GB of main memory that is left for a model beside what the GPU has: none where the two are one memory. */
export const spareRamGb = ({ ramGb = 0, unified }: Machine): number => (unified ? 0 : Math.max(0, ramGb - SYSTEM_GB));

const SIZE = String.raw`(\d{1,9}(?:\.\d{1,9})?)\s*(g|gb|gib|m|mb|mib)?`;
const AMOUNT = new RegExp(String.raw`^(?:(${COUNT_BEFORE})\s*)?${SIZE}(?:\s*(${COUNT_BEHIND}))?$`, "u");

/**
 * Graphics memory as people write it: `8`, `8GB`, `24 g 显存`, `8192MiB`, `2x24`, `24G×2`, `两张 24g`, or by the cards of the
 * catalog, `RTX 4090`, `2x3090`, `A100 40G`, `M4 Max 64GB`, `3090+3060`. Undefined for anything else, for nothing, and
 * for more than there is; with `onlySold` also for a named card with memory that none is sold with.
 */
export function readCards(
  text: string,
  cards: readonly Card[],
  { onlySold = false }: { onlySold?: boolean } = {},
): Cards | undefined {
  const read = cardNames(cards).read(text, onlySold) ?? amountOf(plainMemory(text));
  const possible =
    Number.isInteger(read.cards) && read.cards >= 1 && read.cards <= MOST_CARDS && read.cardGb >= LEAST_GB;
  return possible && totalGb(read) <= MOST_GB ? read : undefined;
}

/** No card has more; a larger figure without a unit is the name of one that is not known, such as 4090. */
const MOST_BARE_GB = 1024;

function amountOf(typed: string): Cards {
  const [, before, figure, unit, after] = AMOUNT.exec(typed) ?? [];
  if (figure === undefined || (before !== undefined && after !== undefined)) return { cards: 0, cardGb: 0 };
  if (unit === undefined && Number(figure) > MOST_BARE_GB) return { cards: 0, cardGb: 0 };
  const count = countOf(before ?? after);
  const gb = inGb(Number(figure), unit);
  // Without a unit either number may be the cards: nobody has 24 cards of 2 GB.
  const swapped = unit === undefined && before !== undefined && gb < count;
  return swapped ? { cards: gb, cardGb: count } : { cards: count, cardGb: gb };
}

/** Main memory: `64`, `64GB`, `32 g 内存`. In GB; undefined for anything else, for nothing, and for more than there is. */
export function readRam(text: string): number | undefined {
  const [, figure, unit] = new RegExp(`^${SIZE}$`, "u").exec(plainMemory(text)) ?? [];
  const gb = figure === undefined ? 0 : inGb(Number(figure), unit);
  return gb >= LEAST_GB && gb <= MOST_GB ? gb : undefined;
}

const plainMemory = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/显存|顯存|显卡|顯卡|内存|記憶體|vram|ram/gu, "")
    .trim();

const inGb = (figure: number, unit: string | undefined): number =>
  Math.round((unit?.startsWith("m") ? figure / 1024 : figure) * 1000) / 1000;

/** A length of context: `8k`, `32768`, `128K`, `1m`, `10万`. In tokens, k of 1,024; undefined for anything else. */
export function readTokens(text: string): number | undefined {
  const typed = text.normalize("NFKC").toLowerCase().trim();
  const [, figure, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)\s*(k|m|万|萬)?\s*(?:tokens?)?$/u.exec(typed) ?? [];
  const scale: Record<string, number> = { k: 1024, m: 1024 ** 2, 万: 10_000, 萬: 10_000 };
  const tokens = Math.round(Number(figure) * (scale[unit] ?? 1));
  return tokens >= 1 && tokens <= MOST_CONTEXT ? tokens : undefined;
}

/** Characters of a name for which a custom id of Discord (100) has room beside all that `/fit` may be asked. */
const MOST_NAME = 38;

/** The cards as `readCards` reads them: by a short name, else `8g`, `2x24g`, with the unit because 4090 alone is a card. */
export const cardsText = ({ cards, cardGb, name = "" }: Cards): string =>
  name !== "" && name.length <= MOST_NAME ? name : cards === 1 ? `${cardGb}g` : `${cards}x${cardGb}g`;
