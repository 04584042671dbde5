/**
 * The Markdown that most answers are made of, read without the lexer: it takes a third of a question's time to compile
 * its patterns. Whatever is not certainly simple is left to the lexer, so that both show the same.
 */

/** A character that is itself wherever it stands in a line, an underscore within a word, an ampersand before a space. */
const PLAIN = "(?:[^\\\\`*_~[\\]<>&|#@\\n]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])|&(?= ))";
const ESCAPED = "\\\\[!-/:-@[-`{-~]";
const CODE = "(?<!`)`[^`|\\s](?:[^`|\\n]*[^`|\\s])?`(?!`)";
/** Bold from one space to another: beside letters and punctuation more rules decide. */
const BOLD = `(?<!\\S)\\*\\*(?!\\s)(?:${PLAIN}|${ESCAPED})+(?<!\\s)\\*\\*(?!\\S)`;
const INLINE = new RegExp(`^(?:${PLAIN}|${ESCAPED}|${CODE}|${BOLD})*$`);
/** What the lexer makes a link without being asked. */
const ADDRESS = /(?:https?|ftp):|www\./i;
const PIECES = new RegExp(`(${CODE})|(${BOLD})|(${ESCAPED})`, "g");

const ESCAPES = new RegExp(ESCAPED, "g");

/** How pieces of a line are shown. */
export type InlineFormat = { bold: (text: string) => string; code: (text: string) => string };

/** A line with its formatting; undefined where it is not simple. */
export function simpleInline(text: string, { bold, code }: InlineFormat): string | undefined {
  if (text.trim() !== text || !INLINE.test(text) || ADDRESS.test(text)) return undefined;
  return text.replace(PIECES, (piece: string, isCode?: string, isBold?: string) => {
    if (isCode !== undefined) return code(piece.slice(1, -1));
    return isBold === undefined ? piece.slice(1) : bold(unescaped(piece.slice(2, -2)));
  });
}

const unescaped = (text: string): string => text.replace(ESCAPES, (pair) => pair.slice(1));

export type SimpleBlock =
  | { kind: "heading" | "paragraph"; text: string }
  | { kind: "table"; headings: string[]; rows: string[][] };

/** What would begin a list, a rule or the underline of a heading. */
const BEGINS_BLOCK = /^(?:[-+=:]|\d{1,9}[.)])/;
const HEADING = /^#{1,6} (\S.*)$/;

/** Headings, paragraphs and tables with their formatting; undefined where anything else is among them. */
export function simpleBlocks(source: string, format: InlineFormat): SimpleBlock[] | undefined {
  const blocks: SimpleBlock[] = [];
  for (const group of source.split(/\n{2,}/)) {
    const lines = group.split("\n").filter((line) => line !== "");
    for (let heading = HEADING.exec(lines[0] ?? ""); heading; heading = HEADING.exec(lines[0] ?? "")) {
      const text = simpleInline(heading[1] ?? "", format);
      if (text === undefined) return undefined;
      blocks.push({ kind: "heading", text });
      lines.shift();
    }
    if (lines.length === 0) continue;
    const block = tableOf(lines, format) ?? paragraphOf(lines, format);
    if (block === undefined) return undefined;
    blocks.push(block);
  }
  return blocks;
}

function paragraphOf(lines: readonly string[], format: InlineFormat): SimpleBlock | undefined {
  const texts = allOf(lines.map((line) => (BEGINS_BLOCK.test(line) ? undefined : simpleInline(line, format))));
  return texts && { kind: "paragraph", text: texts.join("\n") };
}

/** A table as `table` of the answers' Markdown writes it. */
function tableOf([head = "", rule = "", ...body]: readonly string[], format: InlineFormat): SimpleBlock | undefined {
  if (!/^\|(?: --- \|)+$/.test(rule)) return undefined;
  const rows = allOf([head, ...body].map((line) => cellsOf(line, format)));
  const [headings = [], ...rest] = rows ?? [];
  const columns = cellsIn(rule).length;
  return rows?.every((row) => row.length === columns) ? { kind: "table", headings, rows: rest } : undefined;
}

const cellsOf = (line: string, format: InlineFormat): string[] | undefined =>
  /^\| .* \|$/.test(line) && !line.includes("\\|")
    ? allOf(cellsIn(line).map((cell) => simpleInline(cell, format)))
    : undefined;

const cellsIn = (line: string): string[] => line.slice(2, -2).split(" | ");

const allOf = <T>(values: (T | undefined)[]): T[] | undefined =>
  values.every((value) => value !== undefined) ? values : undefined;
