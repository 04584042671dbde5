import { DiscordAPIError } from "discord.js";
import { COMMANDS } from "#src/app.ts";
import { textIn } from "#src/base/locale.ts";
import type { Config } from "#src/config.ts";
import { botApi } from "#src/discord/api.ts";
import { commandJson } from "#src/discord/command-json.ts";
import { type Difference, differences, register } from "#src/discord/registration.ts";
import { readArguments } from "./arguments.ts";
import type { Streams } from "./run.ts";

/**
 * `npm run register [-- --guild ID] [--dry-run]`: prints what differs from what Discord has registered, and writes it.
 * Gives the exit code.
 */
export async function runRegisterCommand(
  args: string[],
  { discord, locale }: Pick<Config, "discord" | "locale">,
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values } = readArguments("register", args);
  const text = textIn(locale);
  const fail = (line: string): number => {
    stderr.write(`${line}\n`);
    return 1;
  };
  if (discord?.token === undefined) return fail(text("discord.tokenNeeded"));
  const line = ({ name, change, fields }: Difference): string =>
    `  /${name} ${change === "changed" ? text("discord.changed", { fields: fields.join(", ") }) : text(`discord.${change}`)}`;
  try {
    const api = botApi(discord.apiUrl, discord.token);
    const { id } = await api.applications.getCurrent();
    const scope = { application: id, guild: values.guild ?? discord.devGuildId };
    const wanted = COMMANDS.map((command) => commandJson(command, locale));
    const found = await differences(api, scope, wanted);
    if (found.length === 0) {
      stdout.write(`${text("discord.same")}\n`);
      return 0;
    }
    if (!values["dry-run"]) await register(api, scope, wanted);
    const heading = values["dry-run"]
      ? text("discord.wouldRegister")
      : text("discord.registered", { count: wanted.length });
    stdout.write(`${[heading, ...found.map(line)].join("\n")}\n`);
    return 0;
  } catch (error) {
    if (error instanceof DiscordAPIError && error.status === 401) return fail(text("discord.tokenRefused"));
    return fail(text("discord.requestFailed", { detail: error instanceof Error ? error.message : String(error) }));
  }
}
