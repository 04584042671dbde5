import { code, plain, table } from "#src/base/markdown.ts";
import { type Update, updatesOf, updatesSince } from "#src/catalog/updates.ts";
import type { Context } from "#src/chat/command.ts";
import { openMenu } from "#src/chat/model/list.ts";
import { namesText, releaseText } from "#src/chat/model/release-text.ts";
import { pageButtons, paginate } from "#src/chat/pages.ts";
import { container, separator, textDisplay, type View } from "#src/chat/view.ts";

type ListContext = Pick<Context, "catalog" | "locale" | "text" | "room">;

/** Characters kept for the heading and the frame of a list. */
const HEADING = 300;
/** What is shown where nothing is new enough. */
const NEWEST = 5;

/** What came out since a date, one page of it where the room is limited; where that is nothing, the newest few. */
export function updateList(
  { since, page }: { since: string; page: number },
  id: (page: number) => string,
  context: ListContext,
): View {
  const { catalog, text, room } = context;
  const all = updatesOf(catalog.entries);
  const found = updatesSince(all, since);
  const lines = (found.length > 0 ? found : all.slice(0, NEWEST)).map((update) => ({
    update,
    line: room.tables ? "" : updateLine(update, context),
  }));
  const pages = paginate(lines, ({ line }) => line.length + 1, {
    items: room.listLength,
    characters: room.characters - HEADING,
  });
  const at = Math.min(Math.max(0, page), pages.length - 1);
  const shown = pages[at] ?? [];
  const heading = [
    `### ${found.length > 0 ? text("updates.heading", { since, count: found.length }) : text("updates.none", { since })}`,
    ...(pages.length > 1 ? [`-# ${text("pages.position", { page: at + 1, pages: pages.length })}`] : []),
    ...(found.length === 0 && shown.length > 0 ? [text("updates.newest")] : []),
  ].join("\n");
  if (shown.length === 0) return { components: [container([textDisplay(heading)])] };
  const updates = shown.map(({ update }) => update);
  const body = room.tables ? updateTable(updates, context) : shown.map(({ line }) => line).join("\n");
  return {
    components: [
      container([
        textDisplay(heading),
        separator(),
        textDisplay(body),
        ...openMenu([...new Set(updates.map(({ entry }) => entry))], context),
        ...pageButtons(at, pages.length, id, text),
      ]),
    ],
  };
}

function updateLine(update: Update, context: ListContext): string {
  const { entry, date } = update;
  return `- ${date} **${plain(entry.name)}** ${code(entry.id)} · ${whatText(update, context)}`;
}

function updateTable(updates: readonly Update[], context: ListContext): string {
  const { text } = context;
  const columns = [text("updates.date"), text("facts.model"), text("facts.id"), text("updates.what")];
  const rows = updates.map((update) => [
    update.date,
    `**${plain(update.entry.name)}**`,
    code(update.entry.id),
    whatText(update, context),
  ]);
  return table(columns, rows);
}

function whatText({ entry, first, names, release }: Update, context: ListContext): string {
  const { text } = context;
  return [
    first ? text("updates.first") : "",
    names.length > 0 ? namesText(names, context) : "",
    release === undefined ? "" : text("updates.release", { tag: releaseText(entry) }),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}
