import { UserError } from "#src/base/user-error.ts";
import { type Command, type Context, type Options, optionsOf } from "#src/chat/command.ts";

/** `unread` are words that stand for nothing. */
export type Line = { command: string; given: Record<string, string>; unread?: string[] };

/** Finds what a name stands for. */
type Find = (name: string) => Pick<Command, "options" | "subcommands" | "readWords"> | undefined;

type Token = { start: number; end: number; text: string; name?: string };

const OPENING = new Map([
  ['"', '"'],
  ["“", "”"],
  ["「", "」"],
]);

/** Characters of a line; a prompt (TRY_PROMPT_MAX) and its options are shorter. */
const MAX_LINE = 10_000;

/**
 * Reads `/models int4 sort:newest`: options as `name:value`, quoted where they hold spaces; what is left fills the
 * options in order, and the last text option takes the rest of the line as it stands. Where none is left, words belong to
 * the named text before them, as Discord writes it: `/models query:int4 7b`. A sub-command stands first and belongs to the
 * name: `/admin block`. A command may read its words itself. Undefined for a line that is no command.
 * Throws UserError for a quotation mark that is not closed, and for a line that is too long.
 */
export function parseLine(line: string, find: Find, context: Pick<Context, "catalog">): Line | undefined {
  const head = headOf(line, find);
  if (head === undefined) return undefined;
  if (line.length > MAX_LINE) throw new UserError("lineTooLong", { limit: MAX_LINE, length: line.length });
  const { path: command, options, from, readWords } = head;
  const given: Record<string, string> = {};
  const tokens = tokensOf(line, from, Object.keys(options));
  const left = tokens.filter(({ name, text }) => {
    if (name !== undefined) given[name] = text;
    return name === undefined;
  });
  if (readWords !== undefined) {
    const read = readWords(
      left.map(({ text }) => text),
      given,
      context,
    );
    return { command, given: { ...given, ...read.given }, ...(read.unread.length > 0 && { unread: read.unread }) };
  }
  for (const { name, takesRest } of openOptions(options, given)) {
    if (left.length === 0) break;
    given[name] = takesRest ? restOf(line, left.splice(0)) : (left.shift()?.text ?? "");
  }
  for (const token of left) {
    const owner = tokens.findLast(({ name, end }) => name !== undefined && end <= token.start)?.name;
    if (owner !== undefined && options[owner]?.kind === "text")
      given[owner] += ` ${line.slice(token.start, token.end)}`;
  }
  return { command, given };
}

/** A line's beginning: the names in it, the options of what they name, and from where on these may stand. */
export type Head = Pick<Command, "readWords"> & { path: string; options: Options; from: number };

/** A name as it is kept, also where an input method wrote it in full width: `ｍｏｄｅｌｓ`. */
const asTyped = (name: string): string => name.normalize("NFKC").toLowerCase();

/** A name, and a colon or blanks behind it. */
const NAME = /^([^\s:：]*)[:：]?\s*/u;

/**
 * Where a line names a command: behind a slash, which Chinese input methods also write in full width or as `、`, up to a
 * space or a colon. `、` is punctuation too, so that it counts only before the name of a command. Undefined for a line that
 * names none.
 */
export function headOf(line: string, find: Find): Head | undefined {
  const [slashed = "", slash] = /^\s*([/／、])/u.exec(line) ?? [];
  const [whole = "", typed = ""] = NAME.exec(line.slice(slashed.length)) ?? [];
  const name = asTyped(typed);
  const command = find(name);
  if (slash === undefined || (slash === "、" && command === undefined)) return undefined;
  const from = slashed.length + whole.length;
  if (command === undefined || Object.keys(command.subcommands).length === 0)
    return {
      path: name,
      options: command?.options ?? {},
      from,
      ...(command?.readWords && { readWords: command.readWords }),
    };
  const [rest = "", word = ""] = NAME.exec(line.slice(from)) ?? [];
  const subcommand = asTyped(word);
  const path = subcommand === "" ? name : `${name} ${subcommand}`;
  return { path, options: optionsOf(command, subcommand) ?? {}, from: from + rest.length };
}

