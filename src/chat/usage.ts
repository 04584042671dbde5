import { code } from "#src/base/markdown.ts";
import { type Command, type Options, optionsOf } from "./command.ts";

/** How a command is typed, or a sub-command of it, as code: `/try <model> <prompt> [think:true|false]`, `/admin block|unblock`. */
export function usageOf(command: Command, subcommand?: string): string {
  const options = optionsOf(command, subcommand);
  const words =
    options === undefined ? [Object.keys(command.subcommands).join("|")] : Object.entries(options).map(placeholder);
  return code([pathOf(command, options && subcommand), ...words].join(" "));
}

/** The first of its examples, as code; undefined for what takes nothing. */
export function exampleOf(command: Command, subcommand?: string): string | undefined {
  const begins = subcommand === undefined ? "" : `${subcommand} `;
  const example = command.examples.find((item) => item !== "" && item.startsWith(begins));
  return example === undefined ? undefined : code(`/${command.name} ${example}`);
}

const pathOf = ({ name }: Command, subcommand: string | undefined): string =>
  subcommand === undefined ? `/${name}` : `/${name} ${subcommand}`;

function placeholder([name, option]: [string, Options[string]]): string {
  if (option.required) return `<${name}>`;
  switch (option.kind) {
    case "choice":
      return `[${name}:${option.choices.join("|")}]`;
    case "flag":
      return `[${name}:true|false]`;
    case "whole":
      return `[${name}:${option.least}-${option.most}]`;
    case "text":
    case "user":
    case "channel":
      return `[${name}]`;
  }
}
