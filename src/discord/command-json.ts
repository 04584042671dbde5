import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  ChannelType,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from "discord.js";
import { LOCALES, type Locale, type Text, textIn } from "#src/base/locale.ts";
import type { Command, MessageCommand, Options } from "#src/chat/command.ts";
import {
  choiceDescription,
  commandDescription,
  messageCommandName,
  optionDescription,
  subcommandDescription,
} from "#src/chat/descriptions.ts";
import type { Router } from "#src/chat/router.ts";

type ChatCommandJson = RESTPostAPIChatInputApplicationCommandsJSONBody;
export type CommandJson = ChatCommandJson | RESTPostAPIContextMenuApplicationCommandsJSONBody;
type OptionJson = NonNullable<ChatCommandJson["options"]>[number];
type BasicOptionJson = Exclude<OptionJson, { type: 1 | 2 }>;

/** Everywhere that a command can be used, by whoever installed it. */
const ANYWHERE = {
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
};
/**
 * Where permissions say who sees a command: in direct messages everybody would. Server Settings → Integrations shows it to
 * others too.
 */
const MODERATED = {
  integration_types: [ApplicationIntegrationType.GuildInstall],
  contexts: [InteractionContextType.Guild],
  default_member_permissions: String(PermissionFlagsBits.ManageMessages),
};
/** Where people write; not categories, nor the directory of a hub, nor media channels, which the published API does not list. */
const CHANNEL_TYPES = [
  ChannelType.GuildText,
  ChannelType.GuildVoice,
  ChannelType.GuildAnnouncement,
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
  ChannelType.GuildStageVoice,
  ChannelType.GuildForum,
] as const;

/** All that is registered: commands, and those on messages. */
export const commandsJson = (
  { commands, messageCommands }: Pick<Router, "commands" | "messageCommands">,
  standard: Locale,
): CommandJson[] => [...commands.map((command) => commandJson(command, standard)), ...messageCommands.map(onMessages)];

/**
 * A command as Discord registers it. Names stay English, so that `/models int4` is typed the same everywhere;
 * descriptions are in every language of ours, and in `standard` for all others.
 */
export function commandJson(command: Command, standard: Locale): ChatCommandJson {
  const optionsOf = (options: Options): BasicOptionJson[] =>
    Object.keys(options)
      .map((name) => optionJson(command, options, name, standard))
      .toSorted((a, b) => Number(b.required ?? false) - Number(a.required ?? false));
  const subcommands = Object.entries(command.subcommands).map(([name, { options }]) => ({
    type: ApplicationCommandOptionType.Subcommand as const,
    name,
    ...described((text) => subcommandDescription(command, name, text), standard),
    options: optionsOf(options),
  }));
  return {
    type: ApplicationCommandType.ChatInput,
    name: command.name,
    ...described((text) => commandDescription(command, text), standard),
    options: [...subcommands, ...optionsOf(command.options)],
    ...(command.moderation ? MODERATED : ANYWHERE),
  };
}

/** Its English name stands in what Discord sends, whatever language the person reads it in. */
const onMessages = ({ key }: MessageCommand): CommandJson => ({
  type: ApplicationCommandType.Message,
  name: registeredName(key),
  name_localizations: Object.fromEntries(LOCALES.map((locale) => [locale, messageCommandName(key, textIn(locale))])),
  ...ANYWHERE,
});

/** The name under which a command on messages is registered. */
export const registeredName = (key: MessageCommand["key"]): string => messageCommandName(key, textIn("en-US"));

function optionJson(command: Command, options: Options, name: string, standard: Locale): BasicOptionJson {
  const option = options[name];
  const common = {
    name,
    ...described((text) => optionDescription(command, name, text), standard),
    required: option?.required ?? false,
  };
  switch (option?.kind) {
    case "flag":
      return { type: ApplicationCommandOptionType.Boolean, ...common };
    case "user":
      return { type: ApplicationCommandOptionType.User, ...common };
    case "channel":
      return { type: ApplicationCommandOptionType.Channel, ...common, channel_types: [...CHANNEL_TYPES] };
    case "whole":
      return {
        type: ApplicationCommandOptionType.Integer,
        ...common,
        min_value: option.least,
        max_value: option.most,
      };
    case "choice": {
      const choices = option.choices.map((value) => {
        const { description, description_localizations } = described(
          (text) => choiceDescription(command, value, text),
          standard,
        );
        return { name: description, name_localizations: description_localizations, value };
      });
      return { type: ApplicationCommandOptionType.String, ...common, choices };
    }
    default:
      return {
        type: ApplicationCommandOptionType.String,
        ...common,
        autocomplete: option?.autocomplete !== undefined,
        max_length: option?.maxLength ?? 100,
      };
  }
}

function described(of: (text: Text) => string, standard: Locale) {
  return {
    description: of(textIn(standard)),
    description_localizations: Object.fromEntries(LOCALES.map((locale) => [locale, of(textIn(locale))])),
  };
}
