import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createBackOff } from "#src/base/back-off.ts";
import { createLog } from "#src/base/log.ts";
import { botApi, interactionApi } from "#src/discord/api.ts";
import { openDiscord, startBot } from "#tests/discord/start-bot.ts";
import { PATIENCE_MS } from "#tests/patience.ts";
import { openWatchedBot } from "#tests/web/health-world.ts";

const HOUR_MS = 3_600_000;
const readyz = z.object({
  parts: z.object({ discord: z.looseObject({ state: z.string(), until: z.string().optional() }) }),
});

/** Discord, and clients of it in a process whose clock goes as the test says. */
async function openClients() {
  const discord = await openDiscord();
  const clock = { now: Date.now() };
  const lines: string[] = [];
  const log = createLog({ logLevel: "info" }, { write: (line) => void lines.push(JSON.parse(line).msg) });
  const upstream = {
    url: discord.apiUrl,
    proxies: { http: undefined, https: undefined, exceptions: [] },
    log,
    backOff: createBackOff("Discord", { log, now: () => clock.now, random: () => 0 }),
  };
  const interaction = discord.openInteraction("command");
  const answers = interactionApi(upstream).interactions;
  const bot = botApi(upstream, discord.token);
  return {
    discord,
    clock,
    lines,
    acknowledge: () => answers.defer(interaction.id, interaction.token),
    edit: () => answers.editReply("100000000000000001", interaction.token, { content: "x" }),
    whoAmI: () => bot.applications.getCurrent(),
    commands: () => bot.applicationCommands.getGlobalCommands("100000000000000001"),
    calls: () => discord.rest.calls.length,
  };
}

const paused = (ms: number) => ({ name: "UpstreamPaused", retryAfter: ms });

describe("an answer that comes from before Discord, or names no time", () => {
  test.each([
    ["429 in HTML", { page: "html" }],
    ["429 in text", { page: "text" }],
    ["403 in HTML", { status: 403, page: "html" }],
    ["429 in JSON", {}],
    ["429 in JSON with 0 s", { retryAfter: "0" }],
    ["429 in JSON with -1 s", { retryAfter: "-1" }],
    ["429 in JSON with no number", { retryAfter: "NaN" }],
    ["a page with 1 s", { page: "html", retryAfter: "1" }],
  ] as const)(
    "%s: nothing is sent for a minute, by any client of the process, and it is said once",
    async (_case, how) => {
      const { discord, clock, lines, acknowledge, edit, whoAmI, calls } = await openClients();
      const end = discord.rest.refuse(() => true, how);
      await expect(acknowledge()).rejects.toMatchObject(paused(60_000));
      for (const request of [acknowledge, edit, whoAmI]) await expect(request()).rejects.toMatchObject(paused(60_000));
      clock.now += 59_999;
      await expect(whoAmI()).rejects.toMatchObject(paused(1));
      expect(calls()).toBe(1);

      clock.now += 1;
      await expect(whoAmI()).rejects.toMatchObject(paused(120_000));
      await expect(acknowledge()).rejects.toMatchObject(paused(120_000));
      expect(calls()).toBe(2);

      end();
      clock.now += 120_000;
      await acknowledge();
      await edit();
      await whoAmI();
      expect(lines).toEqual([
        "Discord refuses requests: nothing is sent to it until then",
        "Discord refuses requests: nothing is sent to it until then",
        "Discord takes requests again",
      ]);
    },
  );

  test.each([
    ["a page that names 3 hours", { page: "html", retryAfter: String(3 * 3600) }, 3 * HOUR_MS],
    ["a page that names a month", { page: "text", retryAfter: String(30 * 24 * 3600) }, 24 * HOUR_MS],
  ] as const)("%s is left alone for as long, a day at most", async (_case, how, ms) => {
    const { discord, clock, whoAmI, calls } = await openClients();
    const end = discord.rest.refuse(() => true, how);
    await expect(whoAmI()).rejects.toMatchObject(paused(ms));
    clock.now += ms - 1;
    await expect(whoAmI()).rejects.toMatchObject(paused(1));
    end();
    clock.now += 1;
    await whoAmI();
    expect(calls()).toBe(2);
  });
});

test("a page with another status is not Discord's: its token is not taken for wrong", async () => {
  const { discord, whoAmI } = await openClients();
  discord.rest.refuse(() => true, { status: 401, page: "html" });
  await expect(whoAmI()).rejects.toThrow("what answers in place of Discord is a page (401)");
});

