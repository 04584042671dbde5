import { backtickRuns, type Fence, fenceBehind, isFenced } from "./code-parts.ts";

/** Stands for a comment, so that what is behind one does not move to the start of its line, where marks have a meaning. */
const EMPTY_COMMENT = "<!---->";

/**
 * The lines of a README without its HTML comments, as many lines as before. A comment goes on to `-->`. One that is not
 * closed goes on to the end where HTML stands, as browsers read it; in a paragraph, which a blank line ends, it is text
 * (https://spec.commonmark.org/0.31.2/#html-blocks and #html-comment). In code, apart from `<pre>`, `<!--` is text. Takes
 * time in proportion to the text.
 */
export function withoutComments(lines: readonly string[]): string[] {
  // Most READMEs have no comment.
  if (!lines.some((line) => line.includes("<!--"))) return [...lines];
  const ends = endsBehind(lines);
  let fence: Fence;
  let html = false;
  let hidden = false;
  return lines.map((line, index) => {
    if (!hidden && isFenced(line, fence)) {
      fence = fenceBehind(line, fence);
      html = false;
      return line;
    }
    html = !isBlank(line) && (html || fence === "pre" || OPENS_HTML.test(line));
    const read = visiblePart(line, hidden, mayGoOn(line, { html, later: ends[index] ?? NO_END }));
    hidden = read.hidden;
    fence = fenceBehind(read.text, fence);
    return read.text;
  });
}

/** A line that HTML begins at, in a list or a quotation too. Four spaces make code, as far as no HTML stands before. */
const OPENS_HTML = /^ {0,3}(?:> ?)*(?:(?:[-*+]|\d{1,9}[.)]) {1,4})?<[a-z/!]/i;
const STARTS_WITH_COMMENT = /^\s*<!--/;
const isBlank = (line: string): boolean => line.trim() === "";

/** What comes behind a line. `closed`: the end of a comment; `closedBeforeBlank`: with no blank line before it. */
type Ends = { closed: boolean; closedBeforeBlank: boolean };

const NO_END: Ends = { closed: false, closedBeforeBlank: false };

function endsBehind(lines: readonly string[]): Ends[] {
  const ends: Ends[] = [];
  let behind = NO_END;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    ends[index] = behind;
    const line = lines[index] ?? "";
    if (endOf(line, 0) !== undefined) behind = { closed: true, closedBeforeBlank: true };
    else if (isBlank(line)) behind = { ...behind, closedBeforeBlank: false };
  }
  return ends;
}

/** Whether a `<!--` that its line does not close begins a comment. */
function mayGoOn(line: string, { html, later }: { html: boolean; later: Ends }): boolean {
  if (html || later.closedBeforeBlank) return true;
  return later.closed && STARTS_WITH_COMMENT.test(line);
}

/** What matters for where a comment begins: a character behind a backslash, backticks and the beginning itself. */
const MARK = /\\.|`+|<!--/g;
/** `--!>` is a mistake that browsers understand. */
const END = /--!?>/g;

/** What of a line is in no comment. `hidden`: before it, and after it, whether a comment is open. */
function visiblePart(line: string, hidden: boolean, mayGoOn: boolean): { text: string; hidden: boolean } {
  const first = hidden ? endOf(line, 0) : 0;
  if (first === undefined) return { text: "", hidden: true };
  let text = hidden ? EMPTY_COMMENT : "";
  /** Up to here the line was read, and up to here it was copied. */
  let at = first;
  let copied = first;
  const codeEnds = inlineCodeEnds(line);
  for (let mark = nextMark(line, at); mark !== null; mark = nextMark(line, at)) {
    at = mark.index + mark[0].length;
    if (mark[0].startsWith("`")) at = codeEnds.get(mark.index) ?? at;
    if (mark[0] !== "<!--") continue;
    // `<!-->` and `<!--->` are comments too.
    const end = endOf(line, mark.index + 2);
    if (end === undefined && !mayGoOn) break;
    text += line.slice(copied, mark.index) + EMPTY_COMMENT;
    if (end === undefined) return { text, hidden: true };
    at = end;
    copied = end;
  }
  return { text: text + line.slice(copied), hidden: false };
}

function nextMark(line: string, from: number): RegExpExecArray | null {
  MARK.lastIndex = from;
  return MARK.exec(line);
}

/** The index behind the first end of a comment from an index on. */
function endOf(line: string, from: number): number | undefined {
  END.lastIndex = from;
  return END.test(line) ? END.lastIndex : undefined;
}

/** For the index of each run of backticks that is closed, the index behind what closes it. */
function inlineCodeEnds(line: string): Map<number, number> {
  const ends = new Map<number, number>();
  const runs = backtickRuns(line);
  for (const { index, length, closer } of runs) {
    const close = closer === undefined ? undefined : runs[closer];
    if (close !== undefined) ends.set(index, close.index + length);
  }
  return ends;
}
