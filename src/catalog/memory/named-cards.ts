import { memoByObject } from "#src/base/memo.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import { fold, foldStored } from "#src/catalog/entry/text.ts";

/** Cards that somebody named. Mixed ones count as that many equal ones with the memory of all. */
export type NamedCards = {
  cards: number;
  /** GB of graphics memory of each; of unified memory what the GPU may take. */
  cardGb: number;
  /** GB (10⁹ bytes) a second of each. Absent: no source says. */
  bandwidthGbs?: number;
  unified?: true;
  /** All of them, such that it is read as the same again: `2×RTX 3090`, `Apple M4 Max 64 GB`. */
  name: string;
};

/** What reads the names of some cards. */
export type CardNames = {
  /** Expression for cards as people name them in folded text, with counts and memory, several kinds joined by `+`. */
  source: string;
  /**
   * The cards that a text names from its start to its end; undefined where there is anything else in it, and with `onlySold`
   * where one is said to have memory that none is sold with.
   */
  read: (text: string, onlySold?: boolean) => NamedCards | undefined;
  /** Whether a text is a chip's bare name that models have too: MiniMax M2 is no Mac. */
  isDoubtful: (text: string) => boolean;
};

/** Folded text has no other spaces; a wider class makes the expression slow to compile. */
const GAP = "[ _-]*";
const LAPTOP = "(?:laptop|notebook|mobile|移动版?|移动端|笔记本(?:电脑|版)?|笔电|m(?![a-z0-9]))";
const MAKERS =
  "nvidia|英伟达|geforce|rtx|gtx|tesla|quadro|amd|radeon|rx|instinct|intel|英特尔|arc|apple|苹果|mac(?:book)?(?: *(?:pro|air|mini|studio))?|imac|huawei|华为|moore *threads|摩尔线程|寒武纪|cambricon|hygon|海光|魔改";
const HAN_COUNTS: Record<string, number> = {
  单: 1,
  一: 1,
  两: 2,
  双: 2,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
};
const HAN_COUNT = `[${Object.keys(HAN_COUNTS).join("")}]`;
const PIECES = "(?:张|块|卡|个|片|颗|路|台)";
const TIMES = "[x×*]";
/** How many, before and behind what is counted; read with `countOf`. */
export const COUNT_BEFORE = `\\d{1,3} *(?:${PIECES}|${TIMES})|${HAN_COUNT} *${PIECES}?`;
export const COUNT_BEHIND = `${TIMES} *\\d{1,3}|(?:\\d{1,3}|${HAN_COUNT}) *${PIECES}`;
const GIGABYTES = "(?:gib|gb|g)(?![a-z0-9])";
const BEHIND = "(?:gpu|显卡|加速卡|推理卡|卡|芯片|chip|mac(?:book)?(?: *(?:pro|air|mini|studio))?)";

/**
 * One kind of card in folded text: how many, the makers' words, the name, its memory, how many. The names of the groups
 * are left out where they would occur twice.
 */
function itemSource(names: string, group: (name: string) => string): string {
  const before = `(?:${group("count")}${COUNT_BEFORE}) *)?`;
  const ahead = `(?:${group("ahead")}笔记本(?:电脑)?|笔电|laptop) *的? *)?`;
  const laptop = `(?: *${group("laptop")}${LAPTOP}))?`;
  const memory = `(?:[ _(-]*(?:魔改)?${group("memory")}\\d{1,4}(?:\\.\\d)?) *${GIGABYTES} *(?:统一内存|显存|内存|vram|ram)?\\)?)?`;
  const behind = `(?: *${group("times")}${COUNT_BEHIND}))?`;
  return `${before}${ahead}(?:(?:${MAKERS})${GAP})*${group("card")}${names})${laptop}(?: *${BEHIND})?${memory}(?![a-z0-9])${behind}`;
}

/** A name in folded text as it is compared. */
const keyOf = (folded: string): string => folded.replace(/[\s_-]+/gu, "");

/** The names of these cards, compiled once for a catalog. */
export const cardNames: (cards: readonly Card[]) => CardNames = memoByObject(compile);

function compile(cards: readonly Card[]): CardNames {
  const named = cards.flatMap((card) => [card.name, ...card.aliases].map((name) => ({ card, name: foldStored(name) })));
  const byKey = new Map(named.map(({ card, name }) => [keyOf(name), card]));
  const alternatives = namesSource(
    named.filter(({ card, name }) => !isCovered(name, card, byKey)).map(({ name }) => name),
  );
  const item = new RegExp(
    itemSource(alternatives, (name) => `(?<${name}>`),
    "y",
  );
  const anyItem = itemSource(alternatives, () => "(?:");
  const cardOf = ({ card = "", ahead, laptop }: Groups): Card | undefined =>
    byKey.get(`${keyOf(card)}${ahead === undefined && laptop === undefined ? "" : LAPTOP_KEY}`);

  const readItems: ReadItems = (text, onlySold = false) => {
    const items: NamedCards[] = [];
    for (let position = 0; ; position += /^\s*(?:\+|加)\s*/u.exec(text.slice(position))?.[0].length ?? 0) {
      item.lastIndex = position;
      const match = item.exec(text);
      const read = match?.groups && itemOf(match.groups, cardOf(match.groups), onlySold);
      if (!read) return undefined;
      items.push(read);
      // A name of nothing but hyphens would match nothing, again and again.
      if (item.lastIndex === position) return undefined;
      position = item.lastIndex;
      if (text.slice(position).trim() === "") return items;
    }
  };
  return {
    source: `(?:${anyItem}(?: *[+加] *(?=\\S))?)+`,
    read: (text, onlySold) => {
      const folded = fold(text).trim();
      const items = readItems(folded, onlySold) ?? withPlainMemory(folded, readItems);
      return items && joined(items);
    },
    isDoubtful: (text) => {
      const key = keyOf(text);
      return key.length <= 2 && byKey.get(key)?.unified !== undefined;
    },
  };
}

