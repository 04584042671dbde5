import { memoByObject } from "#src/base/memo.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import { readCards, totalGb } from "#src/catalog/memory/machine.ts";
import { COUNT_BEFORE, COUNT_BEHIND, cardNames } from "#src/catalog/memory/named-cards.ts";
import type { Pattern } from "./pattern.ts";

const GIGABYTES = "\\d{1,3} *(?:gib|gb|g)(?![a-z0-9])";
const COUNTED = `(?:${COUNT_BEFORE}) *${GIGABYTES}|${GIGABYTES} *(?:${COUNT_BEHIND})`;

/**
 * `4090`, `双卡 3090`, `8x A100 40g`, `3060 笔记本`, `2x24g`: all their memory together. Runs before any other pattern:
 * a card's memory is no wish of its own.
 */
export const cardPattern: (cards: readonly Card[]) => Pattern = memoByObject((cards) => {
  const { source, isDoubtful } = cardNames(cards);
  return {
    expression: new RegExp(`(?<![a-z0-9._/:-])(?<machine>${source}|${COUNTED})(?![a-z0-9]|\\.\\d)`, "g"),
    read: ({ machine = "" }) => {
      const read = isDoubtful(machine) ? undefined : readCards(machine, cards);
      return read && { kind: "memory", device: "vram", gb: { max: totalGb(read) } };
    },
  };
});
