import { onTestFinished } from "vitest";
import {
  type Bot,
  type BotProgram,
  openDiscord,
  startBot,
  startBotProgram,
  startWorker,
} from "#tests/discord/start-bot.ts";
import type { Message } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord, DiscordOptions } from "#tests/stand-ins/discord.ts";
import { type Ollama, type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";
import { startRedis } from "#tests/stand-ins/redis.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const MODELS = [
  { name: "glm4:9b", sizeBytes: 5.5e9, capabilities: ["completion", "tools"] },
  { name: "qwen3:8b", sizeBytes: 5.2e9, capabilities: ["completion", "thinking"] },
];
export const ASKER = "300000000000000001";
export const OTHER = "300000000000000002";

/** Set by the tests that run the same scenarios with a worker beside the bot (`npm run test:load`). */
export const OVER_REDIS = process.env["MULU_TRIES"] === "redis";

type WorldOptions = {
  env?: Record<string, string>;
  ollama?: OllamaOptions;
  discord?: DiscordOptions;
};

type World<Runner extends Bot = Bot> = {
  discord: Discord;
  ollama: Ollama;
  /** What runs tries: the bot, or the worker beside it. */
  runner: Runner;
  /** Starts another one. */
  restart: () => Runner;
};

/** The bot, and over Redis a worker, between Discord and Ollama, all on loopback. */
export const openWorld = (options?: WorldOptions): Promise<World> => open(startBot, options);

/** The same with the bot as a program of its own, for what happens to programs. */
export const openProgramWorld = (options?: WorldOptions): Promise<World<BotProgram>> => open(startBotProgram, options);

async function open<Runner extends Bot>(
  start: (discord: Discord, env: Record<string, string>) => Runner,
  { env = {}, ollama: ollamaOptions = {}, discord: discordOptions = {} }: WorldOptions = {},
): Promise<World<Runner | BotProgram>> {
  const ollama = await startOllama({ models: MODELS, ...ollamaOptions });
  onTestFinished(() => ollama.stop());
  const discord = await openDiscord(discordOptions);
  const settings = { OLLAMA_HOSTS: ollama.url, DATA_DIR: await temporaryFolder(), ...env };
  if (OVER_REDIS) return { discord, ollama, ...(await startBoth(discord, settings)) };
  const runner = start(discord, settings);
  await discord.ready();
  return { discord, ollama, runner, restart: () => start(discord, settings) };
}

/** The bot reaches no Ollama: it knows of the hosts from the worker. */
async function startBoth(
  discord: Discord,
  settings: Record<string, string>,
): Promise<Pick<World<BotProgram>, "runner" | "restart">> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const shared = { ...settings, REDIS_URL: redis.url };
  const restart = (): BotProgram => startWorker(discord, shared);
  const runner = restart();
  startBotProgram(discord, { ...shared, OLLAMA_HOSTS: "http://127.0.0.1:9" });
  await discord.ready();
  await discord.until(() => runner.stderr().includes("the worker runs"), "a worker that runs");
  return { runner, restart };
}

export const labels = (message: Message): string[] => buttonsOf(message).map(({ label }) => label);
export const ended = (discord: Discord, message: Message): Promise<void> =>
  discord.until(() => labels(message).includes("再来一次"), `an end of\n${textOf(message)}`);
export const shows = (discord: Discord, message: Message, text: string): Promise<void> =>
  discord.until(() => textOf(message).includes(text), `${text} in\n${textOf(message)}`);
