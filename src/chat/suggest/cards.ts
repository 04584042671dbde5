import { GRAPHICS_CARDS } from "#src/catalog/memory/graphics-cards.ts";
import { cardsText, readCards } from "#src/catalog/memory/machine.ts";
import type { Autocomplete, Suggestion } from "#src/chat/command.ts";
import { cardsLabel } from "#src/chat/fit/line.ts";
import { clip, LIMITS } from "#src/chat/view.ts";

/** `RTX 5070 Ti`, `GTX 1660`, `A100`. */
function cardName(key: string): string {
  const [, model, suffix = ""] = /^(\d+)(ti)?$/.exec(key) ?? [];
  if (model === undefined) return key.toUpperCase();
  return `${Number(model) < 2000 ? "GTX" : "RTX"} ${model}${suffix === "" ? "" : " Ti"}`;
}

/** The cards by their graphics memory, the least first. */
const CARDS_BY_GB = [...Map.groupBy(Object.keys(GRAPHICS_CARDS), (key) => GRAPHICS_CARDS[key] ?? 0)]
  .map(([gb, keys]) => ({ vram: String(gb), names: keys.map(cardName).join(" · ") }))
  .toSorted((a, b) => Number(a.vram) - Number(b.vram));

/** Suggests cards for the amount or name typed so far, and what is typed itself where it is understood. */
export const suggestCards: Autocomplete = (typed) => {
  const wanted = typed.normalize("NFKC").trim().toLowerCase();
  const known = CARDS_BY_GB.filter(
    ({ vram, names }) => vram.startsWith(wanted) || names.toLowerCase().includes(wanted),
  );
  const own = readCards(typed);
  const isListed = own?.cards === 1 && known.some(({ vram }) => Number(vram) === own.cardGb);
  return [
    ...(own === undefined || isListed ? [] : [{ name: cardsLabel(own), value: cardsText(own) }]),
    ...known.map(
      ({ vram, names }): Suggestion => ({ name: clip(`${vram} GB · ${names}`, LIMITS.optionText), value: vram }),
    ),
  ].slice(0, LIMITS.suggestions);
};
