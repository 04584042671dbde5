import { createRequire } from "node:module";
import { styleText } from "node:util";
import type { Token, Tokens } from "marked";
import type { ActionButton, Attachment, Component, StringSelect, View } from "#src/chat/view.ts";
import { drawChart } from "./draw-chart.ts";
import { drawTable, INDENT } from "./draw-table.ts";
import { type InlineFormat, type SimpleBlock, simpleBlocks, simpleInline } from "./simple-markdown.ts";
import { wrapText } from "./width.ts";

/** How a terminal draws: with colours or without, and how many columns it has (infinite for a pipe). */
export type TerminalStyle = { colour: boolean; columns: number };

/** Something on a view that a person at a terminal can choose by its number. */
export type Choice = { label: string; customId: string; chosen: string[] };

type TextFormat = Parameters<typeof styleText>[0];

/** Prints a view as text. Links show their address, menus and buttons are left to `choicesOf`. */
export function renderView({ components, files = [] }: View, style: TerminalStyle): string {
  return `${components
    .flatMap((component) => renderComponent(component, files, style))
    .join("\n\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

/** The buttons and menu entries of a view in the order they stand, disabled ones left out. */
export function choicesOf(view: View): Choice[] {
  const rows = view.components
    .flatMap((component) => (component.type === 17 ? component.components : component))
    .filter((item) => item.type === 1);
  return rows.flatMap((row) =>
    row.components.flatMap((item: ActionButton | StringSelect | { type: 2; style: 5 }): Choice[] => {
      if (item.type === 3) {
        return item.options.flatMap(({ label, value, default: current }) =>
          current ? [] : { label, customId: item.custom_id, chosen: [value] },
        );
      }
      return item.style === 5 || item.disabled ? [] : [{ label: item.label, customId: item.custom_id, chosen: [] }];
    }),
  );
}

function renderComponent(component: Component, files: readonly Attachment[], style: TerminalStyle): string[] {
  switch (component.type) {
    case 17:
      return component.components.flatMap((child) => renderComponent(child, files, style));
    case 10:
      return [renderMarkdown(component.content, style)];
    case 12:
      return component.items.flatMap(({ media }) =>
        files.flatMap((file) =>
          "chart" in file && media.url === `attachment://${file.name}`
            ? harmless(drawChart(file.chart, style.columns))
            : [],
        ),
      );
    case 13:
      return [];
    case 14:
      return [""];
    case 1:
      return component.components.flatMap((item) =>
        item.type === 2 && item.style === 5 ? `${harmless(item.label)} ${harmless(item.url)}` : [],
      );
  }
}

