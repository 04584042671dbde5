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
  const typed = rest.trimStart();
  const [, optionName = "", value = ""] = /(?:^|\s)(\w+):(\S*)$/u.exec(typed) ?? [];
  const option = command.options[optionName];
  if (option?.kind === "choice") return [option.choices.filter((item) => item.startsWith(value)), value];
  const context = contextFor(app, { room: UNLIMITED, show: () => {} });
  const firstText = Object.keys(command.options).find((item) => command.options[item]?.kind === "text");
  const offered =
    firstText === undefined ? [] : app.router.complete(name, firstText, typed, context).map((item) => item.value);
  const last = /\S*$/u.exec(typed)?.[0] ?? "";
  const optionNames = Object.keys(command.options).map((item) => `${item}:`);
  const named = last === "" ? [] : optionNames.filter((item) => item.startsWith(last) && item !== last);
  return named.length > 0 && offered.length === 0 ? [named, last] : [offered, typed];
}
