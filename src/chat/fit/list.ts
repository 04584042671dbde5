import { code, plain, table } from "#src/base/markdown.ts";
import { formatGb, formatTokens } from "#src/catalog/entry/units.ts";
import { ESTIMATE_TOKENS } from "#src/catalog/memory/estimate.ts";
import type { FitResult, PartialFit } from "#src/catalog/memory/fit.ts";
import type { Fit, FitRequest } from "#src/catalog/memory/ways.ts";
import type { Context } from "#src/chat/command.ts";
import { openMenu } from "#src/chat/model/list.ts";
import { pageButtons, paginate } from "#src/chat/pages.ts";
import { type ActionRow, button, buttonRow, container, separator, textDisplay, type View } from "#src/chat/view.ts";
import { cardsLabel, fitParts, isPartial, neededText } from "./line.ts";

type ListContext = Pick<Context, "text" | "room">;
/** Which page to show, and the custom id of another. */
type Paging = { page: number; id: (page: number) => string };
type Way = Fit | PartialFit;

/** Characters kept for the heading, the headings of groups and the frame. */
const HEADING = 1200;

/** What runs on a machine: what fits, then what fits with main memory; where that is nothing, what comes nearest. */
export function fitList(result: FitResult, request: FitRequest, paging: Paging, context: ListContext): View {
  const { text, room } = context;
  const ways: Way[] = [...result.fits, ...result.borderline, ...result.partial];
  if (ways.length === 0) return nothingFits(result, request, context);
  const pages = paginate(ways, (way) => (room.tables ? 0 : lineOf(way, request, context).length + 1), {
    items: room.listLength,
    characters: room.characters - HEADING,
  });
  const page = Math.min(Math.max(0, paging.page), pages.length - 1);
  const shown = pages[page] ?? [];
  const heading = [
    `### ${text(headingKey(result), { vram: cardsLabel(request.machine), count: result.fits.length })}`,
    ...requestLines(request, result, context),
    ...partialLine(result, context),
    `-# ${text("fit.order")}`,
    ...(pages.length > 1 ? [`-# ${text("pages.position", { page: page + 1, pages: pages.length })}`] : []),
  ];
  return {
    components: [
      container([
        textDisplay(heading.join("\n")),
        separator(),
        ...bodies(shown, request, context).map(textDisplay),
        ...openMenu([...new Set(shown.map(({ entry }) => entry))], context),
        ...pageButtons(page, pages.length, paging.id, text),
        ...partialButton(page, pages, paging, context),
      ]),
    ],
  };
}

function headingKey({ fits, borderline }: FitResult): "fit.heading" | "fit.onlyBorderline" | "fit.onlyPartial" {
  if (fits.length > 0) return "fit.heading";
  return borderline.length > 0 ? "fit.onlyBorderline" : "fit.onlyPartial";
}

const NAMED = 3;

/** What main memory adds, named at the top, because it stands after everything that fits. */
function partialLine({ fits, partial }: FitResult, { text }: ListContext): string[] {
  if (fits.length === 0 || partial.length === 0) return [];
  const names = partial.slice(0, NAMED).map(({ entry, offer }) => plain(offer.variant ?? entry.name));
  return [text("fit.more", { count: partial.length, names: names.join(text("facts.listComma")) })];
}

/** Leads to the first page with what needs main memory, unless a neighbouring page is that already. */
function partialButton(page: number, pages: readonly Way[][], { id }: Paging, { text }: ListContext): ActionRow[] {
  const first = pages.findIndex((ways) => ways.some(isPartial));
  return first > page + 1 ? [buttonRow([button(text("fit.showPartial"), id(first))])] : [];
}

/** The ways of a page as a text each for what fits, what may fit, and what fits in part. */
function bodies(shown: readonly Way[], request: FitRequest, context: ListContext): string[] {
  const { text, room } = context;
  const draw = (ways: readonly Way[]): string =>
    room.tables ? wayTable(ways, request, context) : ways.map((way) => lineOf(way, request, context)).join("\n");
  const whole = shown.filter((way) => !isPartial(way) && !way.borderline);
  const borderline = shown.filter(({ borderline }) => borderline);
  const partial = shown.filter(isPartial);
  return [
    ...(whole.length > 0 ? [draw(whole)] : []),
    ...(borderline.length > 0 ? [`${text("fit.borderline")}\n\n${draw(borderline)}`] : []),
    ...(partial.length > 0
      ? [`${text("fit.partial", { ram: formatGb(request.machine.ramGb ?? 0) })}\n\n${draw(partial)}`]
      : []),
  ];
}

