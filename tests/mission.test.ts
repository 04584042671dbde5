import { cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { refreshCatalog } from "#jobs/refresh-catalog.ts";
import { syncCatalog } from "#jobs/sync-catalog.ts";
import { createApp, forSurface } from "#src/app.ts";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { createDiscord } from "#src/discord/surface.ts";
import { catalogPages } from "#src/web/catalog/routes.ts";
import { chat } from "#src/web/chat/routes.ts";
import { createSite, runServer } from "#src/web/http/server.ts";
import { openDiscord } from "#tests/discord/start-bot.ts";
import { ended, shows } from "#tests/discord/try-world.ts";
import { PATIENCE_MS } from "#tests/patience.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { type CatalogRepository, type GithubStandIn, startGithub } from "#tests/stand-ins/github.ts";
import { type ModelHubs, startModelHubs } from "#tests/stand-ins/model-hubs.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { QWEN3_CONFIG } from "#tests/sync/qwen3-config.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { openVisitor, textOf as pageText } from "#tests/web/visitor.ts";

const CATALOG = "list/mulu";
const CHANNEL = "600000000000000001";
/** Both jobs look every second here, and every few minutes or hours elsewhere. */
const EVERY_SECOND = "* * * * * *";
const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => `${new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 19)}Z`;

test("what comes out upstream is proposed, merged by a person, and told, found and tried in the bot that runs all the while", async () => {
  const world = await startWorld();
  const { github, catalog, hubs, ollama, person, visitor, url } = world;
  expect(textOf(await person.run("updates", { since: "30d" }))).not.toContain("Qwen4");
  await world.looked();
  expect(catalog.pulls).toEqual([]);

  // A release of a known project, and a new generation of another with weights.
  world.belle.release({ tag: "v1.0", publishedAt: daysAgo(2) });
  publishQwen4(github, hubs);
  ollama.install({ name: "qwen4:8b", sizeBytes: 5.4e9, capabilities: ["completion"] });

  const open = () => catalog.pulls.filter(({ state }) => state === "open");
  await expect.poll(() => open().length).toBe(2);
  const drafted = await catalog.file("catalog/models/qwen4.yaml", "mulu/sync/new-qwen4");
  expect(drafted).toContain("id: Qwen/Qwen4-8B");
  for (const { number } of open()) await catalog.person.merge(number, "squash");

  // It takes the merged catalog by itself, and says so in the channel.
  await world.discord.until(
    () => world.news().includes("qwen4") && world.news().includes("belle"),
    "news of both in the channel",
  );
  const updates = textOf(await person.run("updates", { since: "30d" }));
  expect(updates).toContain("Qwen4");
  expect(updates).toContain("v1.0");
  const model = textOf(await person.run("model", { name: "Qwen4-8B" }));
  expect(model).toContain("## Qwen4");
  expect(model).toContain("256K");

  const page = await fetch(`${url}/catalog/qwen4`);
  expect(page.status).toBe(200);
  expect(pageText(await page.text())).toContain("Qwen4-8B");
  const told = await visitor.say("/updates 30d");
  await told.end;
  expect(pageText(told.html())).toContain("Qwen4");

  // Nobody wrote down what it is called in Ollama: the host's own name for it says what it is.
  ollama.script({ text: "我是新来的。".repeat(50), tokensPerSecond: 60 });
  const tried = await person.run("try", { model: "Qwen4-8B", prompt: "你是谁" });
  await shows(world.discord, tried, "我是新来的");
  await ended(world.discord, tried);
  expect(textOf(tried)).toMatch(/`qwen4:8b` · Ollama 1 · \d+ tokens/);
  expect(textOf(tried)).not.toContain("代替");
  // The answer came bit by bit.
  expect(tried.states.length).toBeGreaterThan(2);
  ollama.script({ text: "我也在网页上。" });
  const onPage = await visitor.say("/try qwen4 你是谁");
  await onPage.end;
  expect(pageText(onPage.html())).toContain("我也在网页上");
  expect(ollama.requests.map((request) => request.model)).toEqual(["qwen4:8b", "qwen4:8b"]);

  // Nothing is left to propose, and nothing was started twice.
  await world.looked();
  expect(open()).toEqual([]);
  expect(world.discord.gateway.counts.identify).toBe(1);
  expect(hubs.violations()).toEqual([]);
});

/** A bot with a page, between stand-ins for all that it talks to, with a catalog of a few real entries. */
async function startWorld() {
  const [github, hubs] = await Promise.all([startGithub(), startModelHubs()]);
  onTestFinished(() => github.close());
  onTestFinished(() => hubs.close());
  const ollama = await startOllama({ models: [{ name: "glm4:9b", sizeBytes: 5.5e9, capabilities: ["completion"] }] });
  onTestFinished(() => ollama.stop());
  const discord = await openDiscord();
  const channel = discord.channel(CHANNEL);
  const { catalog, folder, belle } = await publishCatalog(github);
  const config = readConfig({
    LOG_LEVEL: "silent",
    CATALOG_DIR: folder,
    DATA_DIR: await temporaryFolder(),
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.token,
    CATALOG_REPOSITORY: CATALOG,
    SYNC_CRON: EVERY_SECOND,
    ...hubs.environment(),
    OLLAMA_HOSTS: ollama.url,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    ANNOUNCE_CHANNEL_ID: CHANNEL,
  });
  const { url, runs, failures } = await startBot(config);
  await discord.ready();
  return {
    ...{ github, hubs, ollama, discord, catalog, belle, url },
    person: discord.person({ id: "300000000000000001" }),
    visitor: openVisitor(url),
    /** What the channel says. */
    news: () => channel.messages.map(textOf).join("\n"),
    /** Resolves once a run of the sync that began after now has ended. */
    looked: async () => {
      const before = runs();
      await expect.poll(runs, { timeout: PATIENCE_MS }).toBeGreaterThan(before + 1);
      expect(failures()).toBe(0);
    },
  };
}

/** All that `npm start` runs, with jobs that look every second. */
async function startBot(config: ReturnType<typeof readConfig>) {
  const app = await createApp(config, { keep: true });
  const { services, catalog: holder, upstreams, metrics, readiness } = app;
  const { discord, github } = config;
  if (discord === undefined || github.catalog === undefined) throw new Error("the settings lack something");
  const log = createLog({ logLevel: "silent" });
  const stop = new AbortController();
  const { signal } = stop;
  const web = { host: "127.0.0.1", port: 0, admin: false };
  const listening = Promise.withResolvers<number>();
  const outcomes: string[] = [];
  const events = { ...metrics.discord, connected: readiness.discord };
  const running = [
    createDiscord({ ...forSurface(app, "discord"), admins: config.admins, events }, discord).run(signal),
    runServer(createSite(forSurface(app, "web"), web, [chat, catalogPages]), web, signal, listening.resolve),
    services.tries.run(signal),
    services.fleet.run(signal),
    refreshCatalog(
      { config, source: github.catalog, upstreams, holder, now: services.now, log, pace: "none" },
      signal,
      { cron: EVERY_SECOND, jitterMs: 0 },
    ),
    syncCatalog(config, log, signal, {
      ...{ jitterMs: 0, catchUpAfterMs: 0, pace: "none" },
      onRun: ({ outcome }) => outcomes.push(outcome),
    }),
  ];
  onTestFinished(async () => {
    stop.abort();
    await Promise.all(running);
    await Promise.all([services.pictures.close(), app.close()]);
  });
  return {
    url: `http://127.0.0.1:${await listening.promise}`,
    runs: () => outcomes.filter((outcome) => outcome === "done").length,
    failures: () => outcomes.filter((outcome) => outcome === "failed").length,
  };
}

/** A repository with some real entries, whose projects are upstream, and a folder with the same to start from. */
async function publishCatalog(github: GithubStandIn) {
  const belle = github.upstream("LianjiaTech/BELLE", { createdAt: "2023-03-17T00:00:00Z" });
  belle.release({ tag: "v0.95", publishedAt: "2023-04-12T00:00:00Z" });
  for (const name of ["zai-org/ChatGLM-6B", "QwenLM/Qwen", "QwenLM/Qwen3"])
    github.upstream(name, { createdAt: "2023-03-13T00:00:00Z", readme: "# A model\n" });
  const folder = join(await temporaryFolder(), "catalog");
  await mkdir(join(folder, "models"), { recursive: true });
  const files: Record<string, string> = { "README.md": "# A list\n" };
  const kept = ["belle", "chatglm-6b", "qwen", "qwen3"].map((id) => `models/${id}.yaml`);
  for (const file of [...kept, "cards.yaml", "bases.yaml", "watch.yaml"]) {
    files[`catalog/${file}`] = await readFile(join("catalog", file), "utf8");
    await cp(join("catalog", file), join(folder, file));
  }
  const catalog: CatalogRepository = await github.catalog(CATALOG, files);
  return { catalog, folder, belle };
}

function publishQwen4(github: GithubStandIn, hubs: ModelHubs): void {
  github.upstream("QwenLM/Qwen4", {
    createdAt: daysAgo(1),
    description: "Qwen4",
    readme: "# Qwen4\n\n- [Qwen4-8B](https://huggingface.co/Qwen/Qwen4-8B)\n",
  });
  hubs.huggingface.publish({
    id: "Qwen/Qwen4-8B",
    createdAt: daysAgo(1).replace("Z", ".000Z"),
    config: QWEN3_CONFIG,
    safetensors: { parameters: { BF16: 8_190_735_360 }, total: 8_190_735_360 },
    cardData: { license: "apache-2.0", language: ["zh", "en"] },
    files: [{ path: "model.safetensors", bytes: 16_381_470_720, lfs: true }],
  });
}
