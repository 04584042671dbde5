import { expect, onTestFinished, test } from "vitest";
import { openDiscord, startBot } from "#tests/discord/start-bot.ts";
import { PATIENCE_MS } from "#tests/patience.ts";
import { openWatchedBot } from "#tests/web/health-world.ts";

const count = (text: string, part: string): number => text.split(part).length - 1;

test("a gateway that is away is tried less and less often, said once, and not tried again by a bot that was stopped", async () => {
  const discord = await openDiscord();
  const { counts } = discord.gateway;
  discord.gateway.refuse(Number.POSITIVE_INFINITY);
  const bot = startBot(discord);
  await discord.until(() => counts.connect >= 4, "four attempts");
  expect(count(bot.stderr(), "Discord connection lost")).toBe(1);
  expect(await bot.stop()).toBe(0);
  const before = counts.connect;

  discord.gateway.refuse(0);
  const next = startBot(discord);
  await discord.ready();
  discord.gateway.disconnect(4000);
  await discord.until(() => counts.resume === 1, "a resume");
  expect(counts).toEqual({ connect: before + 2, identify: 1, resume: 1 });
  expect(await next.stop()).toBe(0);
});

test.each([429, 403])(
  "a gateway that answers %i is left alone for a minute at least, which is said once",
  async (status) => {
    const discord = await openDiscord();
    discord.gateway.refuseUpgrades(status);
    const bot = startBot(discord);
    await expect.poll(bot.stderr, { timeout: PATIENCE_MS }).toContain("Discord's gateway refuses requests");
    const [line = ""] = bot
      .stderr()
      .split("\n")
      .filter((text) => text.includes("gateway refuses requests"));
    const { reason, until } = JSON.parse(line);
    expect(reason).toBe(`the gateway answered ${status}`);
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(50_000);
    expect(await bot.stop()).toBe(0);
    expect(discord.gateway.counts.connect).toBe(1);
  },
);

test("a bot that is stopped in the middle of a login ends at once", async () => {
  const discord = await openDiscord();
  const bot = startBot(discord, { REGISTER_COMMANDS: "false" });
  await discord.until(() => discord.gateway.counts.identify === 1, "an identify");
  expect(await bot.stop()).toBe(0);
});

test("no session is begun where Discord says that none is left: it is waited for", async () => {
  const discord = await openDiscord();
  Object.assign(discord.rest.sessions, { remaining: 0, resetAfterMs: 7_200_000 });
  const bot = startBot(discord);
  await expect.poll(bot.stderr, { timeout: PATIENCE_MS }).toContain("could not log in");
  const [line = ""] = bot
    .stderr()
    .split("\n")
    .filter((text) => text.includes("could not log in"));
  const { reason, retryInMs } = JSON.parse(line);
  expect(reason).toContain("Not enough sessions remaining");
  expect(Math.round(retryInMs / 60_000)).toBe(120);
  expect(await bot.stop()).toBe(0);
  expect(discord.gateway.counts.connect).toBe(0);
});

test("a session that Discord does not resume is not begun anew where none is left: said once, and waited for", async () => {
  const discord = await openDiscord();
  const bot = startBot(discord);
  await discord.ready();
  Object.assign(discord.rest.sessions, { remaining: 0, resetAfterMs: 7_200_000 });
  discord.gateway.disconnect(4000, { forget: true });
  await expect.poll(bot.stderr, { timeout: PATIENCE_MS }).toContain("no new session");
  const [line = ""] = bot
    .stderr()
    .split("\n")
    .filter((text) => text.includes("no new session"));
  expect(Math.round((Date.parse(JSON.parse(line).until) - Date.now()) / 60_000)).toBe(120);
  expect(discord.gateway.counts.identify).toBe(1);
  expect(await bot.stop()).toBe(0);
});

test("sessions that Discord refuses one after the other are said, as is why the bot is away", async () => {
  const { discord, get } = await openWatchedBot();
  await discord.ready();
  const forgetting = setInterval(() => discord.gateway.invalidate(), 20);
  onTestFinished(() => clearInterval(forgetting));
  const readyz = async (): Promise<string> => (await get("/readyz")).text();
  await expect.poll(readyz, { timeout: PATIENCE_MS }).toContain("the connection was closed");
});
