import type { Text } from "#src/base/locale.ts";
import type zhCN from "#src/base/locales/zh-CN.json";
import type { Command, MessageCommandKey } from "./command.ts";

type Descriptions = (typeof zhCN)["commands"];
type CommandName = keyof Descriptions;
type AnyOption = { [Name in CommandName]: keyof Descriptions[Name]["options"] }[CommandName];

/** What a command does, in one line (Discord: 1 to 100 characters). */
export const commandDescription = ({ name }: Command, text: Text): string =>
  text(`commands.${name as CommandName}.description`);

type WithSubcommands = {
  [Name in CommandName]: Descriptions[Name] extends { subcommands: unknown } ? Name : never;
}[CommandName];
type AnySubcommand = keyof Descriptions[WithSubcommands]["subcommands"];

/** What a sub-command does, likewise. */
export const subcommandDescription = ({ name }: Command, subcommand: string, text: Text): string =>
  text(`commands.${name as WithSubcommands}.subcommands.${subcommand as AnySubcommand}`);

/** How a command on a message is called (Discord: 1 to 32 characters). */
export const messageCommandName = (key: MessageCommandKey, text: Text): string => text(`messageCommands.${key}`);

/** What an option means, in one line (Discord: 1 to 100 characters). Sub-commands of one command share their options' texts. */
export const optionDescription = ({ name }: Command, option: string, text: Text): string =>
  // Which option belongs to which command is checked by a test that builds every command in every language.
  text(`commands.${name as CommandName}.options.${option as AnyOption}` as `commands.models.options.query`);

type WithChoices = {
  [Name in CommandName]: Descriptions[Name] extends { choices: unknown } ? Name : never;
}[CommandName];

/** How a choice of a command's option is called. */
export const choiceDescription = ({ name }: Command, choice: string, text: Text): string =>
  text(`commands.${name as WithChoices}.choices.${choice}` as "commands.models.choices.name");
