import { describe, expect, test } from "vitest";
import { z } from "zod";
import { catalogPages } from "#src/web/catalog/routes.ts";
import { openDiscord, startBotProgram } from "#tests/discord/start-bot.ts";
import { ASKER, ended, OTHER } from "#tests/discord/try-world.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { parseExposition } from "./exposition-text.ts";
import { openWatched, openWatchedBot, readValue, type WatchedBot } from "./health-world.ts";

const shape = z.object({
  parts: z.object({ discord: z.object({ state: z.string(), since: z.iso.datetime(), reason: z.string().optional() }) }),
});

const ready = async ({ discord, get }: WatchedBot): Promise<void> => {
  await discord.ready();
  await expect.poll(async () => (await get("/readyz")).status).toBe(200);
};

describe("/healthz", () => {
  test("says ok while the process answers, whatever is away", async () => {
    const { get } = await openWatched({ OLLAMA_HOSTS: "http://127.0.0.1:9" });
    const response = await get("/healthz");
    expect([response.status, await response.text(), response.headers.get("cache-control")]).toEqual([
      200,
      "ok",
      "no-store",
    ]);
  });
});

describe("/readyz", () => {
  test("without a bot: the catalog is enough, Ollama away is degraded, and back is ready", async () => {
    const { get, app } = await openWatched({ OLLAMA_HOSTS: "http://127.0.0.1:9" });
    const response = await get("/readyz");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "degraded",
      parts: {
        discord: { state: "off", since: expect.any(String), required: false },
        catalog: {
          state: "ready",
          since: expect.any(String),
          required: true,
          entries: app.services.catalog.entries.length,
        },
        ollama: { state: "away", since: expect.any(String), required: false, hosts: 1, up: 0 },
        redis: { state: "off", since: expect.any(String), required: false },
        disk: { state: "off", since: expect.any(String), required: false },
      },
    });
  });

  test("with a Redis that nobody reaches it is degraded, says so, and the catalog answers", async () => {
    const { get, scrape } = await openWatched({ REDIS_URL: "redis://127.0.0.1:9" }, [catalogPages]);
    const response = await get("/readyz");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: "degraded",
      parts: { redis: { state: "away", required: false } },
    });
    expect((await get("/catalog")).status).toBe(200);
    const metrics = await scrape();
    expect(metrics.get("mulu_redis_connected")?.samples).toMatchObject([{ value: 0 }]);
    expect(metrics.get("mulu_tries_waiting")?.samples).toEqual([]);
  });

  test("turns 503 while the gateway is away, and 200 again, each with the time since when", async () => {
    const world = await openWatchedBot();
    const { discord, get } = world;
    await ready(world);
    const part = async () => shape.parse(await (await get("/readyz")).json()).parts.discord;
    const before = await part();
    expect(before.state).toBe("ready");
    discord.gateway.refuse(Number.POSITIVE_INFINITY);
    discord.gateway.disconnect(4000);
    await expect.poll(async () => (await get("/readyz")).status).toBe(503);
    const away = await part();
    expect(away.state).toBe("away");
    expect(away.since > before.since).toBe(true);
    discord.gateway.refuse(0);
    await expect.poll(async () => (await get("/readyz")).status).toBe(200);
    expect((await part()).since > away.since).toBe(true);
    expect(await world.value("mulu_discord_connected")).toBe(1);
    expect(await world.value("mulu_discord_reconnects_total")).toBeGreaterThan(0);
  });

  test("is 503 before the first login, and while Discord cannot be reached", async () => {
    const { discord, get, value } = await openWatchedBot();
    discord.rest.fail(({ path }) => path === "/gateway/bot", 500, { times: 1000 });
    const response = await get("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: "not_ready", parts: { discord: { state: "away" } } });
    const reason = async () => shape.parse(await (await get("/readyz")).json()).parts.discord.reason;
    await expect.poll(reason).toBe("Discord answered 500");
    expect(await value("mulu_ready")).toBe(0);
  });

  test("over HTTP there is no gateway that could be away", async () => {
    const { get, discord } = await openWatchedBot({ DISCORD_PUBLIC_KEY: "ab".repeat(32), REGISTER_COMMANDS: "false" });
    await expect.poll(async () => (await get("/readyz")).status).toBe(200);
    expect(discord.gateway.counts.identify).toBe(0);
  });

  test("is 503 from the moment that the program is told to stop", async () => {
    const { app, get } = await openWatched();
    app.readiness.stopping();
    const response = await get("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: "stopping" });
    expect((await get("/healthz")).status).toBe(200);
  });
});