/** Control and direction characters in data could rewrite what a person sees on a terminal; they are dropped. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the point
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/g, "");

/** Discord's Markdown. Its `-# small print` is taken out first, because Markdown would join it to a list before it. */
export function renderMarkdown(source: string, style: TerminalStyle): string {
  return harmless(source)
    .split(/^(-# .*)$\n?/m)
    .flatMap((part) => (part.startsWith("-# ") ? smallPrint(part.slice(3), style) : renderBlocks(part, style)))
    .filter((block) => block !== "")
    .join("\n");
}

/** Loaded for what is not simple: it compiles its patterns for a third of the time that an answer takes. */
const marked = (): typeof import("marked") => createRequire(import.meta.url)("marked");

const formatIn = (style: TerminalStyle): InlineFormat => ({
  bold: (text) => paint("bold", text, style),
  code: (text) => paint("yellow", text, style),
});

function smallPrint(text: string, style: TerminalStyle): string {
  const simple = simpleInline(text, formatIn(style));
  return wrapLines(paint("dim", simple ?? renderInline(marked().Lexer.lexInline(text), style), style), style);
}

function renderBlocks(part: string, style: TerminalStyle): string[] {
  const simple = simpleBlocks(part, formatIn(style));
  if (simple) return simple.map((block) => renderSimple(block, style));
  return marked()
    .lexer(part)
    .map((token) => renderBlock(token, style));
}

function renderSimple(block: SimpleBlock, style: TerminalStyle): string {
  if (block.kind === "table") return tableText(block, style);
  return block.kind === "heading" ? headingText(block.text, style) : wrapLines(block.text, style);
}

const headingText = (text: string, style: TerminalStyle): string => paint(["bold", "cyan"], text, style);

function renderBlock(token: Token, style: TerminalStyle): string {
  const wrap = (text: string): string => wrapLines(text, style);
  switch (token.type) {
    case "heading":
      return headingText(renderInline(token.tokens ?? [], style), style);
    case "paragraph":
      return wrap(renderInline(token.tokens ?? [], style));
    case "list":
      return listText(token as Tokens.List, style);
    case "table":
      return renderTable(token as Tokens.Table, style);
    case "code":
      return harmless((token as Tokens.Code).text);
    case "space":
      return "";
    case "hr":
      return "";
    default:
      return wrap("tokens" in token && token.tokens ? renderInline(token.tokens, style) : token.raw.trimEnd());
  }
}

/** Items below each other; a list inside of an item stands below it, further in. */
function listText({ items }: Tokens.List, style: TerminalStyle): string {
  const within = { ...style, columns: style.columns - INDENT.length };
  return items
    .flatMap(({ tokens }) => {
      const own = tokens.filter(({ type }) => type !== "list");
      const inner = tokens.filter((token): token is Tokens.List => token.type === "list");
      const below = inner.map((list) => listText(list, within).replaceAll(/^/gm, INDENT));
      return [wrapLines(`• ${renderInline(own, style)}`, style, INDENT), ...below];
    })
    .join("\n");
}

function renderInline(tokens: Token[], style: TerminalStyle): string {
  return tokens
    .map((token): string => {
      switch (token.type) {
        case "strong":
          return paint("bold", renderInline(token.tokens ?? [], style), style);
        case "em":
          return paint("italic", renderInline(token.tokens ?? [], style), style);
        case "codespan":
          return paint("yellow", (token as Tokens.Codespan).text, style);
        case "link":
          return renderLink(token as Tokens.Link, style);
        case "escape":
          return (token as Tokens.Escape).text;
        case "br":
          return "\n";
        default:
          return "tokens" in token && token.tokens
            ? renderInline(token.tokens, style)
            : unescapeHtml("text" in token ? String(token.text) : token.raw);
      }
    })
    .join("");
}

/** A label with its address behind it; an address that is its own label once. */
function renderLink({ href, raw, tokens = [] }: Tokens.Link, style: TerminalStyle): string {
  const label = renderInline(tokens, style);
  const bare = !raw.startsWith("[") || label === href;
  return bare ? paint("blue", label, style) : `${label} ${paint("blue", href, style)}`;
}

/** The lexer leaves entities in text tokens of table cells and lists. */
const unescapeHtml = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

function renderTable({ header, rows }: Tokens.Table, style: TerminalStyle): string {
  const cells = (row: readonly Tokens.TableCell[]): string[] => row.map(({ tokens }) => renderInline(tokens, style));
  return tableText({ headings: cells(header), rows: rows.map(cells) }, style);
}

const tableText = (table: Parameters<typeof drawTable>[0], style: TerminalStyle): string =>
  drawTable(table, {
    columns: style.columns,
    quiet: (text) => paint("dim", text, style),
    wrap: (text) => wrapLines(text, style, INDENT),
  });

function wrapLines(text: string, { columns }: TerminalStyle, indent = ""): string {
  if (!Number.isFinite(columns)) return text;
  return text
    .split("\n")
    .map((line) => wrapText(line, Math.max(20, columns - indent.length)).replaceAll("\n", `\n${indent}`))
    .join("\n");
}

function paint(format: TextFormat, text: string, { colour }: TerminalStyle): string {
  return colour ? styleText(format, text, { validateStream: false }) : text;
}
