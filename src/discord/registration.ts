import { isDeepStrictEqual } from "node:util";
import type { API, RESTGetAPIApplicationCommandsResult } from "@discordjs/core/http-only";
import type { CommandJson } from "./command-json.ts";

/** Where commands are registered: for everybody, or in one server (where changes show at once). */
export type Scope = { application: string; guild?: string | undefined };

/** `label` as people see it: `/models`. */
export type Difference = { name: string; label: string; change: "added" | "removed" | "changed"; fields: string[] };

type Registered = RESTGetAPIApplicationCommandsResult[number];

/**
 * Compares what Discord has with what the commands say, localisations included. Throws what the request throws.
 */
export async function differences(api: API, scope: Scope, wanted: readonly CommandJson[]): Promise<Difference[]> {
  const commands = api.applicationCommands;
  const query = { with_localizations: true };
  const registered = scope.guild
    ? await commands.getGuildCommands(scope.application, scope.guild, query)
    : await commands.getGlobalCommands(scope.application, query);
  return compare(registered, inScope(wanted, scope));
}

/** Replaces all registered commands with the wanted ones, in one request. */
export async function register(api: API, scope: Scope, wanted: readonly CommandJson[]): Promise<void> {
  const commands = api.applicationCommands;
  if (scope.guild) await commands.bulkOverwriteGuildCommands(scope.application, scope.guild, inScope(wanted, scope));
  else await commands.bulkOverwriteGlobalCommands(scope.application, inScope(wanted, scope));
}

/** Where a command may be used and installed can be said of global commands only. */
function inScope(wanted: readonly CommandJson[], { guild }: Scope): CommandJson[] {
  return wanted.map(({ contexts, integration_types, ...command }) =>
    guild ? command : { ...command, ...(contexts && { contexts }), ...(integration_types && { integration_types }) },
  );
}

function compare(registered: readonly Registered[], wanted: readonly CommandJson[]): Difference[] {
  const found = new Map(registered.map((command) => [nameOf(command), command]));
  const names = new Set(wanted.map(nameOf));
  const removed = registered
    .filter((command) => !names.has(nameOf(command)))
    .map((command): Difference => ({ ...named(command), change: "removed", fields: [] }));
  const changed = wanted.flatMap((command): Difference[] => {
    const current = found.get(nameOf(command));
    if (current === undefined) return [{ ...named(command), change: "added", fields: [] }];
    const fields = differingFields(current, command);
    return fields.length > 0 ? [{ ...named(command), change: "changed", fields }] : [];
  });
  return [...changed, ...removed];
}

type Named = { type?: number | undefined; name: string };

/** A command on messages may be called as one that is typed. */
const nameOf = ({ type = 1, name }: Named): string => `${type} ${name}`;

const named = ({ type = 1, name }: Named): Pick<Difference, "name" | "label"> => ({
  name,
  label: type === 1 ? `/${name}` : name,
});

/** Fields that Discord adds by itself, or that say nothing when they hold this. */
const DEFAULTS: Record<string, unknown> = { required: false, autocomplete: false, options: [], choices: [] };
const COMPARED = [
  "name_localizations",
  "description",
  "description_localizations",
  "options",
  "default_member_permissions",
  "contexts",
  "integration_types",
] as const;

function differingFields(current: Registered, wanted: CommandJson): string[] {
  const [had, wants] = [fieldsOf(current), fieldsOf(wanted)];
  return COMPARED.filter(
    (field) => wants.get(field) !== undefined && !isDeepStrictEqual(normal(had.get(field)), normal(wants.get(field))),
  );
}

/** Not every kind of command has every field. */
const fieldsOf = (command: object): Map<string, unknown> => new Map(Object.entries(command));

/** Without what is absent, empty or the default, so that Discord's echo and our wish compare as equal. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normal);
    return items.every((item) => typeof item === "number") ? items.toSorted((a, b) => a - b) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(([name, item]): [string, unknown] => [name, normal(item)])
    .filter(([name, item]) => !(name in DEFAULTS && isDeepStrictEqual(item, DEFAULTS[name])))
    .toSorted(([a], [b]) => a.localeCompare(b, "en"));
  return Object.fromEntries(fields);
}
