import type { Text } from "#src/base/locale.ts";
import { type ActionRow, button, buttonRow } from "./view.ts";

/** Packs items into pages of at most so many items and characters; an item is never cut. Always at least one page. */
export function paginate<T>(
  items: readonly T[],
  size: (item: T) => number,
  room: { items: number; characters: number },
): T[][] {
  const pages: T[][] = [[]];
  let used = 0;
  for (const item of items) {
    const page = pages.at(-1) ?? [];
    if (page.length > 0 && (page.length >= room.items || used + size(item) > room.characters)) {
      pages.push([item]);
      used = size(item);
    } else {
      page.push(item);
      used += size(item);
    }
  }
  return pages;
}

/** Previous and next, where there is more than one page. `id` makes the custom id of a page (from 0). */
export function pageButtons(page: number, pages: number, id: (page: number) => string, text: Text): ActionRow[] {
  if (pages <= 1) return [];
  return [
    buttonRow([
      button(text("pages.previous"), id(Math.max(0, page - 1)), { disabled: page <= 0 }),
      button(text("pages.next"), id(page + 1), { disabled: page >= pages - 1 }),
    ]),
  ];
}
