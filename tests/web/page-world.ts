import { onTestFinished } from "vitest";
import { type App, createApp, forSurface } from "#src/app.ts";
import { readConfig } from "#src/config.ts";
import { catalogPages } from "#src/web/catalog/routes.ts";
import { type ChatOptions, chatWith } from "#src/web/chat/routes.ts";
import { createSite, runServer, type WebSettings } from "#src/web/http/server.ts";
import { openDiscord, startWorker } from "#tests/discord/start-bot.ts";
import { OVER_REDIS } from "#tests/discord/try-world.ts";
import { type Ollama, type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";
import { startRedis } from "#tests/stand-ins/redis.ts";

const MODELS = [
  { name: "glm4:9b", sizeBytes: 5.5e9, capabilities: ["completion", "tools"] },
  { name: "qwen3:8b", sizeBytes: 5.2e9, capabilities: ["completion", "thinking"] },
];

export type WorldOptions = {
  env?: Record<string, string>;
  ollama?: OllamaOptions;
  chat?: ChatOptions;
  settings?: Partial<WebSettings>;
};

export type PageWorld = {
  app: App;
  ollama: Ollama;
  url: string;
  /** Tells all of it to stop, as an operator does, and waits. */
  stop: () => Promise<void>;
};

/** The site on a free port of this machine, with an Ollama beside it. */
export async function startPage({ env = {}, ollama: models = {}, chat = {}, settings = {} }: WorldOptions = {}) {
  const ollama = await startOllama({ models: MODELS, ...models });
  const app = await createApp(readConfig({ LOG_LEVEL: "silent", OLLAMA_HOSTS: ollama.url, ...env }));
  const web = { host: "127.0.0.1", port: 0, admin: false, ...settings };
  const stopping = new AbortController();
  const listening = Promise.withResolvers<number>();
  const site = createSite(forSurface(app, "web"), web, [chatWith(chat), catalogPages]);
  const running = [
    runServer(site, web, stopping.signal, listening.resolve),
    app.services.tries.run(stopping.signal),
    app.services.fleet.run(stopping.signal),
  ];
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(running);
    await app.close();
    await ollama.stop();
  };
  const port = await listening.promise;
  await app.services.fleet.ready();
  return { app, ollama, url: `http://127.0.0.1:${port}`, stop } satisfies PageWorld;
}

/** The same, for one test; over Redis a worker beside it runs its tries. */
export async function openPage(options: WorldOptions = {}): Promise<PageWorld> {
  const env = { ...options.env, ...(OVER_REDIS && { REDIS_URL: await openRedis() }) };
  const world = await startPage({ ...options, env });
  onTestFinished(world.stop);
  if (OVER_REDIS) {
    const discord = await openDiscord();
    const worker = startWorker(discord, { ...env, OLLAMA_HOSTS: world.ollama.url });
    await discord.until(() => worker.stderr().includes("the worker runs"), "a worker that runs");
  }
  return world;
}

async function openRedis(): Promise<string> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis.url;
}