/** What was asked for besides the graphics memory, and what that leaves out. */
function requestLines(request: FitRequest, { excluded }: FitResult, { text }: ListContext): string[] {
  const { machine, contextTokens, cacheKind, purpose, commercial } = request;
  const { name, unified } = machine;
  const requests = [
    name === undefined ? "" : plain(name),
    machine.ramGb === undefined ? "" : `${text("facts.ram")} ${formatGb(machine.ramGb)}`,
    contextText(contextTokens, text),
    cacheKind === undefined ? "" : text("fit.cacheKind", { kind: cacheKind }),
    purpose === undefined ? "" : text(`commands.fit.choices.${purpose}`),
    commercial ? text("criteria.commercial") : "",
  ].filter((part) => part !== "");
  const count = excluded.no + excluded.unknown;
  const usual = formatTokens(ESTIMATE_TOKENS);
  return [
    ...(requests.length > 0 ? [text("list.understood", { criteria: requests.join(" · ") })] : []),
    ...(contextTokens === undefined ? [`-# ${text("fit.usualContext", { tokens: usual })}`] : []),
    ...(unified ? [`-# ${text("fit.unified", { vram: cardsLabel(machine) })}`] : []),
    ...(count > 0 ? [`-# ${text("fit.excluded", { count, no: excluded.no, unknown: excluded.unknown })}`] : []),
  ];
}

function contextText(asked: FitRequest["contextTokens"], text: Context["text"]): string {
  if (asked === undefined) return "";
  return asked === "longest"
    ? `${text("facts.context")} ${text("fit.longest")}`
    : `${text("facts.context")} ≥ ${formatTokens(asked)}`;
}

function lineOf(way: Way, request: FitRequest, context: ListContext): string {
  const { name, edition, precision, memory, setting, license, command, remarks } = fitParts(way, request, context);
  const first = [name, edition, precision, license].filter((part) => part !== "");
  const second = [memory, ...setting, ...remarks, command].filter((part) => part !== "");
  return `${first.join(" · ")}\n-# ${second.join(" · ")}`;
}

function wayTable(ways: readonly Way[], request: FitRequest, context: ListContext): string {
  const { text } = context;
  const columns = [
    text("facts.model"),
    text("fit.edition"),
    text("facts.precision"),
    text("facts.vram"),
    text("facts.commercial"),
    text("facts.remarks"),
    text("fit.command"),
  ];
  const rows = ways.map((way) => {
    const { name, edition, precision, memory, setting, license, command, remarks } = fitParts(way, request, context);
    const rest = [...setting, ...remarks].join(text("facts.listComma"));
    return [name, edition, precision, memory, license, rest, command];
  });
  return table(columns, rows);
}

function nothingFits(result: FitResult, request: FitRequest, context: ListContext): View {
  const { text } = context;
  const lines = result.nearest.map((fit) => {
    const { name, edition, precision } = fitParts(fit, request, context);
    const need = text("fit.needs", { need: neededText(fit, context) });
    return `- ${[name, code(fit.entry.id), edition, precision, need].filter((part) => part !== "").join(" · ")}`;
  });
  const heading = [
    `### ${text("fit.none", { vram: cardsLabel(request.machine) })}`,
    ...requestLines(request, result, context),
    ...(request.machine.ramGb === undefined && lines.length > 0 ? [text("fit.tryRam")] : []),
  ];
  return {
    components: [
      container([
        textDisplay(heading.join("\n")),
        separator(),
        textDisplay(lines.length > 0 ? [text("fit.nearest"), ...lines].join("\n") : text("fit.tooMuchAsked")),
        ...openMenu(
          result.nearest.map(({ entry }) => entry),
          context,
        ),
      ]),
    ],
  };
}
