import type { Text } from "#src/base/locale.ts";
import type zhCN from "#src/base/locales/zh-CN.json";
import type { Command } from "./command.ts";

type Descriptions = (typeof zhCN)["commands"];
type CommandName = keyof Descriptions;
type AnyOption = { [Name in CommandName]: keyof Descriptions[Name]["options"] }[CommandName];

/** What a command does, in one line (Discord: 1 to 100 characters). */
export const commandDescription = ({ name }: Command, text: Text): string =>
  text(`commands.${name as CommandName}.description`);

/** What an option means, in one line (Discord: 1 to 100 characters). */
export const optionDescription = ({ name }: Command, option: string, text: Text): string =>
  // Which option belongs to which command is checked by a test that builds every command in every language.
  text(`commands.${name as CommandName}.options.${option as AnyOption}` as `commands.models.options.query`);

type WithChoices = {
  [Name in CommandName]: Descriptions[Name] extends { choices: unknown } ? Name : never;
}[CommandName];

/** How a choice of a command's option is called. */
export const choiceDescription = ({ name }: Command, choice: string, text: Text): string =>
  text(`commands.${name as WithChoices}.choices.${choice}` as "commands.models.choices.name");
