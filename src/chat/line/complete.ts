import { UserError } from "#src/base/user-error.ts";
import type { Command, CompletionContext } from "#src/chat/command.ts";
import {
  choiceDescription,
  commandDescription,
  optionDescription,
  subcommandDescription,
} from "#src/chat/descriptions.ts";
import type { Router } from "#src/chat/router.ts";
import { type Head, headOf, optionAtEnd, parseLine, wordsAtEnd } from "./parse.ts";

/** A command, a sub-command, a value or the name of an option (`sort:`) that may come where the line ends. */
type Completion = {
  kind: "command" | "subcommand" | "value" | "option";
  /** The end of the line that it takes the place of. */
  replaces: string;
  text: string;
  /** How it is called, and what it means. */
  label: string;
  about: string;
};

export type Completions = {
  items: Completion[];
  /** The end of the line that commands or values take the place of. */
  typed: string;
  /** Whether the line is of no use without one of them. */
  needed: boolean;
  /** The option that is being typed and its description. */
  hint: string;
};

const NONE: Completions = { items: [], typed: "", needed: false, hint: "" };

/** Completes a line at its end: commands, what a command offers for an option, and the options that it does not have yet. */
export function completeLine(line: string, router: Router, context: CompletionContext): Completions {
  const named = (name: string): Command | undefined => router.commands.find((item) => item.name === name);
  const begun = /^\s*([/／]\S*)$/u.exec(line)?.[1];
  const head = headOf(line, named);
  const command = head && named(head.path.split(" ")[0] ?? "");
  if (begun !== undefined && (command === undefined || !/[:：]/.test(begun))) return commandNames(begun, context);
  if (head === undefined || command === undefined) return NONE;
  const subcommand = /^\s*[^\s:：]*[\s:：]\s*([^\s:：]*)$/u.exec(line)?.[1];
  if (subcommand !== undefined && Object.keys(command.subcommands).length > 0)
    return subcommandNames(subcommand, command, context);
  return completeOptions(line, { ...head, command }, router, context);
}

function commandNames(typed: string, { commands, text }: CompletionContext): Completions {
  const begun = typed.slice(1).toLowerCase();
  const items = commands
    .filter(({ name }) => name.startsWith(begun))
    .map((command): Completion => {
      const label = `/${command.name}`;
      const isWhole = Object.keys({ ...command.options, ...command.subcommands }).length === 0;
      const about = commandDescription(command, text);
      return { kind: "command", replaces: typed, text: isWhole ? label : `${label} `, label, about };
    });
  return { items, typed, needed: !commands.some(({ name }) => name === begun), hint: "" };
}

function subcommandNames(typed: string, command: Command, { text }: CompletionContext): Completions {
  const names = Object.keys(command.subcommands);
  const items = names
    .filter((name) => name.startsWith(typed.toLowerCase()))
    .map((name): Completion => {
      const about = subcommandDescription(command, name, text);
      return { kind: "subcommand", replaces: typed, text: `${name} `, label: name, about };
    });
  return { items, typed, needed: !names.includes(typed.toLowerCase()), hint: "" };
}

type OfCommand = Head & { command: Command };

function completeOptions(line: string, head: OfCommand, router: Router, context: CompletionContext): Completions {
  const state = stateOf(line, head, context);
  if (state === undefined) return NONE;
  const { current, given } = state;
  const words = wordsAtEnd(line, head);
  const begun = words && valuesOf(head, words.name, words.typed, router, context).length > 0 ? words : current;
  if (begun === undefined) return { ...NONE, items: optionNames(line, head, given, context) };
  const { name, typed } = begun;
  const hint = `${name} · ${optionDescription(head.command, name, context.text)}`;
  // The end of a quoted value is not the end of the line.
  if (!line.endsWith(typed)) return { ...NONE, hint };
  const items = [
    ...valuesOf(head, name, typed, router, context),
    ...optionNames(line, head, [...given, name], context),
  ];
  return { items, typed, needed: false, hint };
}

type State = { current: ReturnType<typeof optionAtEnd>; given: string[] };

/** The option at the end of the line and those that have a value; undefined inside of quotation marks that are still open. */
function stateOf(line: string, head: OfCommand, context: CompletionContext): State | undefined {
  try {
    const { given = {} } = parseLine(line, () => head.command, context) ?? {};
    return { current: optionAtEnd(line, head), given: Object.keys(given) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function valuesOf(
  { command, path, options }: OfCommand,
  name: string,
  typed: string,
  router: Router,
  context: CompletionContext,
): Completion[] {
  const option = options[name];
  const value = (text: string, label = text, about = ""): Completion => ({
    kind: "value",
    replaces: typed,
    text: quoted(text, typed),
    label,
    about,
  });
  const begins = (text: string): boolean => text.startsWith(typed.toLowerCase());
  switch (option?.kind) {
    case "choice":
      return option.choices
        .filter(begins)
        .map((item) => value(item, item, choiceDescription(command, item, context.text)));
    case "flag":
      return ["true", "false"].filter(begins).map((item) => value(item));
    case "text":
      return router.complete(path, name, typed, context).map((item) => value(item.value, item.name));
    default:
      return [];
  }
}

/** Options that the line does not have yet; all of them only where nothing is begun. */
function optionNames(
  line: string,
  { command, options }: OfCommand,
  given: readonly string[],
  { text }: CompletionContext,
): Completion[] {
  const begun = /\S*$/u.exec(line)?.[0] ?? "";
  return Object.keys(options)
    .filter((name) => name.startsWith(begun.toLowerCase()) && !given.includes(name))
    .map((name) => ({
      kind: "option",
      replaces: begun,
      text: `${name}:`,
      label: `${name}:`,
      about: optionDescription(command, name, text),
    }));
}

/** A value that holds spaces, unless what is typed already does and needs no quotation marks. */
const quoted = (value: string, typed: string): string => (/\s/.test(value) && !/\s/.test(typed) ? `"${value}"` : value);
