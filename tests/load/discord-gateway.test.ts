import { describe, expect, test } from "vitest";
import { openDiscord, startBot, startBotProgram } from "#tests/discord/start-bot.ts";
import { runCommand } from "#tests/run-program.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";

const answers = async (discord: Discord): Promise<void> => {
  const list = await discord.person({ id: "300000000000000001" }).run("models", { query: "int4" });
  expect(textOf(list)).toContain("INT4");
};

describe("the connection is lost, and the bot goes on by itself", () => {
  test("a disconnect that may be resumed: what was missed meanwhile is answered", async () => {
    const discord = await openDiscord();
    startBot(discord);
    await discord.ready();
    discord.gateway.disconnect(4000);
    const missed = answers(discord);
    await discord.until(() => discord.gateway.counts.resume === 1, "a resume");
    await missed;
    expect(discord.gateway.counts.identify).toBe(1);
  });

  test.each([
    ["a session that Discord has forgotten", (discord: Discord) => discord.gateway.disconnect(4000, { forget: true })],
    ["a session declared invalid", (discord: Discord) => discord.gateway.invalidate()],
  ])("%s: identifies anew", async (_case, lose) => {
    const discord = await openDiscord();
    startBot(discord);
    await discord.ready();
    lose(discord);
    await discord.until(
      () => discord.gateway.counts.identify === 2 && discord.gateway.isConnected(),
      "a second session",
    );
    await answers(discord);
  });

  test("Discord asks for a reconnect", async () => {
    const discord = await openDiscord();
    startBot(discord);
    await discord.ready();
    discord.gateway.requestReconnect();
    await discord.until(() => discord.gateway.counts.resume === 1, "a resume");
    await answers(discord);
  });

  test("heartbeats stay unanswered", async () => {
    const discord = await openDiscord({ heartbeatMs: 500 });
    startBot(discord);
    await discord.ready();
    discord.gateway.silence(true);
    await discord.until(() => discord.gateway.counts.resume === 1, "a resume after silence");
    discord.gateway.silence(false);
    await answers(discord);
  });

  test("the gateway's address and the registry fail at the start", async () => {
    const discord = await openDiscord();
    discord.rest.fail(({ path }) => path === "/gateway/bot", 500, { times: 5 });
    discord.rest.fail(({ path }) => path.endsWith("/commands"), 429, { times: 1, retryAfterSeconds: 0.1 });
    const bot = startBot(discord);
    await discord.ready();
    await answers(discord);
    expect(bot.stderr()).toContain("could not log in to Discord");
    expect(discord.gateway.counts.identify).toBe(1);
  });

  test("the first connection is refused: one client goes on trying, not two", async () => {
    const discord = await openDiscord();
    discord.gateway.refuse(2);
    const bot = startBot(discord);
    await discord.ready();
    await answers(discord);
    expect(discord.gateway.counts.identify).toBe(1);
    expect(await bot.stop()).toBe(0);
  });

  test("acknowledgements meet a 500 and a 429", async () => {
    const discord = await openDiscord();
    startBot(discord);
    await discord.ready();
    discord.rest.fail(({ path }) => path.endsWith("/callback"), 500);
    await answers(discord);
    discord.rest.fail(({ path }) => path.endsWith("/callback"), 429, { retryAfterSeconds: 0.1 });
    await answers(discord);
  });
});

describe("starting and stopping", () => {
  test("a token that Discord does not know: one clear line, exit code 78, and the token is not shown", async () => {
    const discord = await openDiscord();
    const token = "MTAwMDAwMDAwMDAwMDAwMDAx.GWrong.secret_secret_secret";
    const bot = startBotProgram(discord, { DISCORD_TOKEN: token });
    expect(await bot.ended).toBe(78);
    const said = bot
      .stderr()
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("{"));
    expect(said).toEqual([expect.stringContaining("Discord 不接受 DISCORD_TOKEN")]);
    expect(bot.stderr() + bot.stdout()).not.toContain("secret");
  });

  test("a token that the gateway refuses later", async () => {
    const discord = await openDiscord();
    const bot = startBot(discord);
    await discord.ready();
    discord.gateway.disconnect(4004);
    expect(await bot.ended).toBe(78);
    expect(bot.stderr()).toContain("Discord 不接受 DISCORD_TOKEN");
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s ends it with exit code 0, connected or not", async (signal) => {
    const discord = await openDiscord();
    const bot = startBotProgram(discord);
    await discord.ready();
    bot.process.kill(signal);
    expect(await bot.ended).toBe(0);
    // What has to be left behind at a stop ends without this line.
    expect(bot.stderr()).toContain('"msg":"stopped"');

    discord.rest.fail(({ path }) => path === "/gateway/bot", 500, { times: 1000 });
    const waiting = startBot(discord);
    await discord.until(() => waiting.stderr().includes("could not log in"), "a failed login");
    expect(await waiting.stop()).toBe(0);
  });

  test.each([
    ["DISCORD_TOKEN", "hello", "DISCORD_TOKEN：不像是机器人的 token"],
    ["DISCORD_API_URL", "discord", "DISCORD_API_URL：应为 http 或 https 地址"],
    ["DISCORD_DEV_GUILD_ID", "my server", "DISCORD_DEV_GUILD_ID：应为 Discord 的数字编号"],
    ["REGISTER_COMMANDS", "perhaps", "REGISTER_COMMANDS：应为是或否：true 或 false"],
  ])("a wrong %s stops the start", async (name, value, message) => {
    const discord = await openDiscord();
    const env = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl, [name]: value };
    const { code, stderr } = await runCommand(() => Promise.resolve(0), [], env);
    expect(code).toBe(78);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(value);
  });
});
