import { UserError } from "#src/base/user-error.ts";
import type { Options } from "#src/chat/command.ts";
import { optionAtEnd } from "#src/chat/line/parse.ts";
import { UNLIMITED } from "#src/chat/view.ts";
import type { TerminalApp } from "./answer-line.ts";
import { contextFor } from "./answer-line.ts";

/** Completions for readline: command names, option names, and what a command offers for the option being typed. */
export function completeLine(line: string, app: TerminalApp): [completions: string[], completed: string] {
  const match = /^\s*\/(\S*)(\s+.*)?$/su.exec(line);
  if (match === null) return [[], line];
  const [, name = "", rest] = match;
  if (rest === undefined) {
    const names = app.router.commands.map((command) => `/${command.name} `);
    return [names.filter((item) => item.startsWith(`/${name}`)), line.trimStart()];
  }
  const command = app.router.commands.find((item) => item.name === name);
  if (command === undefined) return [[], line];
  const { name: optionName = "", typed = "" } = typedOption(line, command.options) ?? {};
  const option = command.options[optionName];
  if (option?.kind === "choice") return [option.choices.filter((item) => item.startsWith(typed)), typed];
  const context = contextFor(app, { room: UNLIMITED, show: () => {} });
  const offered = app.router.complete(name, optionName, typed, context).map(({ value }) => quoted(value, typed));
  const last = /\S*$/u.exec(rest)?.[0] ?? "";
  const optionNames = Object.keys(command.options).map((item) => `${item}:`);
  const named = last === "" ? [] : optionNames.filter((item) => item.startsWith(last) && item !== last);
  return named.length > 0 && offered.length === 0 ? [named, last] : [offered, typed];
}

/** Nothing is offered inside of quotation marks that are still open. */
function typedOption(line: string, options: Options): ReturnType<typeof optionAtEnd> {
  try {
    return optionAtEnd(line, options);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A value that holds spaces, unless what is typed already does and needs no quotation marks. */
const quoted = (value: string, typed: string): string => (/\s/.test(value) && !/\s/.test(typed) ? `"${value}"` : value);
