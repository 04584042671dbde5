import { UserError } from "#src/base/user-error.ts";
import type { Command, Context } from "#src/chat/command.ts";
import { choiceDescription, commandDescription, optionDescription } from "#src/chat/descriptions.ts";
import { optionAtEnd, parseLine } from "#src/chat/line/parse.ts";
import type { Router } from "#src/chat/router.ts";

/** What may stand in the place of what is being typed: the whole line with it, how it is called, and what it means. */
type Completion = { line: string; label: string; about: string };
export type Completions = {
  items: Completion[];
  /** Whether the line would be of no use without one of them, so that Enter takes the first. */
  needed: boolean;
  /** What is being typed: the option and its description. */
  hint: string;
};

const NONE: Completions = { items: [], needed: false, hint: "" };
/** As many as Discord shows. */
const MOST = 25;

/** Completions of a line whose end is being typed: commands, what a command offers for an option, and options. */
export function completionsOf(line: string, router: Router, context: Context): Completions {
  const match = /^\s*[/／](\S*)(\s.*)?$/su.exec(line);
  if (match === null) return NONE;
  const [, typed = "", rest] = match;
  const name = typed.toLowerCase();
  if (rest === undefined) return commandNames(name, context);
  const command = router.commands.find((item) => item.name === name);
  return command === undefined ? NONE : optionsOf(line, command, router, context);
}

function commandNames(typed: string, { commands, text }: Context): Completions {
  const items = commands
    .filter(({ name }) => name.startsWith(typed))
    .map((command) => ({
      line: `/${command.name}${Object.keys(command.options).length === 0 ? "" : " "}`,
      label: `/${command.name}`,
      about: commandDescription(command, text),
    }));
  return { items, needed: !commands.some(({ name }) => name === typed), hint: "" };
}

function optionsOf(line: string, command: Command, router: Router, context: Context): Completions {
  const state = stateOf(line, command);
  if (state === undefined) return NONE;
  const { current, given } = state;
  if (current === undefined) return { ...NONE, items: optionNames(line, command, given, context) };
  const { name, typed } = current;
  const hint = `${name} · ${optionDescription(command, name, context.text)}`;
  // The end of a quoted value is not the end of the line.
  if (!line.endsWith(typed)) return { ...NONE, hint };
  const head = line.slice(0, line.length - typed.length);
  const values = valuesOf(command, name, typed, router, context).map(
    ({ value, ...item }): Completion => ({ ...item, line: `${head}${quoted(value, typed)} ` }),
  );
  const names = optionNames(line, command, [...given, name], context);
  return { items: [...values.slice(0, MOST - names.length), ...names], needed: false, hint };
}

type State = { current: ReturnType<typeof optionAtEnd>; given: string[] };

/** The option at the end of the line and those that have a value; undefined inside of quotation marks that are still open. */
function stateOf(line: string, { options }: Command): State | undefined {
  try {
    return { current: optionAtEnd(line, options), given: Object.keys(parseLine(line, () => options)?.given ?? {}) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

type Offered = { value: string; label: string; about: string };

function valuesOf(command: Command, name: string, typed: string, router: Router, context: Context): Offered[] {
  const option = command.options[name];
  const begins = (value: string): boolean => value.startsWith(typed.toLowerCase());
  switch (option?.kind) {
    case "choice":
      return option.choices
        .filter(begins)
        .map((value) => ({ value, label: value, about: choiceDescription(command, value, context.text) }));
    case "flag":
      return ["true", "false"].filter(begins).map((value) => ({ value, label: value, about: "" }));
    default:
      return router
        .complete(command.name, name, typed, context)
        .map(({ name: label, value }) => ({ value, label, about: "" }));
  }
}

/** Options that the line does not have yet; all of them only where nothing is begun. */
function optionNames(line: string, command: Command, given: readonly string[], { text }: Context): Completion[] {
  const begun = /\S*$/u.exec(line)?.[0] ?? "";
  const head = line.slice(0, line.length - begun.length);
  return Object.keys(command.options)
    .filter((name) => name.startsWith(begun.toLowerCase()) && !given.includes(name))
    .map((name) => ({ line: `${head}${name}:`, label: `${name}:`, about: optionDescription(command, name, text) }));
}

/** A value that holds spaces, unless what is typed already does and needs no quotation marks. */
const quoted = (value: string, typed: string): string => (/\s/.test(value) && !/\s/.test(typed) ? `"${value}"` : value);
