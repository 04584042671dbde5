import { code, plain, table } from "#src/base/markdown.ts";
import { memoByObject } from "#src/base/memo.ts";
import { contextOf, licenseOf } from "#src/catalog/entry/of-variant.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { whenStated } from "#src/catalog/entry/stated.ts";
import { formatBillions, formatTokens } from "#src/catalog/entry/units.ts";
import { leastMemory, type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import { ONE_MACHINE_B } from "#src/catalog/search/asked-order.ts";
import { askedContext, singles } from "#src/catalog/search/criteria.ts";
import { compareMemory } from "#src/catalog/search/criterion-ranks.ts";
import type { Hit } from "#src/catalog/search/ranking.ts";
import type { SearchResult } from "#src/catalog/search/search.ts";
import type { Context } from "#src/chat/command.ts";
import { pageButtons, paginate } from "#src/chat/pages.ts";
import {
  type ActionRow,
  container,
  customId,
  type SelectOption,
  selectRow,
  separator,
  textDisplay,
  type View,
} from "#src/chat/view.ts";
import { atContextText, criterionText } from "./criterion-text.ts";
import { countFull, dividerText } from "./divider-text.ts";
import { offerText, sizesText } from "./labels.ts";
import { commercialText } from "./license-text.ts";

type ListContext = Pick<Context, "locale" | "text" | "room">;
/** Which page to show, and the custom id of another. */
type Paging = { page: number; id: (page: number) => string };

/** Characters kept for the heading and the frame of a list. */
const HEADING = 900;

/** Views kept as long as the search keeps its result: most people ask what somebody asked before. */
const keptViews = memoByObject((_result: SearchResult) => new Map<string, View>());

/** The hits of a search with what the parser understood, one page of them where the room is limited. */
export function modelList(result: SearchResult, paging: Paging, context: ListContext): View {
  const kept = keptViews(result);
  const key = JSON.stringify([context.locale, context.room, paging.page, paging.id(0)]);
  const view = kept.get(key) ?? drawList(result, paging, context);
  kept.set(key, view);
  return view;
}

function drawList(result: SearchResult, paging: Paging, context: ListContext): View {
  const { text, room } = context;
  if (result.hits.length === 0) return noHits(result, context);
  const lines = result.hits.map((hit) => ({ hit, line: room.tables ? "" : hitLines(hit, result, context) }));
  const pages = paginate(lines, ({ line }) => line.length + 1, {
    items: room.listLength,
    characters: room.characters - HEADING,
  });
  const page = Math.min(Math.max(0, paging.page), pages.length - 1);
  const shown = pages[page] ?? [];
  const heading = [
    `### ${headingText(result, text)}`,
    ...understood(result, context),
    ...(pages.length > 1 ? [`-# ${text("pages.position", { page: page + 1, pages: pages.length })}`] : []),
  ].join("\n");
  const hits = shown.map(({ hit }) => hit);
  const body = parted(shown, result, context)
    .flatMap(({ divider, items }) => [
      ...(divider === undefined ? [] : [dividerLine(divider, room.tables)]),
      room.tables
        ? hitTable(
            items.map(({ hit }) => hit),
            result,
            context,
          )
        : items.map(({ line }) => line).join("\n"),
    ])
    .join(room.tables ? "\n\n" : "\n");
  return {
    components: [
      container([
        textDisplay(heading),
        separator(),
        textDisplay(body),
        ...openMenu(
          hits.map(({ entry }) => entry),
          context,
        ),
        ...pageButtons(page, pages.length, paging.id, text),
      ]),
    ],
  };
}

/** How many meet all that was asked; none where there are only such as meet a part of it. */
function headingText({ hits }: SearchResult, text: Context["text"]): string {
  const count = countFull(hits);
  return count === 0 ? text("list.none") : text("list.heading", { count });
}

type Line = { hit: Hit; line: string };
type Part = { divider: string | undefined; items: Line[] };

/** The lines of a page by their groups; where a group goes on from the page before, what it is is said again. */
function parted(lines: readonly Line[], result: SearchResult, { text, locale }: ListContext): Part[] {
  const first = result.hits[0]?.group ?? "full";
  return [...Map.groupBy(lines, ({ hit }) => hit.group)].map(([group, items]) => ({
    divider: dividerText(group, first, result, text, locale),
    items,
  }));
}

const dividerLine = (divider: string, inTables: boolean): string => (inTables ? `**${divider}**` : `-# — ${divider} —`);

/** A menu that opens one of the entries. */
export function openMenu(entries: readonly Entry[], { text }: Pick<Context, "text">): ActionRow[] {
  if (entries.length === 0) return [];
  const options = entries.map(
    (entry): SelectOption => ({ label: entry.name, value: entry.id, description: about(entry, { text }) }),
  );
  return [selectRow(customId("model", "open"), text("list.open"), options)];
}

/** The answer to a name that nobody has: the nearest, and a menu of them. */
export function unknownView(
  name: string,
  near: readonly Entry[],
  context: Pick<Context, "text">,
  menu: readonly ActionRow[] = openMenu(near, context),
): View {
  const lines = [context.text("list.nearest"), ...near.map((entry) => entryLine(entry, context))];
  return {
    components: [
      container([
        textDisplay(`### ${context.text("model.unknown", { name: plain(name) })}`),
        separator(),
        textDisplay(lines.join("\n")),
        ...menu,
      ]),
    ],
  };
}

/** An entry in a few words, without Markdown: `6.2B · 2K · 2023-03-14`. */
export function about(entry: Entry, { text }: Pick<Context, "text">): string {
  return [
    sizesText(entry, text),
    entry.contextTokens === undefined ? "" : formatTokens(entry.contextTokens),
    entry.released ?? "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

/** An entry as a line of a list: name, id and what it is. */
export const entryLine = (entry: Entry, context: Pick<Context, "text">): string =>
  `- **${plain(entry.name)}** ${code(entry.id)} · ${about(entry, context)}`;

function understood({ query, runnableFirst }: SearchResult, { text, locale }: ListContext): string[] {
  const criteria = query.criteria.map((criterion) => criterionText(criterion, text, locale));
  return [
    ...(criteria.length > 0 ? [text("list.understood", { criteria: criteria.join(" · ") })] : []),
    ...(query.ignored.length > 0
      ? [`-# ${text("list.ignored", { words: query.ignored.map(plain).join(text("facts.listComma")) })}`]
      : []),
    ...(runnableFirst ? [`-# ${runnableText(text)}`] : []),
  ];
}

/** Says that what no single machine runs comes last. */
export const runnableText = (text: Context["text"]): string =>
  text("list.runnableFirst", { size: formatBillions(ONE_MACHINE_B) });

/** The precisions and memory that a query asks for. */
function asked({ query }: SearchResult) {
  const criteria = singles(query.criteria);
  const precisions = criteria.flatMap((criterion) => (criterion.kind === "precision" ? criterion.asked : []));
  return { precisions, memory: criteria.find((criterion) => criterion.kind === "memory") };
}

/** The offer that takes the least, of the asked size or variant where one was asked; of its variant what a source states. */
function leastOf({ entry, offers }: Hit): Offer | undefined {
  const [least] = offers;
  if (least === undefined) return leastMemory(entry) ?? offersOf(entry).toSorted(compareMemory)[0];
  return offers.find(({ edition, stated, vramGb }) => edition === least.edition && stated && vramGb) ?? least;
}

/** Precision is said where it is not the one that was asked for. */
function memoryText(hit: Hit, result: SearchResult, text: Context["text"]): string {
  const { precisions, memory } = asked(result);
  const wanted = precisions.length > 0 || memory !== undefined;
  const offer = wanted ? hit.offers[0] : leastOf(hit);
  const [only] = precisions.length === 1 ? precisions : [];
  const exact =
    only?.kind === "precision" && offer !== undefined && quantizationLabel(offer) === quantizationLabel(only);
  const known = offer?.vramGb !== undefined || offer?.ramGb !== undefined;
  return offerText(offer, text, { precision: !exact && (precisions.length > 0 || known) });
}

/** What holds for the variant that a query found, else for the variants together. */
function permission({ entry, offers: [best] }: Hit, context: ListContext): string {
  return best?.edition === undefined
    ? plain(commercialText(entry, context))
    : context.text(`commercial.${licenseOf(entry, best.edition).commercial}`);
}

/** What makes an entry less reliable, to stand behind its name. */
export const marks = (entry: Pick<Entry, "unreviewed" | "confidence">, text: Context["text"]): string =>
  [
    entry.unreviewed ? ` ⚠ ${text("facts.unreviewed")}` : "",
    entry.confidence === "secondary" ? ` ⚠ ${text("facts.secondary")}` : "",
  ].join("");

function hitTable(hits: Hit[], result: SearchResult, context: ListContext): string {
  const { text } = context;
  const columns = [
    text("facts.model"),
    text("facts.id"),
    text("facts.parameters"),
    memoryHeading(result, text),
    text("facts.context"),
    text("facts.commercial"),
    text("facts.released"),
  ];
  const rows = hits.map((hit) => [
    `**${plain(hit.entry.name)}**${marks(hit.entry, text)}`,
    code(hit.entry.id),
    sizesText(hit.entry, text),
    memoryText(hit, result, text),
    whenStated(contextOf(hit.entry, hit.offers[0]?.edition), formatTokens) ?? text("facts.notStated"),
    permission(hit, context),
    hit.entry.released ?? text("facts.notStated"),
  ]);
  return table(columns, rows);
}

function hitLines(hit: Hit, result: SearchResult, context: ListContext): string {
  const { text } = context;
  const { entry } = hit;
  const first = [
    `**${plain(entry.name)}**${marks(entry, text)}`,
    `${memoryHeading(result, text)} ${memoryText(hit, result, text)}`,
    permission(hit, context),
  ];
  return `${first.join(" · ")}\n-# ${code(entry.id)} · ${about(entry, { text })}`;
}

function memoryHeading(result: SearchResult, text: Context["text"]): string {
  const tokens = askedContext(result.query.criteria);
  const memory = memoryAsked(result, text);
  return tokens === undefined ? memory : atContextText(memory, tokens, text);
}

function memoryAsked(result: SearchResult, text: Context["text"]): string {
  const { precisions, memory } = asked(result);
  const [only] = precisions.length === 1 ? precisions : [];
  if (memory?.device === "ram") return text("facts.ram");
  if (only?.kind === "precision") return `${quantizationLabel(only)} ${text("facts.vram")}`;
  return text(precisions.length > 0 || memory ? "facts.vram" : "facts.leastVram");
}

function noHits(result: SearchResult, context: ListContext): View {
  const { text, locale } = context;
  const emptied = result.emptiedBy.map((criterion) => criterionText(criterion, text, locale)).join(" · ");
  const blame = result.query.criteria.length > 1 ? [text("list.emptiedBy", { criteria: emptied })] : [];
  const nearest = result.nearest.map((entry) => entryLine(entry, context));
  return {
    components: [
      container([
        textDisplay([`### ${text("list.none")}`, ...understood(result, context), ...blame].join("\n")),
        ...(nearest.length > 0
          ? [separator(), textDisplay([text("list.nearest"), ...nearest].join("\n"))]
          : [textDisplay(`-# ${text("list.hint")}`)]),
        ...openMenu(result.nearest, context),
      ]),
    ],
  };
}
