/** A part of a text in Discord's Markdown: `small` is what stands behind `-# `. */
export type MarkdownPart = { kind: "text" | "small"; markdown: string };

/** Characters from which on a part ends at the next blank line; some patterns of the parser take quadratic time. */
const ENOUGH = 1500;
/** Longest part, code blocks aside; a table is quicker, and must stay in one. */
const MOST = 3000;
const MOST_TABLE = 12_000;
/** Quotes and lists within each other; the parser calls itself once for each. */
const DEEPEST = 8;

const MARKER = String.raw`[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))`;
const TOO_DEEP = new RegExp(`^((?:${MARKER}){${DEEPEST}})(?:${MARKER})+`);
const OPENING = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSING = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/;

/**
 * Cuts Markdown into parts that can be drawn one by one: small print, which the parser would join to the list before it,
 * and pieces short enough. A text that grows keeps its parts but the last ones.
 */
export function partsOf(markdown: string): MarkdownPart[] {
  const cutting: Cutting = { parts: [], lines: [], length: 0, fence: undefined };
  for (const line of markdown.split("\n")) {
    if (cutting.fence !== undefined) addCode(line, cutting);
    else if (line.startsWith("-# ")) addSmall(line.slice(3), cutting);
    else addText(line, cutting);
  }
  flush(cutting);
  return cutting.parts;
}

/** The parts so far, the lines of the next one, and the mark that ends the code block that is open. */
type Cutting = { parts: MarkdownPart[]; lines: string[]; length: number; fence: string | undefined };

function addCode(line: string, cutting: Cutting): void {
  add(line, cutting);
  if (cutting.fence !== undefined && CLOSING.exec(line)?.[1]?.startsWith(cutting.fence)) cutting.fence = undefined;
}

function addSmall(line: string, cutting: Cutting): void {
  flush(cutting);
  cutting.parts.push(...cut(line).map((markdown): MarkdownPart => ({ kind: "small", markdown })));
}

function addText(line: string, cutting: Cutting): void {
  if (cutting.length >= ENOUGH && startsBlock(line, cutting.lines)) flush(cutting);
  cutting.fence = OPENING.exec(line)?.[1];
  for (const piece of cut(line.replace(TOO_DEEP, "$1"))) {
    if (cutting.length + piece.length > (isTable(line, cutting.lines) ? MOST_TABLE : MOST)) flush(cutting);
    add(piece, cutting);
  }
}

function add(line: string, cutting: Cutting): void {
  cutting.lines.push(line);
  cutting.length += line.length + 1;
}

function flush(cutting: Cutting): void {
  const { lines, parts } = cutting;
  if (lines.some((line) => line.trim() !== "")) parts.push({ kind: "text", markdown: lines.join("\n") });
  cutting.lines = [];
  cutting.length = 0;
}

/** A line after a blank one that belongs to no list above it. */
const startsBlock = (line: string, before: string[]): boolean => before.at(-1)?.trim() === "" && /^\S/.test(line);

const isTable = (line: string, before: string[]): boolean =>
  line.startsWith("|") && before.at(-1)?.startsWith("|") === true;

/** A line in pieces, never inside of a character. */
function cut(line: string): string[] {
  if (line.length <= MOST) return [line];
  const characters = Array.from(line);
  // A character takes two units at most.
  const size = MOST / 2;
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, at) =>
    characters.slice(at * size, (at + 1) * size).join(""),
  );
}
