import { describe, expect, test } from "vitest";
import { COMMANDS, MESSAGE_COMMANDS } from "#src/app.ts";
import { LOCALES } from "#src/base/locale.ts";
import { runRegisterCommand } from "#src/cli/register-command.ts";
import { commandsJson } from "#src/discord/command-json.ts";
import { openDiscord, startBot } from "#tests/discord/start-bot.ts";
import { runCommand, runProgram } from "#tests/run-program.ts";
import { commandFaults, ON_MESSAGE, readCommands } from "#tests/stand-ins/discord/command-rules.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";

const writes = (discord: Discord): number => discord.rest.calls.filter(({ method }) => method === "PUT").length;
const envOf = ({ token, apiUrl }: Discord) => ({ DISCORD_TOKEN: token, DISCORD_API_URL: apiUrl });
const register = (discord: Discord, args: string[] = [], env = {}) =>
  runCommand(runRegisterCommand, args, { ...envOf(discord), ...env });

describe.each(LOCALES)("every command with %s as the standard", (standard) => {
  const commands = readCommands(commandsJson({ commands: COMMANDS, messageCommands: MESSAGE_COMMANDS }, standard));

  test("keeps Discord's rules", () => {
    expect(commandFaults(commands, "global")).toEqual([]);
  });

  test("is described in every language of ours", () => {
    for (const command of commands) {
      const options = command.options ?? [];
      if (command.type === ON_MESSAGE) {
        expect(Object.keys(command.name_localizations ?? {})).toEqual([...LOCALES]);
        continue;
      }
      for (const item of [command, ...options, ...options.flatMap((option) => option.options ?? [])]) {
        expect(Object.keys(item.description_localizations ?? {})).toEqual([...LOCALES]);
        expect(item.description).toBe(item.description_localizations?.[standard]);
      }
    }
  });
});

test("two starts in a row: the second writes nothing", async () => {
  const discord = await openDiscord();
  const first = startBot(discord);
  await discord.ready();
  await first.stop();
  expect(writes(discord)).toBe(1);
  const second = startBot(discord);
  await discord.until(() => second.stderr().includes("registered already"), "the second comparison");
  expect(writes(discord)).toBe(1);
});

test("REGISTER_COMMANDS=false leaves the registry alone", async () => {
  const discord = await openDiscord();
  startBot(discord, { REGISTER_COMMANDS: "false" });
  await discord.until(() => discord.gateway.isConnected(), "a connection");
  expect(discord.rest.calls.some(({ path }) => path.includes("/commands"))).toBe(false);
});

describe("npm run register", () => {
  test("shows the difference, writes it, and then has nothing to write", async () => {
    const discord = await openDiscord();
    const dry = await runProgram("src/cli/register.ts", ["--dry-run"], { env: envOf(discord) });
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("/models 新增") });
    expect(writes(discord)).toBe(0);
    expect(await register(discord)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`已注册 ${COMMANDS.length + MESSAGE_COMMANDS.length} 个命令`),
    });
    expect(await register(discord)).toMatchObject({ code: 0, stdout: expect.stringContaining("没有写入") });
    expect(writes(discord)).toBe(1);
  });

  test("notices a changed localisation and a command that is no longer there", async () => {
    const discord = await openDiscord();
    await register(discord);
    const [models, ...others] = discord.rest.commands.get("global") ?? [];
    const changed = {
      ...models,
      name: "models",
      description_localizations: { ...models?.description_localizations, "zh-TW": "舊" },
    };
    discord.rest.commands.set("global", [changed, ...others, { ...others[0], name: "old", description: "x" }]);
    const { stdout } = await register(discord, ["--dry-run"]);
    expect(stdout).toContain("/models 修改 description_localizations");
    expect(stdout).toContain("/old 移除");
    expect(stdout).not.toContain("/help");
  });

  test("registers in one server", async () => {
    const discord = await openDiscord();
    await register(discord, ["--guild", "400000000000000001"]);
    expect([...discord.rest.commands.keys()]).toEqual(["400000000000000001"]);
    expect(await register(discord, [], { DISCORD_DEV_GUILD_ID: "400000000000000001" })).toMatchObject({
      stdout: expect.stringContaining("没有写入"),
    });
  });

  test("says what is wrong with a token, none, or no Discord", async () => {
    const discord = await openDiscord();
    expect(await register(discord, [], { DISCORD_TOKEN: "a.b.wrong" })).toMatchObject({
      code: 78,
      stderr: expect.stringContaining("不接受 DISCORD_TOKEN"),
    });
    expect(await register(discord, [], { DISCORD_TOKEN: "" })).toMatchObject({
      code: 78,
      stderr: expect.stringContaining("需要设置 DISCORD_TOKEN"),
    });
    const { code, stderr } = await register(discord, [], { DISCORD_API_URL: "http://127.0.0.1:9/api" });
    expect(code).toBe(1);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect(stderr).toContain("连不上 Discord：");
  });
});
