import { code, plain } from "#src/base/markdown.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { newerInFamily } from "#src/catalog/search/names.ts";
import type { Context } from "#src/chat/command.ts";
import { pageButtons, paginate } from "#src/chat/pages.ts";
import { summaryText } from "#src/chat/traditional.ts";
import { clip, container, customId, LIMITS, selectRow, separator, textDisplay, type View } from "#src/chat/view.ts";
import { about } from "./list.ts";
import { modelSections, type Section } from "./sections.ts";
import { variantSummary } from "./subject-lines.ts";

/** Characters kept free on each page for the frame around the sections. */
const FRAME = 100;
const NEWER = 3;
/** Characters of an entry and its variant in a custom id. */
const OPENED = LIMITS.customId - "model:section:".length;

/** How a page was asked for: at which variant, and what to know of how the name was read, as Markdown. */
export type Opened = { variant?: Variant | undefined; remarks?: readonly string[] };

/** One entry: what it is, then its sections, on as many pages as the room asks for. */
export function modelPage(
  entry: Entry,
  page: number,
  context: Pick<Context, "locale" | "text" | "room" | "catalog" | "resolve" | "tries">,
  { variant, remarks = [] }: Opened = {},
): View {
  const { text, room } = context;
  const meant = variant === undefined ? [] : [variantSummary({ entry, variant }, context)];
  const heading = [headingOf(entry, context), ...remarks.map((remark) => `-# ${remark}`), ...meant].join("\n");
  const blocks = modelSections(entry, context).flatMap((section) =>
    blocksOf(section, room.characters - heading.length - FRAME),
  );
  const pages = paginate(blocks, (block) => block.markdown.length + 1, {
    items: Number.POSITIVE_INFINITY,
    characters: room.characters - heading.length - FRAME,
  });
  const at = Math.min(Math.max(0, page), pages.length - 1);
  const opened = openedState(entry, variant);
  const id = (target: number): string => customId("model", "page", target, opened);
  const sections = pages.map((blocksOfPage, index) => ({
    label: [...new Set(blocksOfPage.map((block) => block.title))].join(" · "),
    value: String(index),
    default: index === at,
  }));
  return {
    components: [
      container([
        textDisplay(heading),
        separator(),
        ...(pages[at] ?? []).map((block) => textDisplay(block.markdown)),
        ...(pages.length > 1
          ? [selectRow(customId("model", "section", opened), text("pages.sections"), sections)]
          : []),
        ...pageButtons(at, pages.length, id, text),
      ]),
    ],
  };
}

/** An entry and the variant at which its page is open, as a part of a custom id; the variant only where there is room. */
function openedState({ id }: Entry, variant: Variant | undefined): string {
  const state = `${id}:${variant?.name ?? ""}`;
  return variant === undefined || state.length > OPENED ? id : state;
}

function headingOf(
  entry: Entry,
  { text, locale, catalog, resolve, tries }: Pick<Context, "locale" | "text" | "catalog" | "resolve" | "tries">,
): string {
  const resolution = resolve(entry.id);
  const here = resolution.kind === "ready" && !resolution.target.standIn ? resolution.target.model : undefined;
  const speed = here === undefined ? undefined : tries.speed(here);
  const newer = newerInFamily(entry, catalog.entries, NEWER).map(({ name }) => plain(name));
  const summary = summaryText(entry, locale);
  return [
    `## ${plain(entry.name)}`,
    `-# ${code(entry.id)} · ${plain(entry.family)} · ${about(entry, { text })}`,
    ...(entry.unreviewed ? [`⚠ ${text("marks.unreviewed")}`] : []),
    ...(entry.confidence === "secondary" ? [`⚠ ${text("marks.secondary")}`] : []),
    plain(summary),
    ...(newer.length === 0 ? [] : [`-# ${text("model.newer", { names: newer.join(text("facts.listComma")) })}`]),
    ...(here === undefined
      ? []
      : [
          `-# ✓ ${text("try.installed")} ${code(here)}${speed === undefined ? "" : ` · ${text("try.speedHere", { speed: speed.toFixed(0) })}`}`,
        ]),
  ].join("\n");
}

type Block = { title: string; markdown: string };

/** A section as one block, or as several where it is longer than a page; lines are cut only where one alone is too long. */
function blocksOf({ title, lines }: Section, limit: number): Block[] {
  const heading = `### ${title}`;
  const room = limit - heading.length - 1;
  const fitting = lines.map((line) => (Number.isFinite(room) ? clip(line, room) : line));
  return paginate(fitting, (line) => line.length + 1, { items: Number.POSITIVE_INFINITY, characters: room }).map(
    (part) => ({
      title: clip(title, LIMITS.optionText),
      markdown: [heading, ...part].join("\n"),
    }),
  );
}
