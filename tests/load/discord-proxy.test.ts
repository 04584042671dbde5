import { describe, expect, test } from "vitest";
import { type Certificate, makeCertificate, trust } from "#tests/certificate.ts";
import { type Bot, openDiscord, startBot, startBotProgram } from "#tests/discord/start-bot.ts";
import { PATIENCE_MS } from "#tests/patience.ts";
import { openProxy, openSocksProxy } from "#tests/proxy-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";

const HOST = "discord.test";
const LOGIN = { user: "mulu", password: "p@ss-word" };
const certificate: Certificate = makeCertificate(HOST);

/** Discord over TLS, at a name that only the proxy knows. */
async function openWorld() {
  const discord = await openDiscord({ secure: certificate });
  const proxy = await openProxy({ routes: { [`${HOST}:443`]: discord.port }, login: LOGIN });
  const url = proxy.url.replace("//", `//${LOGIN.user}:${encodeURIComponent(LOGIN.password)}@`);
  return { discord, proxy, url };
}

async function answers(discord: Discord): Promise<void> {
  const list = await discord.person({ id: "300000000000000001" }).run("models", { query: "int4" });
  expect(textOf(list)).toContain("INT4");
}

/** What the log says of Discord and the way there, at `warn` and above. */
const warnings = (bot: Bot) => lines(bot).filter(({ level, msg }) => level >= 40 && msg.includes("Discord"));
const lines = (bot: Bot): { level: number; msg: string; reason?: string }[] =>
  bot
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

describe("Discord behind a proxy", () => {
  test("REST and the gateway go through it, by TLS from end to end, and so does what comes after it died", async () => {
    trust(certificate);
    const { discord, proxy, url } = await openWorld();
    const bot = startBot(discord, { HTTPS_PROXY: url });
    await expect.poll(bot.stderr, { timeout: PATIENCE_MS }).toContain("commands registered");
    expect(new Set(proxy.targets)).toEqual(new Set([`${HOST}:443`]));

    await proxy.stop();
    await discord.until(() => !discord.gateway.isConnected(), "a lost connection");
    await expect.poll(bot.stderr, { timeout: PATIENCE_MS }).toContain("Discord connection lost");
    await proxy.start();
    await discord.until(() => discord.gateway.counts.resume > 0 && discord.gateway.isConnected(), "a resume");
    await answers(discord);
    expect(bot.stderr()).not.toContain("p%40ss");
    expect(bot.stderr()).not.toContain(LOGIN.password);
  });

  test("npm start reads the settings, and says through which proxy it goes", async () => {
    const { discord, proxy, url } = await openWorld();
    const bot = startBotProgram(discord, { https_proxy: url, NODE_EXTRA_CA_CERTS: certificate.path });
    await discord.ready();
    await answers(discord);
    expect(lines(bot)).toContainEqual(
      expect.objectContaining({ msg: "connections to the outside go through a proxy", proxies: [proxy.label] }),
    );
    expect(await bot.stop()).toBe(0);
    expect(bot.stderr() + bot.stdout()).not.toContain(LOGIN.password);
  });

  test.each([
    [407, "wants another user and password than its address has (407)"],
    [403, `does not connect to ${HOST}:443 (403)`],
    [502, `does not connect to ${HOST}:443 (502)`],
    ["cut", "cannot be used (ECONNRESET)"],
    ["hang", `did not connect to ${HOST}:443 within 8 s`],
  ] as const)("that answers with %s: one line, and it goes on once the proxy works", async (fault, what) => {
    trust(certificate);
    const { discord, proxy, url } = await openWorld();
    proxy.fail(fault);
    const bot = startBot(discord, { HTTPS_PROXY: url });
    await expect.poll(bot.stderr, { timeout: PATIENCE_MS }).toContain("could not log in");
    const seen = proxy.targets.length;
    // One that hangs takes its time before it is asked again.
    if (fault !== "hang") await expect.poll(() => proxy.targets.length, { timeout: PATIENCE_MS }).toBeGreaterThan(seen);
    expect(warnings(bot).map(({ msg, reason }) => [msg, reason])).toEqual([
      ["could not log in to Discord", `the proxy ${proxy.label} ${what}`],
    ]);
    proxy.fail(undefined);
    await discord.ready();
    expect(bot.stderr()).not.toContain(LOGIN.password);
  });

  test("that refuses the gateway alone: the reason is in the log, once", async () => {
    trust(certificate);
    const { discord, proxy, url } = await openWorld();
    const bot = startBot(discord, { HTTPS_PROXY: url });
    await discord.ready();
    proxy.fail(407);
    discord.gateway.disconnect(4000);
    const seen = proxy.targets.length;
    await expect.poll(() => proxy.targets.length, { timeout: PATIENCE_MS }).toBeGreaterThan(seen + 1);
    expect(warnings(bot).map(({ msg, reason }) => [msg, reason])).toEqual([
      ["Discord connection lost, reconnecting", "the connection was closed"],
      ["Discord connection lost, reconnecting", expect.stringContaining("(407)")],
    ]);
    proxy.fail(undefined);
    await discord.until(discord.gateway.isConnected, "a connection");
  });

  test("one that is for others is not used", async () => {
    const discord = await openDiscord();
    const proxy = await openProxy({ routes: {} });
    startBot(discord, { ALL_PROXY: proxy.url });
    await discord.ready();
    await answers(discord);
    expect(proxy.targets).toEqual([]);
  });
});

test("a SOCKS 5 proxy: REST and the gateway go through it, with user and password", async () => {
  trust(certificate);
  const discord = await openDiscord({ secure: certificate });
  const proxy = await openSocksProxy({ routes: { [`${HOST}:443`]: discord.port }, login: LOGIN });
  const wrong = proxy.url.replace("//", "//mulu:wrong@");
  const refused = startBot(discord, { ALL_PROXY: wrong });
  await expect.poll(refused.stderr, { timeout: PATIENCE_MS }).toContain(`the proxy ${proxy.label} cannot be used`);
  await refused.stop();
  startBot(discord, { ALL_PROXY: proxy.url.replace("//", `//${LOGIN.user}:${encodeURIComponent(LOGIN.password)}@`) });
  await discord.ready();
  await answers(discord);
  expect(new Set(proxy.targets)).toEqual(new Set([`${HOST}:443`]));
});
