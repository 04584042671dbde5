import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from "discord.js";
import { LOCALES, type Locale, type Text, textIn } from "#src/base/locale.ts";
import type { Command } from "#src/chat/command.ts";
import { choiceDescription, commandDescription, optionDescription } from "#src/chat/descriptions.ts";

export type CommandJson = RESTPostAPIChatInputApplicationCommandsJSONBody;
type OptionJson = NonNullable<CommandJson["options"]>[number];

/**
 * A command as Discord registers it. Names stay English, so that `/models int4` is typed the same everywhere;
 * descriptions are in every language of ours, and in `standard` for all others.
 */
export function commandJson(command: Command, standard: Locale): CommandJson {
  return {
    type: ApplicationCommandType.ChatInput,
    name: command.name,
    ...described((text) => commandDescription(command, text), standard),
    options: Object.keys(command.options)
      .map((name) => optionJson(command, name, standard))
      .toSorted((a, b) => Number(b.required ?? false) - Number(a.required ?? false)),
    integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
  };
}

function optionJson(command: Command, name: string, standard: Locale): OptionJson {
  const option = command.options[name];
  const common = {
    name,
    ...described((text) => optionDescription(command, name, text), standard),
    required: option?.required ?? false,
  };
  if (option?.kind === "flag") return { type: ApplicationCommandOptionType.Boolean, ...common };
  const type = ApplicationCommandOptionType.String;
  if (option?.kind === "choice") {
    const choices = option.choices.map((value) => {
      const { description, description_localizations } = described(
        (text) => choiceDescription(command, value, text),
        standard,
      );
      return { name: description, name_localizations: description_localizations, value };
    });
    return { type, ...common, choices };
  }
  return { type, ...common, autocomplete: option?.autocomplete !== undefined, max_length: option?.maxLength ?? 100 };
}

function described(of: (text: Text) => string, standard: Locale) {
  return {
    description: of(textIn(standard)),
    description_localizations: Object.fromEntries(LOCALES.map((locale) => [locale, of(textIn(locale))])),
  };
}