test("an Ollama host that goes and comes back is degraded meanwhile, and shows in the metrics", async () => {
  const { app, ollama, get, scrape, value } = await openWatchedBot();
  const [host] = app.services.fleet.hosts;
  if (host === undefined) throw new Error("no host is set");
  const report = async (): Promise<unknown> => (await get("/readyz")).json();
  await app.services.fleet.check(host);
  expect(await report()).toMatchObject({ parts: { ollama: { state: "ready", up: 1, hosts: 1 } } });
  expect(await value("mulu_ollama_host_up", { host: host.label })).toBe(1);
  expect(await value("mulu_ollama_models_installed", { host: host.label })).toBe(1);
  await ollama.down();
  await app.services.fleet.check(host);
  expect(await report()).toMatchObject({ parts: { ollama: { state: "away", up: 0, hosts: 1 } } });
  const metrics = await scrape();
  expect(metrics.get("mulu_ollama_host_up")?.samples).toMatchObject([{ value: 0 }]);
  expect(metrics.get("mulu_ollama_models_installed")?.samples).toEqual([]);
  await ollama.up();
  await app.services.fleet.check(host);
  expect(await report()).toMatchObject({ parts: { ollama: { state: "ready", up: 1 } } });
});

test("npm start has all three, and counts what its bot does", async () => {
  const discord = await openDiscord();
  const bot = startBotProgram(discord, { HTTP_PORT: "0", DATA_DIR: await temporaryFolder() });
  await discord.ready();
  await discord.until(() => bot.stderr().includes('"url":'), "the page's address in the log");
  const [, url = ""] = /"url":"([^"]+)"/.exec(bot.stderr()) ?? [];
  await discord.person({ id: ASKER }).run("status");
  const [healthz, readyz, metrics] = await Promise.all(
    ["healthz", "readyz", "metrics"].map((path) => fetch(`${url}/${path}`)),
  );
  expect([healthz?.status, readyz?.status, metrics?.status]).toEqual([200, 200, 200]);
  const families = parseExposition((await metrics?.text()) ?? "");
  const labels = { command: "status", outcome: "answered", surface: "discord" };
  expect(readValue(families, "mulu_commands_total", labels)).toBe(1);
  expect(readValue(families, "mulu_discord_connected")).toBe(1);
  expect(await bot.stop()).toBe(0);
});

describe("what nobody should read there", () => {
  test("no token, person, server, prompt or answer stands in any of the three", async () => {
    const world = await openWatchedBot({ GITHUB_TOKEN: "github_pat_secret_of_tests", ADMIN_USER_IDS: OTHER });
    const { discord, ollama, get } = world;
    await ready(world);
    ollama.script({ text: "机密的回答" });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "机密的问题" });
    await ended(discord, message);
    await discord.person({ id: OTHER }).run("models", { query: "机密的查询" });
    const pages = await Promise.all(["/healthz", "/readyz", "/metrics"].map(async (path) => (await get(path)).text()));
    const text = pages.join("\n");
    expect(text).toContain("mulu_tries_total");
    for (const secret of ["机密", discord.token, "secret_of_tests", ASKER, OTHER, "400000000000000001", "glm4"])
      expect(text).not.toContain(secret);
  });
});
