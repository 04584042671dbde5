/** A piece of code in a line of a README. */
export type CodePart = {
  text: string;
  /** `block`: a line of a code block; `inline`: between backticks; `quoted`: only what is in quotation marks counts. */
  kind: "block" | "inline" | "quoted";
};

/** So many backticks or tildes at the start of a line. `opens`: a language stands behind them, so they close nothing. */
type FenceMark = { character: string; length: number; opens: boolean };

/** Where a reader of lines is: behind a mark that opened a code block, within `<pre>`, or neither. */
export type Fence = FenceMark | "pre" | undefined;

/** A reader that is given the lines of a README in their order and says what in each is code. */
export function codeReader(): (line: string) => CodePart[] {
  let fence: Fence;
  return (line) => {
    const was = fence;
    const mark = was === "pre" ? undefined : fenceOf(line);
    fence = fenceBehind(line, was);
    if (mark !== undefined && fence !== was) return [];
    if (was !== undefined || /<pre\b/i.test(line)) return [{ text: line, kind: "block" }];
    // Most lines hold no id, and a README may have a million of them.
    if (!line.includes("/")) return [];
    const indented = /^(?: {4}|\t)/.test(line);
    return [...inlineCode(line), ...(indented ? [{ text: line, kind: "quoted" } as const] : [])];
  };
}

/** Whether a line belongs to a block between fences, or is one of its fences. `fence`: where the reader is before it. */
export const isFenced = (line: string, fence: Fence): boolean =>
  fence === undefined ? fenceOf(line) !== undefined : fence !== "pre";

/** Where a reader is behind a line. A fence is closed by one of its kind that is as long and names no language. */
export function fenceBehind(line: string, fence: Fence): Fence {
  const mark = fence === "pre" ? undefined : fenceOf(line);
  if (fence === "pre" || (fence === undefined && mark === undefined && /<pre\b/i.test(line)))
    return /<\/pre>/i.test(line) ? undefined : "pre";
  if (fence === undefined || mark === undefined) return fence ?? mark;
  return mark.character === fence.character && mark.length >= fence.length && !mark.opens ? undefined : fence;
}

/** The mark of a code block that a line is, in a list or a quotation too. */
function fenceOf(line: string): FenceMark | undefined {
  let start = 0;
  while (" \t>".includes(line.charAt(start) || "-")) start += 1;
  if (/[-*+] /.test(line.slice(start, start + 2))) start += 2;
  while (line.charAt(start) === " ") start += 1;
  const character = line.charAt(start);
  if (character !== "`" && character !== "~") return undefined;
  let end = start;
  while (line.charAt(end) === character) end += 1;
  if (end - start < 3) return undefined;
  const info = line.slice(end).trim();
  // Backticks behind it make it inline code.
  return character === "`" && info.includes("`") ? undefined : { character, length: end - start, opens: info !== "" };
}

/** What stands between backticks, as CommonMark pairs them: by runs of one length; and between `<code>` tags. */
function inlineCode(line: string): CodePart[] {
  const parts: CodePart[] = [];
  const runs = backtickRuns(line);
  for (let at = 0; at < runs.length; at += 1) {
    const open = runs[at];
    const close = open?.closer === undefined ? undefined : runs[open.closer];
    if (open?.closer === undefined || close === undefined) continue;
    parts.push({ text: line.slice(open.index + open.length, close.index), kind: "inline" });
    at = open.closer;
  }
  return [...parts, ...taggedCode(line)];
}

/** Some backticks in a row. `closer`: the place in the list of the next run of that length. */
export type BacktickRun = { length: number; index: number; closer: number | undefined };

/** The runs of backticks of a line, in their order. */
export function backtickRuns(line: string): BacktickRun[] {
  const runs = [...line.matchAll(/`+/g)].map(({ 0: { length }, index }) => ({ length, index }));
  const closers = nextOfSameLength(runs);
  return runs.map((run, at) => ({ ...run, closer: closers[at] }));
}

/** For each run the place in the list of the next one of its length. */
function nextOfSameLength(runs: readonly { length: number }[]): (number | undefined)[] {
  const latest = new Map<number, number>();
  const next: (number | undefined)[] = [];
  for (const [at, { length }] of [...runs.entries()].toReversed()) {
    next[at] = latest.get(length);
    latest.set(length, at);
  }
  return next;
}

/** Between `<code>` and the next tag or the end of its line. */
function taggedCode(line: string): CodePart[] {
  return line
    .split(/<code\b[^<>]{0,200}>/i)
    .slice(1)
    .map((text) => ({ text: text.split("<", 1)[0] ?? "", kind: "inline" }));
}
