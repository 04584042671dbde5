import { styleText } from "node:util";
import { Lexer, lexer, type Token, type Tokens } from "marked";
import wrapAnsi from "wrap-ansi";
import type { ActionButton, Attachment, Component, StringSelect, View } from "#src/chat/view.ts";
import { drawChart } from "./draw-chart.ts";
import { drawTable, INDENT } from "./draw-table.ts";

/** How a terminal draws: with colours or without, and how many columns it has (infinite for a pipe). */
export type Paper = { colour: boolean; columns: number };

/** Something on a view that a person at a terminal can choose by its number. */
export type Choice = { label: string; customId: string; chosen: string[] };

type Style = Parameters<typeof styleText>[0];

/** Prints a view as text. Links show their address, menus and buttons are left to `choicesOf`. */
export function renderView({ components, files = [] }: View, paper: Paper): string {
  return `${components
    .flatMap((component) => renderComponent(component, files, paper))
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

function renderComponent(component: Component, files: readonly Attachment[], paper: Paper): string[] {
  switch (component.type) {
    case 17:
      return component.components.flatMap((child) => renderComponent(child, files, paper));
    case 10:
      return [renderMarkdown(component.content, paper)];
    case 12:
      return component.items.flatMap(({ media }) =>
        files.flatMap((file) =>
          "chart" in file && media.url === `attachment://${file.name}`
            ? harmless(drawChart(file.chart, paper.columns))
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
export function renderMarkdown(source: string, paper: Paper): string {
  return harmless(source)
    .split(/^(-# .*)$\n?/m)
    .flatMap((part) => {
      if (!part.startsWith("-# ")) return lexer(part).map((token) => renderBlock(token, paper));
      return wrapLines(style("dim", renderInline(Lexer.lexInline(part.slice(3)), paper), paper), paper);
    })
    .filter((block) => block !== "")
    .join("\n");
}

function renderBlock(token: Token, paper: Paper): string {
  const wrap = (text: string, indent = ""): string => wrapLines(text, paper, indent);
  switch (token.type) {
    case "heading":
      return `${style(["bold", "cyan"], renderInline(token.tokens ?? [], paper), paper)}`;
    case "paragraph":
      return wrap(renderInline(token.tokens ?? [], paper));
    case "list":
      return (token as Tokens.List).items
        .map((item) => wrap(`• ${renderInline(item.tokens, paper)}`, INDENT))
        .join("\n");
    case "table":
      return renderTable(token as Tokens.Table, paper);
    case "code":
      return harmless((token as Tokens.Code).text);
    case "space":
      return "";
    case "hr":
      return "";
    default:
      return wrap("tokens" in token && token.tokens ? renderInline(token.tokens, paper) : token.raw.trimEnd());
  }
}

function renderInline(tokens: Token[], paper: Paper): string {
  return tokens
    .map((token): string => {
      switch (token.type) {
        case "strong":
          return style("bold", renderInline(token.tokens ?? [], paper), paper);
        case "em":
          return style("italic", renderInline(token.tokens ?? [], paper), paper);
        case "codespan":
          return style("yellow", (token as Tokens.Codespan).text, paper);
        case "link":
          return renderLink(token as Tokens.Link, paper);
        case "escape":
          return (token as Tokens.Escape).text;
        case "br":
          return "\n";
        default:
          return "tokens" in token && token.tokens
            ? renderInline(token.tokens, paper)
            : unescapeHtml("text" in token ? String(token.text) : token.raw);
      }
    })
    .join("");
}

/** A label with its address behind it; an address that is its own label once. */
function renderLink({ href, raw, tokens = [] }: Tokens.Link, paper: Paper): string {
  const label = renderInline(tokens, paper);
  const bare = !raw.startsWith("[") || label === href;
  return bare ? style("blue", label, paper) : `${label} ${style("blue", href, paper)}`;
}

/** The lexer leaves entities in text tokens of table cells and lists. */
const unescapeHtml = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

function renderTable({ header, rows }: Tokens.Table, paper: Paper): string {
  const cells = (row: readonly Tokens.TableCell[]): string[] => row.map(({ tokens }) => renderInline(tokens, paper));
  return drawTable(
    { headings: cells(header), rows: rows.map(cells) },
    {
      columns: paper.columns,
      quiet: (text) => style("dim", text, paper),
      wrap: (text) => wrapLines(text, paper, INDENT),
    },
  );
}

function wrapLines(text: string, { columns }: Paper, indent = ""): string {
  if (!Number.isFinite(columns)) return text;
  return text
    .split("\n")
    .map((line) =>
      wrapAnsi(line, Math.max(20, columns - indent.length), { hard: true }).replaceAll("\n", `\n${indent}`),
    )
    .join("\n");
}

function style(format: Style, text: string, { colour }: Paper): string {
  return colour ? styleText(format, text, { validateStream: false }) : text;
}
