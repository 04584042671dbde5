import type { Options } from "#src/chat/command.ts";
import { UserError } from "#src/chat/user-error.ts";

export type Line = { command: string; given: Record<string, string> };

type Token = { start: number; end: number; text: string; name?: string };

const OPENING = new Map([
  ['"', '"'],
  ["“", "”"],
  ["「", "」"],
]);

/**
 * Reads `/models int4 sort:newest`: options as `name:value`, quoted where they hold spaces; what is left fills the
 * options in order, and the last text option takes the rest of the line as it stands. Undefined for a line that is no
 * command. Throws UserError for a quotation mark that is not closed.
 */
export function parseLine(line: string, optionsOf: (command: string) => Options | undefined): Line | undefined {
  const match = /^\s*[/／](\S*)\s*/u.exec(line);
  if (match === null) return undefined;
  const command = (match[1] ?? "").toLowerCase();
  const options = optionsOf(command) ?? {};
  const given: Record<string, string> = {};
  const tokens = tokensOf(line, match[0].length, Object.keys(options));
  const left = tokens.filter(({ name, text }) => {
    if (name !== undefined) given[name] = text;
    return name === undefined;
  });
  const lastText = Object.keys(options).findLast((name) => options[name]?.kind === "text" && given[name] === undefined);
  for (const name of Object.keys(options)) {
    const [token] = left;
    if (token === undefined) break;
    if (given[name] !== undefined || options[name]?.kind === "choice") continue;
    given[name] = name === lastText ? restOf(line, left.splice(0)) : (left.shift()?.text ?? "");
  }
  return { command, given };
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
