import { isDeepStrictEqual } from "node:util";
import type { API, RESTGetAPIApplicationCommandsResult } from "@discordjs/core/http-only";
import type { CommandJson } from "./command-json.ts";

/** Where commands are registered: for everybody, or in one server (where changes show at once). */
export type Scope = { application: string; guild?: string | undefined };

export type Difference = { name: string; change: "added" | "removed" | "changed"; fields: string[] };

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
  const found = new Map(registered.map((command) => [command.name, command]));
  const names = new Set(wanted.map(({ name }) => name));
  const removed = registered
    .filter(({ name }) => !names.has(name))
    .map(({ name }): Difference => ({ name, change: "removed", fields: [] }));
  const changed = wanted.flatMap((command): Difference[] => {
    const current = found.get(command.name);
    if (current === undefined) return [{ name: command.name, change: "added", fields: [] }];
    const fields = differingFields(current, command);
    return fields.length > 0 ? [{ name: command.name, change: "changed", fields }] : [];
  });
  return [...changed, ...removed];
}

/** Fields that Discord adds by itself, or that say nothing when they hold this. */
const DEFAULTS: Record<string, unknown> = { required: false, autocomplete: false, options: [], choices: [] };
const COMPARED = ["description", "description_localizations", "options", "contexts", "integration_types"] as const;

function differingFields(current: Registered, wanted: CommandJson): string[] {
  return COMPARED.filter(
    (field) => wanted[field] !== undefined && !isDeepStrictEqual(normal(current[field]), normal(wanted[field])),
  );
}

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
