import { ApplicationCommandUpdateRequestSchema } from "discord-api-spec/zod";
import { z } from "zod";
import { schemaFaults } from "./schema-rules.ts";

/** What Discord asks of registered commands (developers/interactions/application-commands). */

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const LOCALES =
  "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko".split(
    " ",
  );

const localised = z.record(z.string(), z.string()).nullish();
const choice = z.looseObject({
  name: z.string(),
  name_localizations: localised,
  value: z.union([z.string(), z.number()]),
});
const optionFields = z.looseObject({
  type: z.number(),
  name: z.string(),
  description: z.string(),
  name_localizations: localised,
  description_localizations: localised,
  required: z.boolean().nullish(),
  autocomplete: z.boolean().nullish(),
  max_length: z.number().nullish(),
  choices: z.array(choice).nullish(),
});
/** A sub-command has options of its own. */
const option = optionFields.extend({ options: z.array(optionFields).nullish() });
const command = z.looseObject({
  name: z.string(),
  type: z.number().nullish(),
  description: z.string().nullish(),
  name_localizations: localised,
  description_localizations: localised,
  options: z.array(option).nullish(),
  default_member_permissions: z.string().nullish(),
  contexts: z.array(z.number()).nullish(),
});
export type RegisteredCommand = z.infer<typeof command>;

export const readCommands = (body: unknown): RegisteredCommand[] => z.array(command).parse(body);

/** Every rule that the commands of one scope break together. */
export function commandFaults(commands: readonly RegisteredCommand[], scope: "global" | "guild"): string[] {
  const names = commands.map(({ type, name }) => `${type ?? CHAT} ${name}`);
  return [
    ...(commands.length > 130 ? ["more than 130 commands at once"] : []),
    ...(new Set(names).size < names.length ? ["a command name twice"] : []),
    ...commands.flatMap((item) => oneCommandFaults(item, scope).map((fault) => `/${item.name}: ${fault}`)),
  ];
}

/** Types of commands, and the option that is a sub-command. */
const CHAT = 1;
export const ON_MESSAGE = 3;
const SUBCOMMAND = 1;

function oneCommandFaults(item: RegisteredCommand, scope: "global" | "guild"): string[] {
  const { default_member_permissions: permissions, ...rest } = item;
  const faults = [
    // The published schema wants a number, the documentation and Discord take digits, as the bits may be more than 53.
    ...schemaFaults(ApplicationCommandUpdateRequestSchema, rest),
    ...(permissions && !/^\d+$/.test(permissions) ? ["default_member_permissions are digits"] : []),
    ...localeFaults(item),
    ...(item.type === ON_MESSAGE ? messageCommandFaults(item) : chatCommandFaults(item)),
  ];
  if (scope === "guild" && (item.contexts || item["integration_types"]))
    faults.push("contexts are for global commands");
  if (sizeOf(item) > 8000) faults.push(`${sizeOf(item)} characters, at most 8000`);
  return faults;
}

function chatCommandFaults(item: RegisteredCommand): string[] {
  const options = item.options ?? [];
  const subcommands = options.filter(({ type }) => type === SUBCOMMAND);
  return [
    ...nameFaults(item.name),
    ...(item.description ? [] : ["a chat command needs a description"]),
    ...(subcommands.length > 0 && subcommands.length < options.length ? ["sub-commands beside options"] : []),
    ...listFaults(options),
    ...subcommands.flatMap((entry) => listFaults(entry.options ?? []).map((fault) => `${entry.name} ${fault}`)),
  ];
}

/** Capitals and spaces are for these alone. */
function messageCommandFaults({ name, description, options }: RegisteredCommand): string[] {
  return [
    ...(name.trim() === name && name.length >= 1 && name.length <= 32 ? [] : [`${name} is no name of a command`]),
    ...(description ? ["a command on messages has no description"] : []),
    ...((options ?? []).length > 0 ? ["a command on messages has no options"] : []),
  ];
}

type Option = z.infer<typeof optionFields>;
export type RegisteredOption = z.infer<typeof option>;

function listFaults(options: readonly Option[]): string[] {
  const names = options.map(({ name }) => name);
  const firstOptional = options.findIndex(({ required }) => !required);
  return [
    ...(options.length > 25 ? ["more than 25 options"] : []),
    ...(new Set(names).size < names.length ? ["an option name twice"] : []),
    ...(firstOptional >= 0 && options.slice(firstOptional).some(({ required }) => required)
      ? ["a required option behind an optional one"]
      : []),
    ...options.flatMap((entry) => optionFaults(entry).map((fault) => `${entry.name}: ${fault}`)),
  ];
}

function optionFaults(item: Option): string[] {
  const choices = item.choices ?? [];
  const values = choices.map(({ value }) => value);
  const faults = [...nameFaults(item.name), ...localeFaults(item), ...choices.flatMap(localeFaults)];
  if (item.autocomplete && choices.length > 0) faults.push("autocomplete and choices exclude each other");
  if (choices.length > 25) faults.push("more than 25 choices");
  if (new Set(values).size < values.length) faults.push("a choice value twice");
  if (choices.some(({ name, value }) => name.length > 100 || String(value).length > 100))
    faults.push("a choice over 100 characters");
  return faults;
}

function nameFaults(name: string): string[] {
  if (!NAME.test(name)) return [`${name} is no command or option name`];
  return name === name.toLowerCase() ? [] : [`${name} must be lower case`];
}

function localeFaults(item: {
  name_localizations?: Record<string, string> | null | undefined;
  [field: string]: unknown;
}): string[] {
  return ["name_localizations", "description_localizations"].flatMap((field) => {
    const entries = Object.entries(localised.parse(item[field]) ?? {});
    const unknown = entries
      .filter(([locale]) => !LOCALES.includes(locale))
      .map(([locale]) => `${locale} is no locale of Discord's`);
    const long = entries
      .filter(([, text]) => text.length < 1 || text.length > 100)
      .map(([locale]) => `${field} ${locale} is not 1 to 100 characters`);
    return [...unknown, ...long];
  });
}

/** Name, description and values count, each with its longest localisation. */
function sizeOf(item: RegisteredCommand): number {
  const longest = (text: string | null | undefined, others: Record<string, string> | null | undefined): number =>
    Math.max((text ?? "").length, ...Object.values(others ?? {}).map((value) => value.length));
  const all: Option[] = (item.options ?? []).flatMap((entry) => [entry, ...(entry.options ?? [])]);
  const options = all.map(
    (entry) =>
      longest(entry.name, entry.name_localizations) +
      longest(entry.description, entry.description_localizations) +
      (entry.choices ?? []).reduce(
        (sum, one) => sum + longest(one.name, one.name_localizations) + String(one.value).length,
        0,
      ),
  );
  return (
    longest(item.name, item.name_localizations) +
    longest(item.description, item.description_localizations) +
    options.reduce((sum, size) => sum + size, 0)
  );
}
