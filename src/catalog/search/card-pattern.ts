import { memoByObject } from "#src/base/memo.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import { cardNames } from "#src/catalog/memory/named-cards.ts";
import type { Pattern } from "./query-patterns.ts";

/** `4090`, `双卡 3090`, `8x A100 40g`, `3060 笔记本`: all their memory together. Runs before any other: their memory is no other wish. */
export const cardPattern: (cards: readonly Card[]) => Pattern = memoByObject((cards) => {
  const { source, read, isDoubtful } = cardNames(cards);
  return {
    expression: new RegExp(`(?<![a-z0-9._/:-])(?<machine>${source})(?![a-z0-9]|\\.\\d)`, "g"),
    read: ({ machine = "" }) => {
      const named = isDoubtful(machine) ? undefined : read(machine);
      return named && { kind: "memory", device: "vram", gb: { max: named.cards * named.cardGb } };
    },
  };
});
