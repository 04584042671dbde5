import { code } from "#src/base/markdown.ts";
import type { Command, Options } from "./command.ts";

/** How a command is typed: `/try <model> <prompt> [think:true]`, as code. */
export function usageOf({ name, options }: Command): string {
  return code([`/${name}`, ...Object.entries(options).map(placeholder)].join(" "));
}

/** The first of its examples, as code; undefined for a command that takes nothing. */
export function exampleOf({ name, examples }: Command): string | undefined {
  const example = examples.find((item) => item !== "");
  return example === undefined ? undefined : code(`/${name} ${example}`);
}

function placeholder([name, option]: [string, Options[string]]): string {
  if (option.required) return `<${name}>`;
  switch (option.kind) {
    case "choice":
      return `[${name}:${option.choices.join("|")}]`;
    case "flag":
      return `[${name}:true]`;
    case "text":
      return `[${name}]`;
  }
}
