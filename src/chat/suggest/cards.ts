import { memoByObject } from "#src/base/memo.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import { type Cards, cardsText, readCards } from "#src/catalog/memory/machine.ts";
import type { Autocomplete, Suggestion } from "#src/chat/command.ts";
import { clip, LIMITS } from "#src/chat/view.ts";

/** `RTX 4060 Ti 16 GB · 288 GB/s`, `Apple M4 Max 64 GB · 48 GB · 546 GB/s`, `2×24 GB`. */
function cardsLabel(machine: Cards): string {
  const { cards, cardGb, name = "", bandwidthGbs } = machine;
  const gb = cards === 1 ? formatGb(cardGb) : `${cards}×${formatGb(cardGb)}`;
  const parts = [name, name.endsWith(` ${gb}`) ? "" : gb, bandwidthGbs === undefined ? "" : `${bandwidthGbs} GB/s`];
  return parts.filter((part) => part !== "").join(" · ");
}

const suggestion = (machine: Cards): Suggestion => ({
  name: clip(cardsLabel(machine), LIMITS.optionText),
  value: cardsText(machine),
});

/** A card in one of its editions, with all that it is called. */
type Listed = { keys: string[]; suggestion: Suggestion };

const listedCards = memoByObject((cards: readonly Card[]): Listed[] =>
  cards.flatMap((card) =>
    card.editions.flatMap(({ memoryGb }) => {
      const machine = readCards(`${card.name} ${memoryGb}g`, cards);
      const keys = [card.name, ...card.aliases].map(foldName);
      return machine === undefined ? [] : [{ keys, suggestion: suggestion(machine) }];
    }),
  ),
);

/** Amounts of graphics memory with the desktop cards that have so much, the least first. */
const amounts = memoByObject((cards: readonly Card[]): Suggestion[] => {
  const editions = cards.flatMap(({ name, kind, editions: [usual] }) =>
    kind === "desktop" && usual !== undefined ? [{ name, gb: usual.memoryGb }] : [],
  );
  return [...Map.groupBy(editions, ({ gb }) => gb)]
    .toSorted(([a], [b]) => a - b)
    .map(([gb, items]) => ({
      name: clip(`${formatGb(gb)} · ${items.map(({ name }) => name).join(" · ")}`, LIMITS.optionText),
      value: String(gb),
    }));
});

/** Suggests what is typed where it is understood, then the cards that are called so, then amounts of memory. */
export const suggestCards: Autocomplete = (typed, { catalog: { cards } }) => {
  const wanted = foldName(typed.trim());
  const own = readCards(typed, cards);
  const named = wanted === "" ? [] : listedCards(cards).filter(({ keys }) => keys.some((key) => key.includes(wanted)));
  const begins = ({ keys }: Listed): boolean => keys.some((key) => key.startsWith(wanted));
  const all = [
    ...(own === undefined || own.name === undefined ? [] : [suggestion(own)]),
    ...amounts(cards).filter(({ value }) => value.startsWith(wanted)),
    ...(own === undefined || own.name !== undefined ? [] : [suggestion(own)]),
    ...[...named.filter(begins), ...named.filter((card) => !begins(card))].map((card) => card.suggestion),
  ];
  const values = all.map(({ value }) => value.replace(/g$/, ""));
  return all.filter((_item, index) => values.indexOf(values[index] ?? "") === index).slice(0, LIMITS.suggestions);
};
