import { LOCALES, textIn } from "#src/base/locale.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { type Command, optionsOf } from "#src/chat/command.ts";
import { choiceDescription } from "#src/chat/descriptions.ts";
import type { Line } from "./parse.ts";

/** What a line gave, with choices that were typed as they are called in any language: `sort:最新发布` is `newest`. */
export function withChoices({ command: path, given }: Line, commands: readonly Command[]): Line["given"] {
  const [name, subcommand] = path.split(" ");
  const command = commands.find((item) => item.name === name);
  const options = command && optionsOf(command, subcommand);
  if (command === undefined || options === undefined) return given;
  const chosen = Object.entries(given).map(([option, typed]) => {
    const definition = Object.hasOwn(options, option) ? options[option] : undefined;
    if (definition?.kind !== "choice") return [option, typed];
    const called = definition.choices.find((choice) => isCalled(command, choice, typed));
    return [option, called ?? typed];
  });
  return Object.fromEntries(chosen);
}

const isCalled = (command: Command, choice: string, typed: string): boolean =>
  LOCALES.some((locale) => foldName(choiceDescription(command, choice, textIn(locale))) === foldName(typed));
