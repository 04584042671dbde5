/**
 * Markdown being written up to a limit in UTF-16 units: its last character, how much of it must not be cut any more, and
 * what Discord may take for the beginning of something that code would then be the end of.
 */
export type Page = {
  parts: string[];
  length: number;
  firm: number;
  last: string;
  limit: number;
  cut: boolean;
  /** Which of the openings stand in the text so far. */
  marks: Set<string>;
  /** Whether the text ends inside of what may be an address. */
  inAddress: boolean;
  /** Whether Discord may show code from here on as text. */
  leaks: boolean;
};
/** Text may be cut anywhere, a whole not; code is left as it is. */
export type Piece = { text: string; kind: "text" | "whole" | "code" };

/** What begins emphasis, a spoiler or a link, and what is in its end. */
const OPENINGS = new Map([
  ["*", "*"],
  ["_", "_"],
  ["~", "~"],
  ["|", "|"],
  ["[", "]("],
]);
const graphemes = new Intl.Segmenter();

export const openPage = (limit: number): Page => ({
  parts: [],
  length: 0,
  firm: 0,
  last: "",
  limit,
  cut: false,
  marks: new Set(),
  inAddress: false,
  leaks: false,
});

/** What has to stand between the page and the next text, so that neither makes something else of the other. */
function jointOf({ last }: Page, text: string): string {
  // All real links are spelled out by now; what is left must not be one to Discord either.
  if (last === "]" && text.startsWith("(")) return "\\";
  // Where the marks of a link are gone, backticks may meet backticks, or a backslash that would escape them.
  const isMet = (last === "`" && text.startsWith("`")) || (last === "\\" && /^\\?`/.test(text));
  return isMet ? "\u200b" : "";
}

/** Adds text that is no code. */
export function write(page: Page, text: string, kind: "text" | "whole"): void {
  if (page.cut || text === "") return;
  const safe = jointOf(page, text) + text.replaceAll("](", "]\\(");
  if (page.length + safe.length > page.limit) {
    page.cut = true;
    // An accent after a code span makes one character with its last backtick, which has to stay.
    if (kind === "text") page.parts = [cutAt(page.parts.join("") + safe, page.limit, page.firm)];
    return;
  }
  const words = safe.split(" ");
  const begins = (words.length === 1 && page.inAddress) || (page.last === ":" && safe.startsWith("/"));
  page.inAddress = begins || /:\/|<[^>]*$/.test(words.at(-1) ?? "");
  for (const mark of OPENINGS.keys()) if (safe.includes(mark)) page.marks.add(mark);
  add(page, safe);
  if (kind === "whole") page.firm = page.length;
}

function add(page: Page, text: string): void {
  page.parts.push(text);
  page.length += text.length;
  page.last = text.at(-1) ?? "";
}

export function writePiece(page: Page, { text, kind }: Piece): void {
  const marks = kind === "code" ? (/^`+/.exec(text)?.[0] ?? "") : "";
  if (kind === "code") writeCode(page, marks, text.slice(marks.length, -marks.length), marks);
  else write(page, text, kind);
}

/** Code between marks which both have to be there; only what is between them may be cut. */
export function writeCode(page: Page, open: string, code: string, close: string): void {
  if (page.cut) return;
  page.leaks ||= isExposed(page, open + code);
  const joint = jointOf(page, open);
  const body = page.leaks ? breakLinks(code) : code;
  const room = page.limit - page.length - joint.length - open.length - close.length;
  const kept = cutAt(body, Math.max(0, room));
  const whole = room >= 0 && kept === body;
  const safe = whole ? body : kept.replace(/(?<!`)`+$/, "");
  if (whole || safe !== "") {
    add(page, joint + open + safe + close);
    page.firm = page.length;
  }
  if (!whole) page.cut = true;
}

/**
 * Discord looks for emphasis, spoilers, links and addresses before code: one that begins in the text may end in the code,
 * and all backticks after that pair up otherwise. Code in a quote or list ends with that, and Discord's may end elsewhere.
 */
const isExposed = (page: Page, code: string): boolean =>
  page.inAddress ||
  !code.startsWith("`") ||
  [...OPENINGS].some(([mark, end]) => page.marks.has(mark) && code.includes(end));

/** Only before what may be an address, as `handlers[name](event)` is no link and will be copied. */
const breakLinks = (code: string): string => code.replace(/\]\((?=[^\w\]]*[a-z]+[^\w\]]*:)/gi, "]\u200b(");

/** The first `length` UTF-16 units, less where that would be inside a character, but at least `firm`. */
function cutAt(text: string, length: number, firm = 0): string {
  if (text.length <= length) return text;
  return text.slice(0, Math.max(firm, graphemes.segment(text.slice(0, length + 2)).containing(length)?.index ?? 0));
}