/** An option that is being typed, and what there is of it. */
type Begun = { name: string; typed: string };

/** All that is typed, for the first option of a command that reads its words itself; undefined where any option is named. */
export function wordsAtEnd(line: string, { options, from, readWords }: Head): Begun | undefined {
  const names = Object.keys(options);
  const [name] = names;
  const isNamed = tokensOf(line, from, names).some((token) => token.name !== undefined);
  return readWords === undefined || name === undefined || isNamed || /\s$/u.test(line)
    ? undefined
    : { name, typed: line.slice(from) };
}

/** Which option the end of a line is being typed for; undefined where none is left. */
export function optionAtEnd(line: string, { options, from }: Head): Begun | undefined {
  const tokens = openTokens(line, from, Object.keys(options));
  const last = tokens.at(-1);
  if (last?.name !== undefined) return { name: last.name, typed: last.text };
  const given = Object.fromEntries(tokens.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]])));
  const left = tokens.filter(({ name }) => name === undefined);
  const open = openOptions(options, given);
  const takingRest = open.findIndex(({ takesRest }) => takesRest);
  const at = Math.min(left.length - 1, takingRest < 0 ? open.length - 1 : takingRest);
  const option = open[at];
  if (option === undefined || (left.length > open.length && !option.takesRest)) return undefined;
  return { name: option.name, typed: option.takesRest ? line.slice(left[at]?.start) : (last?.text ?? "") };
}

/** The options that words without a name fill, in order. The last text takes what is left of the line. */
function openOptions(options: Options, given: Record<string, string>): { name: string; takesRest: boolean }[] {
  const open = Object.keys(options).filter((name) => given[name] === undefined && options[name]?.kind !== "choice");
  const lastText = open.findLast((name) => options[name]?.kind === "text");
  return open.map((name) => ({ name, takesRest: name === lastText }));
}

/** The tokens of a line that is still being typed: after a space a new one has begun. */
function openTokens(line: string, from: number, names: string[]): Token[] {
  const tokens = tokensOf(line, from, names);
  const end = tokens.at(-1)?.end;
  return end === line.length ? tokens : [...tokens, { start: line.length, end: line.length, text: "" }];
}

/** The rest of the line with its own spacing; a single quoted token without its quotes. */
function restOf(line: string, tokens: Token[]): string {
  const [first, second] = tokens;
  if (first === undefined) return "";
  if (second === undefined) return first.text;
  return tokens.reduce((text, token, at) => {
    const previous = tokens[at - 1];
    const gap = previous === undefined ? "" : line.slice(previous.end, token.start);
    return text + (gap.trim() === "" ? gap : " ") + line.slice(token.start, token.end);
  }, "");
}

function tokensOf(line: string, from: number, names: string[]): Token[] {
  const tokens: Token[] = [];
  let at = from;
  while (at < line.length) {
    if (/\s/u.test(line[at] ?? "")) {
      at += 1;
      continue;
    }
    const start = at;
    const name = names.find((option) => new RegExp(`^${option}[:：]`, "iu").test(line.slice(at)));
    if (name !== undefined) at += name.length + 1;
    const { end, text } = valueAt(line, at);
    tokens.push({ start, end, text, ...(name !== undefined && { name }) });
    at = end;
  }
  return tokens;
}

function valueAt(line: string, at: number): { end: number; text: string } {
  const closing = OPENING.get(line[at] ?? "");
  if (closing !== undefined) {
    const end = line.indexOf(closing, at + 1);
    if (end < 0) throw new UserError("unclosedQuote");
    return { end: end + 1, text: line.slice(at + 1, end) };
  }
  const text = /^\S*/u.exec(line.slice(at))?.[0] ?? "";
  return { end: at + text.length, text };
}
