import { stripVTControlCharacters } from "node:util";
import { type Command, commandAt } from "#src/chat/command.ts";

/** What people type for help, besides the command's own name. */
const HELP = /^(?:help|[?？]|帮助|幫助)$/iu;

/**
 * What a person can have meant to type: without the colours of a terminal, control characters and direction marks, which come
 * with pasted text and files. Line breaks stay; a tab is a space.
 */
export const withoutControls = (line: string): string =>
  stripVTControlCharacters(line)
    .replaceAll("\t", " ")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the point
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, "");

/**
 * A line without a slash as the command that it begins with: `status`, `model qwen3`, `？`. Undefined where it begins with
 * none, or with one that needs its slash.
 */
export function commandIn(line: string, commands: readonly Command[]): string | undefined {
  const [, word = "", rest = ""] = /^\s*([^\s:：/／]+)[:：]?\s*(.*)$/su.exec(line) ?? [];
  // `help me write a letter` asks nobody for the command `me`.
  if (HELP.test(word))
    return rest === "" || commandAt(rest.replace(/^[/／]/u, "").trim(), commands) ? `/help ${rest}` : undefined;
  const command = commandAt(word, commands);
  return command === undefined || command.slashOnly === true ? undefined : `/${command.name} ${rest}`;
}

/** Whether a line is meant for Mulu, also where it would answer a question: a slash and one word, and no path. */
export const isSlashCommand = (line: string): boolean => /^\s*[/／][a-z]+(?:[\s:：]|$)/iu.test(withoutControls(line));