describe("a limit of Discord's own", () => {
  test("of a moment is waited out by the client", async () => {
    const { discord, whoAmI, lines } = await openClients();
    discord.rest.fail(({ path }) => path === "/applications/@me", 429, { retryAfterSeconds: 0.1 });
    await whoAmI();
    expect(lines).toEqual([]);
  });

  test("of a thousandth of a second, again and again: waited out for longer and longer, in the end for a minute", async () => {
    const { discord, acknowledge, whoAmI, calls } = await openClients();
    await acknowledge();
    discord.rest.refuse(({ path }) => path === "/applications/@me", { retryAfter: "0.001" });
    const error: unknown = await whoAmI().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UpstreamPaused" });
    expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(55_000);
    expect(calls()).toBe(7);
  }, 60_000);

  test.each([
    ["two hours", String(2 * 3600)],
    ["a date in two hours", new Date(Date.now() + 2 * HOUR_MS + 999).toUTCString()],
  ])("of %s keeps back that request alone", async (_case, retryAfter) => {
    const { discord, whoAmI, commands, calls, lines } = await openClients();
    discord.rest.refuse(({ path }) => path.endsWith("/commands"), { retryAfter });
    const error: unknown = await commands().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UpstreamPaused" });
    expect(Math.round((error as { retryAfter: number }).retryAfter / 60_000)).toBe(120);
    await expect(commands()).rejects.toMatchObject({ name: "UpstreamPaused" });
    expect(calls()).toBe(1);
    await whoAmI();
    expect(calls()).toBe(2);
    expect(lines).toEqual(["Discord limits one kind of request: it is not sent until then"]);
  });
});

describe("a bot that Discord refuses", () => {
  test.each([
    ["a page", { page: "html" }, "Discord refuses requests: nothing is sent to it until then"],
    ["two hours", { retryAfter: "7200" }, "Discord limits one kind of request: it is not sent until then"],
  ] as const)("to five people who try models, with %s: one line", async (_case, how, message) => {
    const discord = await openDiscord();
    const bot = startBot(discord, { LOG_LEVEL: "debug" });
    await discord.ready();
    discord.rest.refuse(({ path }) => path.endsWith("/callback"), how);
    for (const id of [1, 2, 3, 4, 5])
      void discord
        .person({ id: `30000000000000000${id}` })
        .run("try", { model: "glm4:9b", prompt: "你好" })
        .catch(() => {});
    const unanswered = (): number => bot.stderr().split("an interaction could not be answered").length - 1;
    await expect.poll(unanswered, { timeout: PATIENCE_MS }).toBe(5);
    const said = bot
      .stderr()
      .split("\n")
      .filter((line) => /"level":[456]0/.test(line) && !line.includes("Ollama"));
    expect(said.map((line) => JSON.parse(line).msg)).toEqual([message]);
  });

  test.each(["html", "text"] as const)("at the login, with %s: one request and one line", async (page) => {
    const discord = await openDiscord();
    discord.rest.refuse(() => true, { page });
    const bot = startBot(discord);
    await expect.poll(bot.stderr, { timeout: PATIENCE_MS }).toContain("Discord refuses requests");
    const [line = ""] = bot
      .stderr()
      .split("\n")
      .filter((text) => text.includes("Discord refuses requests"));
    const { level, reason, until } = JSON.parse(line);
    expect({ level, reason }).toEqual({ level: 40, reason: "Discord answered 429 with a page (1015)" });
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(50_000);
    expect(await bot.stop()).toBe(0);
    expect(discord.rest.calls.map(({ path }) => path)).toEqual(["/gateway/bot"]);
    expect(bot.stderr()).not.toContain("could not log in");
  });

  test("while it answers: interactions fail at once and are counted, and /readyz says why and until when", async () => {
    const { discord, get, value } = await openWatchedBot();
    await discord.ready();
    discord.rest.refuse(({ path }) => path.endsWith("/callback"), { page: "html" });
    const person = discord.person({ id: "300000000000000001" });
    void person.run("models", { query: "int4" }).catch(() => {});
    await expect.poll(() => value("mulu_discord_unanswered_total"), { timeout: PATIENCE_MS }).toBe(1);
    const before = discord.rest.calls.length;
    void person.run("models", { query: "int4" }).catch(() => {});
    await expect.poll(() => value("mulu_discord_unanswered_total"), { timeout: PATIENCE_MS }).toBe(2);
    expect(discord.rest.calls.length).toBe(before);
    expect(await value("mulu_discord_responses_total", { action: "acknowledge", status: "429" })).toBe(1);
    const response = await get("/readyz");
    expect(response.status).toBe(503);
    const { parts } = readyz.parse(await response.json());
    expect(parts.discord).toMatchObject({ state: "away", reason: "Discord answered 429 with a page (1015)" });
    expect(Date.parse(parts.discord.until ?? "") - Date.now()).toBeGreaterThan(50_000);
  });
});