const LAPTOP_KEY = "laptop";
const MAKERS_AHEAD = new RegExp(`^(?:(?:${MAKERS})${GAP})+`);

/** Whether the expression of an item finds a name without it: behind its maker's words, or before a laptop's. */
function isCovered(name: string, card: Card, byKey: ReadonlyMap<string, Card>): boolean {
  const base = keyOf(name).endsWith(LAPTOP_KEY) ? keyOf(name).slice(0, -LAPTOP_KEY.length) : undefined;
  if (base !== undefined && byKey.has(base)) return true;
  const short = name.replace(MAKERS_AHEAD, "");
  return short !== name && byKey.get(keyOf(short)) === card;
}

/** Names as an expression, the longest first; spaces may be left out. */
function namesSource(names: readonly string[]): string {
  const distinct = [...new Set(names)].toSorted((a, b) => b.length - a.length);
  const sources = distinct.map((name) =>
    name
      .split(/[\s_-]+/)
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(GAP),
  );
  return sources.length === 0 ? "(?!)" : sources.join("|");
}

type Groups = Record<string, string | undefined>;
type ReadItems = (text: string, onlySold?: boolean) => NamedCards[] | undefined;

/** Undefined for what is no card, and where two counts are given; with `onlySold` for memory that no edition has. */
function itemOf({ count, memory, times }: Groups, card: Card | undefined, onlySold: boolean): NamedCards | undefined {
  if (card === undefined || (count !== undefined && times !== undefined)) return undefined;
  const cards = countOf(count ?? times);
  const [usual] = card.editions;
  const memoryGb = memory === undefined ? (usual?.memoryGb ?? 0) : Number(memory);
  const edition = card.editions.find((item) => item.memoryGb === memoryGb);
  if (onlySold && edition === undefined) return undefined;
  const isOnly = card.editions.length === 1 && memoryGb === usual?.memoryGb;
  const name = isOnly ? card.name : `${card.name} ${memoryGb} GB`;
  return {
    cards,
    cardGb: card.unified ? graphicsShare(memoryGb, card.unified) : memoryGb,
    ...(edition?.bandwidthGbs !== undefined && { bandwidthGbs: edition.bandwidthGbs }),
    ...(card.unified && { unified: true }),
    name: cards === 1 ? name : `${cards}×${name}`,
  };
}

/** `2x`, `x 4`, `两张`, `8卡`; one where nothing is said. */
export function countOf(typed: string | undefined): number {
  const [, figure, han = ""] = /(\d+)|(\p{Script=Han})/u.exec(typed ?? "1") ?? [];
  return figure === undefined ? (HAN_COUNTS[han] ?? 0) : Number(figure);
}

/** `Mac Studio M3 Ultra 512`, `A100 80`: a figure without its unit is the memory where a card is sold with that much. */
function withPlainMemory(text: string, readItems: ReadItems): NamedCards[] | undefined {
  const [, named = "", figure = ""] = /^(.*\S)\s+(\d{1,4})$/u.exec(text) ?? [];
  return figure === "" ? undefined : readItems(`${named} ${figure}g`, true);
}

/** The memory adds up. What is known of the speed is that of the fastest: a small model may lie on that one alone. */
function joined(items: readonly NamedCards[]): NamedCards | undefined {
  const [first] = items;
  if (first === undefined || items.length === 1) return first;
  if (items.some(({ unified }) => unified)) return undefined;
  const cards = items.reduce((sum, item) => sum + item.cards, 0);
  const total = items.reduce((sum, item) => sum + item.cards * item.cardGb, 0);
  const speeds = items.map(({ bandwidthGbs }) => bandwidthGbs ?? Number.NaN);
  const fastest = Math.max(...speeds);
  return {
    cards,
    cardGb: Math.floor((total / cards) * 1000) / 1000,
    ...(Number.isFinite(fastest) && { bandwidthGbs: fastest }),
    name: namesTogether(items),
  };
}

/** `2×RTX 4090 + RTX 3060`: cards of one name once, with how many. */
function namesTogether(items: readonly NamedCards[]): string {
  const counts = new Map<string, number>();
  for (const { name, cards } of items) {
    const bare = name.replace(/^\d+×/, "");
    counts.set(bare, (counts.get(bare) ?? 0) + cards);
  }
  return [...counts].map(([name, cards]) => (cards === 1 ? name : `${cards}×${name}`)).join(" + ");
}

/** Main memory that a system keeps where nothing sets the GPU a limit: a quarter, of large machines no more than this. */
const KEPT_GB = 8;

/**
 * GB of a unified memory that the GPU may take before anybody changes a setting. macOS: two thirds up to 36 GB, three
 * quarters above (10.67 of 16 and 21.33 of 32 GB in github.com/ollama/ollama/issues/434, 72 of 96 and 96 of 128 in
 * github.com/raullenchai/Rapid-MLX/pull/183; newer systems give the largest somewhat more). Windows: three quarters
 * (AMD: 96 of 128 GB as variable graphics memory). Linux: what the system leaves.
 */
export function graphicsShare(memoryGb: number, system: NonNullable<Card["unified"]>): number {
  const gb =
    system === "linux"
      ? memoryGb - Math.min(KEPT_GB, memoryGb / 4)
      : memoryGb * (system === "macos" && memoryGb <= 36 ? 2 / 3 : 3 / 4);
  return Math.floor(gb * 100) / 100;
}
