import { getDefaults, Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from "marked";
import stringWidth from "string-width";
import { openPage, type Page, type Piece, write, writeCode, writePiece } from "./markdown-page.ts";

/** Longest text marked sees at once, and longest line taken for a heading or table: some of its patterns are quadratic. */
const CHUNK = 2000;
/** Longest table cell whose emphasis is looked for: that part of the lexer is the slowest. */
const EMPHASIS = 150;
/** Widest column that is padded; a longer cell pushes its own row only. */
const COLUMN = 40;
/** What may stand before a block in its line: indentation, quote marks, list markers. */
const PREFIX = String.raw`((?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)`;
const FENCE = new RegExp(`^${PREFIX}(\`{3,}|~{3,})(.*)$`, "s");
const HEADING = new RegExp(`^${PREFIX}#{4,6}[ \\t]+(.{1,${CHUNK}})$`, "s");
const LANGUAGE = /^[\w+#.-]{1,40}(?=\s|$)/;

/**
 * What a language model wrote, whole or still being written, as Markdown that Discord shows well. At most `limit` UTF-16
 * units; `complete` is false where the rest was cut off. Discord knows no `~~~` and ends a code block at any three
 * backticks: every fence becomes three backticks, and a zero-width space breaks up longer runs within.
 */
export function modelText(raw: string, limit: number): { markdown: string; complete: boolean } {
  const lines = clean(raw).split("\n");
  const page = openPage(limit);
  let at = 0;
  while (at < lines.length && !page.cut) {
    if (at > 0) write(page, "\n", "whole");
    at =
      writeFence(page, lines, at) ??
      writeTable(page, lines, at) ??
      writeHeading(page, lines, at) ??
      writeText(page, lines, at);
  }
  // Marked may split a character after `[](  `.
  const markdown = page.parts.join("").toWellFormed();
  return { markdown: page.cut ? markdown.trimEnd() : markdown, complete: !page.cut };
}

function clean(raw: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the point
  return raw.toWellFormed().replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

const joined = (pieces: Piece[]): string => pieces.map(({ text }) => text).join("");
/** A backtick without a partner would find one in a code block further down. */
const escapeBackticks = (text: string): string => text.replace(/(?<!\\)((?:\\\\)*)\\?`/g, "$1\\`");
const breakFences = (code: string): string => code.replace(/``(?=`)/g, "``\u200b");
/** On one line, as Markdown shows it: Discord ends a quote, list item or heading with its line, and would leave it open. */
function codeSpan(raw: string): string {
  const line = raw.replace(/\n[ \t>]*/g, " ");
  return raw.startsWith("```") ? `\`\`\`${breakFences(line.replace(/^`+|(?<!`)`+$/g, ""))}\`\`\`` : line;
}

type Opening = { prefix: string; marks: string; info: string };
function fenceOpening(line: string): Opening | undefined {
  const [, prefix = "", marks = "", info = ""] = FENCE.exec(line) ?? [];
  const isInline = marks.startsWith("`") && info.includes("`");
  return marks !== "" && !isInline ? { prefix, marks, info: info.trim() } : undefined;
}

function writeFence(page: Page, lines: string[], at: number): number | undefined {
  const opening = fenceOpening(lines[at] ?? "");
  if (!opening) return undefined;
  const { prefix, info } = opening;
  const end = fenceEnd(lines, at + 1, opening);
  const body = lines.slice(at + 1, end.at);
  if (end.at === lines.length && body.at(-1) === "") body.pop();
  const language = LANGUAGE.exec(info)?.[0] ?? "";
  const margin = prefix.replace(/[^\s>]/g, " ");
  // Discord shows what is no language as the first line of the code.
  if (language === "" && info !== "") body.unshift(margin + info);
  // Discord takes the end of a block without code for its first line, and the next block's beginning for its end.
  if (body.every((line) => (unquote(line, quoteDepth(prefix)) ?? "").trim() === "")) body.push(`${margin}\u200b`);
  const close = end.line?.replace(/[`~]+/, "```") ?? `${margin}\`\`\``;
  const code = body.map(breakFences).join("\n");
  writeCode(page, `${prefix}\`\`\`${language}\n`, code, body.length > 0 ? `\n${close}` : close);
  return end.line === undefined ? end.at : end.at + 1;
}

/** Where a fence's code ends: at the closing line, before the first line outside of its quote, or with the text. */
function fenceEnd(lines: string[], from: number, { prefix, marks }: Opening): { at: number; line?: string } {
  const depth = quoteDepth(prefix);
  const mostIndent = prefix.length - prefix.lastIndexOf(">") - 1 + 3;
  for (const [offset, line] of lines.slice(from).entries()) {
    const inner = unquote(line, depth);
    if (inner === undefined) return { at: from + offset };
    const fence = inner.trim();
    const isClosing = fence.startsWith(marks) && fence === marks.charAt(0).repeat(fence.length);
    if (isClosing && inner.indexOf(fence) <= mostIndent) return { at: from + offset, line };
  }
  return { at: lines.length };
}

/** Quotes within quotes, counted up to nine. */
const quoteDepth = (prefix: string): number => Math.min(9, prefix.split(">").length - 1);
function unquote(line: string, depth: number): string | undefined {
  return depth === 0 ? line : new RegExp(`^(?:[ \\t]*>){${depth}}(.*)$`, "s").exec(line)?.[1];
}

function writeHeading(page: Page, lines: string[], at: number): number | undefined {
  const [, prefix = "", title = ""] = HEADING.exec(lines[at] ?? "") ?? [];
  const pieces = inline(lexInline(title.trim().replace(/(?:^|[ \t]+)#+$/, ""))).map(
    ({ text, kind }): Piece => ({ text: kind === "text" ? text.replaceAll("**", "") : text, kind }),
  );
  if (joined(pieces) === "") return undefined;
  // After a "]" and before a backtick another unit may come.
  const fits = page.length + `${prefix}****${joined(pieces)}`.replace(/[\]`]/g, "$&\\").length <= page.limit;
  write(page, fits ? `${prefix}**` : prefix, "whole");
  for (const piece of pieces) writePiece(page, piece);
  write(page, fits ? "**" : "", "whole");
  page.cut ||= !fits;
  return at + 1;
}

/** Lines up to the next blank one or the next block of another kind. */
function writeText(page: Page, lines: string[], at: number): number {
  let end = at + 1;
  while (end < lines.length && lines[end - 1]?.trim() !== "" && !startsBlock(lines, end)) end++;
  let rest = lines.slice(at, end).join("\n");
  while (rest !== "" && !page.cut) {
    const length = chunkLength(rest);
    for (const piece of inline(lexInline(rest.slice(0, length)))) writePiece(page, piece);
    rest = rest.slice(length);
  }
  return end;
}

function startsBlock(lines: string[], at: number): boolean {
  const line = lines[at] ?? "";
  return line.trim() === "" || HEADING.test(line) || Boolean(fenceOpening(line) ?? tableTop(lines, at));
}

function chunkLength(text: string): number {
  const end = Math.max(text.lastIndexOf("\n", CHUNK), text.lastIndexOf(" ", CHUNK));
  return text.length > CHUNK && end > 0 ? end : Math.min(text.length, CHUNK);
}

/** Discord reads emphasis by itself, and finding it takes marked seconds for text made to be slow. */
class WithoutEmphasis extends Tokenizer {
  override emStrong(): undefined {}
  override del(): undefined {}
}

const lexInline = (text: string) => Lexer.lexInline(text, { ...getDefaults(), tokenizer: new WithoutEmphasis() });

function inline(tokens: Token[]): Piece[] {
  // No extensions are registered, so only marked's own tokens come.
  return (tokens as MarkedToken[]).flatMap((token): Piece[] => {
    switch (token.type) {
      case "link":
        return token.raw.startsWith("[") ? spelledOut(token) : addressOf(token.raw);
      case "image":
        return spelledOut(token);
      case "codespan":
        return [{ text: codeSpan(token.raw), kind: "code" }];
      default:
        return [{ text: escapeBackticks(token.raw), kind: token.type === "escape" ? "whole" : "text" }];
    }
  });
}

function spelledOut({ tokens, href }: Tokens.Link | Tokens.Image): Piece[] {
  const label = inline(tokens);
  const isWeb = /^https?:\/\//i.test(href);
  const target = isWeb ? `<${href.replace(/[\s<>`\p{Cf}]/gu, encodeURIComponent)}>` : escapeBackticks(href);
  const isBare = ["", href].includes(joined(label).trim());
  return isBare ? [{ text: target, kind: "whole" }] : [...label, { text: ` (${target})`, kind: "whole" }];
}

/** Marked takes Chinese text that follows an address without a space for a part of it. */
const addressOf = (raw: string): Piece[] =>
  raw.split(/^([!-~]+)/).map((text, at) => ({ text: escapeBackticks(text), kind: at === 1 ? "whole" : "text" }));

/** The first two lines of a table without their quote marks, if it is one. */
function tableTop(lines: string[], at: number): { depth: number; top: string[]; columns: number } | undefined {
  const [header = "", delimiter = ""] = lines.slice(at, at + 2);
  if (!/^[ \t>|:-]+$/.test(delimiter) || !delimiter.includes("-") || !delimiter.includes("|")) return undefined;
  const depth = quoteDepth(/^[ \t>]*/.exec(header)?.[0] ?? "");
  const top = [header, delimiter].flatMap((line) => unquote(line, depth)?.trim() ?? []);
  const isOther = /^(?:#{1,6}|[-*+]|\d{1,9}[.)])[ \t]/.test(top[0] ?? "");
  if (isOther || top.length < 2 || top.some((line) => line.length > CHUNK)) return undefined;
  const columns = readTable(top)?.header.length;
  return columns === undefined ? undefined : { depth, top, columns };
}

function readTable(lines: string[]): Tokens.Table | undefined {
  const tokenizer = new WithoutEmphasis();
  new Lexer({ ...getDefaults(), tokenizer });
  return tokenizer.table(`${lines.join("\n")}\n`);
}

function writeTable(page: Page, lines: string[], at: number): number | undefined {
  const start = tableTop(lines, at);
  if (!start) return undefined;
  // More rows than this do not fit: every column but the last takes five units.
  const mostRows = Math.ceil(page.limit / (start.columns * 5 - 4)) + 2;
  const below = lines.slice(at + 2, at + 2 + mostRows).map((line) => unquote(line, start.depth)?.trim() ?? "");
  const end = [...below, ""].findIndex((row) => row === "" || fenceOpening(row));
  const table = readTable([...start.top, ...below.slice(0, end)]);
  if (!table) return undefined;
  const quote = "> ".repeat(start.depth);
  const code = drawTable(table).map((line) => quote + breakFences(line));
  writeCode(page, `${quote}\`\`\`\n`, code.join("\n"), `\n${quote}\`\`\``);
  if (table.rows.length === mostRows) page.cut = true;
  return at + 2 + table.rows.length;
}

function drawTable({ header, rows, align }: Tokens.Table): string[] {
  const cells = [header, ...rows].map((row) => row.map((cell) => cellText(cell.text)));
  const widths = align.map((_, column) => Math.max(3, ...cells.map((row) => stringWidth(row[column] ?? ""))));
  const padded = cells.map((row) => row.map((text, column) => pad(text, widths[column] ?? 0, align[column] ?? "left")));
  const rule = widths.map((width) => "-".repeat(Math.min(COLUMN, width)));
  return padded.toSpliced(1, 0, rule).map((row) => row.join("  ").trimEnd());
}

function pad(text: string, width: number, align: "left" | "center" | "right"): string {
  const gap = Math.max(0, Math.min(COLUMN, width) - stringWidth(text));
  const before = { left: 0, center: gap >> 1, right: gap }[align];
  return " ".repeat(before) + text + " ".repeat(gap - before);
}

function cellText(markdown: string): string {
  if (markdown.length > CHUNK) return markdown;
  const tokens = markdown.length > EMPHASIS ? lexInline(markdown) : Lexer.lexInline(markdown);
  return plainText(tokens).replace(/\s+/g, " ").trim();
}

function plainText(tokens: Token[]): string {
  const texts = (tokens as MarkedToken[]).map((token): string => {
    if (token.type === "link" || token.type === "image") {
      const label = plainText(token.tokens);
      const isBare = !/^!?\[/.test(token.raw) || label === "" || label === token.href;
      return isBare ? label || token.href : `${label} (${token.href})`;
    }
    if (token.type === "html") return token.raw.replace(/^<br\b.*/is, " ");
    if ("tokens" in token && token.tokens) return plainText(token.tokens);
    return "text" in token ? token.text : " ";
  });
  return texts.join("");
}
