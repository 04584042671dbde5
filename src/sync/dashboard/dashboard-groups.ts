import type { Text } from "#src/base/locale.ts";
import { quoted } from "#src/sync/github/quoted.ts";
import { box } from "#src/sync/propose/boxes.ts";

/** A model or repository by the id of its signal; `name` is how people know it. Both are from outside. */
export type NamedSignal = { id: string; name: string };

/** `title` is Markdown of one line and says how many there are; the first models are shown first. */
export type Group = { title: string; models: readonly NamedSignal[]; propose: boolean };

/** Groups as Markdown: how many models have a box, and how many could have one and have none. */
export type ShownGroups = { markdown: string; boxes: number; unboxed: number };

export const MAX_NAME = 120;
/** What the groups' titles take of the room at most. */
const TITLES_SHARE = 0.5;
/** What names without a box take of what the titles leave, where they need so much. */
const NAMES_SHARE = 0.4;

type Item = { group: number; model: NamedSignal; shown: string };

/**
 * Models in groups, within so many characters: each group with its title, then the first models of every group with a box to
 * have them proposed, more of them by name, the others counted. Groups take turns, so that a large one hides no other.
 */
export function grouped(groups: readonly Group[], room: number, text: Text): ShownGroups {
  const filled = groups.filter(({ models }) => models.length > 0);
  const titled = itemsWithin(filled, room * TITLES_SHARE, (group) => frameLength(group, text));
  const free = room - titled.reduce((sum, group) => sum + frameLength(group, text), 0);
  const { items, isAll } = itemsInTurn(titled, free);
  const boxes = boxesWithin(titled, { items, isAll, free });
  const boxesLength = [...boxes.values()].reduce((sum, line) => sum + line.length + 1, 0);
  const unboxed = items.filter((item) => !boxes.has(item));
  const named = itemsWithin(unboxed, free - boxesLength, nameLength);
  const blocks = titled.map((group, at) => {
    const lines = [...boxes].flatMap(([item, line]) => (item.group === at ? [line] : []));
    const names = named.flatMap((item) => (item.group === at ? [item.shown] : []));
    return block(group, { lines, names }, text);
  });
  const untitled = filled.slice(titled.length).reduce((sum, { models }) => sum + models.length, 0);
  const proposable = filled.reduce((sum, { models, propose }) => sum + (propose ? models.length : 0), 0);
  return {
    markdown: [blocks.join("\n"), more(untitled, text)].filter((part) => part !== "").join("\n\n"),
    boxes: boxes.size,
    unboxed: proposable - boxes.size,
  };
}

/** What a group takes beside its models: its title, and the line that counts those that are not listed. */
const frameLength = ({ title, models: { length: count } }: Group, text: Text): number =>
  title.length + 9 + Math.max(more(count, text).length, text("dashboard.names", { names: "", count }).length);

const nameLength = ({ shown }: Item): number => shown.length + 2;

/** The first models of every group, then the second ones and so on: as many as there is room for their names. */
function itemsInTurn(groups: readonly Group[], room: number): { items: Item[]; isAll: boolean } {
  const items: Item[] = [];
  let left = room;
  const longest = groups.reduce((most, { models }) => Math.max(most, models.length), 0);
  for (let turn = 0; turn < longest; turn++)
    for (const [group, { models }] of groups.entries()) {
      const model = models[turn];
      if (model === undefined) continue;
      const item = { group, model, shown: quoted(model.name, MAX_NAME) };
      left -= nameLength(item);
      if (left < 0) return { items, isAll: false };
      items.push(item);
    }
  return { items, isAll: true };
}

/** Lines with a box, in the order of the items: as many as leave the other names what they need, or their share. */
function boxesWithin(
  groups: readonly Group[],
  { items, isAll, free }: { items: readonly Item[]; isAll: boolean; free: number },
): Map<Item, string> {
  const boxes = new Map<Item, string>();
  let names = isAll ? items.reduce((sum, item) => sum + nameLength(item), 0) : Number.POSITIVE_INFINITY;
  let used = 0;
  for (const item of items) {
    const line = groups[item.group]?.propose === true ? box("propose", item.model.id, item.shown) : undefined;
    if (line === undefined) continue;
    used += line.length + 3;
    names -= nameLength(item);
    if (used + Math.min(names, free * NAMES_SHARE) > free) break;
    boxes.set(item, `  ${line}`);
  }
  return boxes;
}

function block({ title, models }: Group, shown: { lines: string[]; names: string[] }, text: Text): string {
  const names = shown.names.join(", ");
  const rest = models.length - shown.lines.length - shown.names.length;
  // A title says how many there are: where none is listed it is enough.
  const uncounted = shown.lines.length > 0 ? more(rest, text) : "";
  const last = names === "" ? uncounted : rest > 0 ? text("dashboard.names", { names, count: rest }) : names;
  return [`- ${title}`, ...shown.lines, ...(last === "" ? [] : [`  - ${last}`])].join("\n");
}

/** The line that counts what is not listed; nothing where all is. */
export const more = (count: number, text: Text): string => (count > 0 ? text("dashboard.more", { count }) : "");

/** The first items that fit into so many characters. */
export function itemsWithin<One>(items: readonly One[], room: number, lengthOf: (item: One) => number): One[] {
  let left = room;
  const end = items.findIndex((item) => {
    left -= lengthOf(item);
    return left < 0;
  });
  return items.slice(0, end === -1 ? items.length : end);
}
