import { DiscordAPIError, HTTPError } from "discord.js";
import { COMMANDS, MESSAGE_COMMANDS } from "#src/app.ts";
import { textIn } from "#src/base/locale.ts";
import { createLog } from "#src/base/log.ts";
import { createUpstream } from "#src/base/upstream.ts";
import type { Config } from "#src/config.ts";
import { botApi } from "#src/discord/api.ts";
import { commandsJson } from "#src/discord/command-json.ts";
import { type Difference, differences, register } from "#src/discord/registration.ts";
import { readArguments } from "./arguments.ts";
import { type Streams, WRONG_SETTING } from "./run.ts";

/**
 * `npm run register [-- --guild ID] [--dry-run]`: prints what differs from what Discord has registered, and writes it.
 * Gives the exit code.
 */
export async function runRegisterCommand(
  args: string[],
  { discord, discordApiUrl, locale, logLevel, logFormat, proxies }: Config,
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values } = readArguments("register", args);
  const text = textIn(locale);
  const fail = (line: string, code = 1): number => {
    stderr.write(`${line}\n`);
    return code;
  };
  // What the log would say is in the line that is printed.
  const log = createLog({ logLevel: logLevel === "info" ? "error" : logLevel, logFormat });
  if (discord?.token === undefined) return fail(text("discord.tokenNeeded"), WRONG_SETTING);
  const line = ({ label, change, fields }: Difference): string =>
    `  ${label} ${change === "changed" ? text("discord.changed", { fields: fields.join(", ") }) : text(`discord.${change}`)}`;
  try {
    const api = botApi(createUpstream("Discord", discordApiUrl, proxies, log), discord.token);
    const { id } = await api.applications.getCurrent();
    const scope = { application: id, guild: values.guild ?? discord.devGuildId };
    const wanted = commandsJson({ commands: COMMANDS, messageCommands: MESSAGE_COMMANDS }, locale);
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
    if (error instanceof DiscordAPIError && error.status === 401)
      return fail(text("discord.tokenRefused"), WRONG_SETTING);
    const detail = error instanceof Error ? error.message : String(error);
    const hasAnswered = error instanceof DiscordAPIError || error instanceof HTTPError;
    return fail(text(hasAnswered ? "discord.requestFailed" : "discord.unreachable", { detail }));
  }
}
