import { onTestFinished } from "vitest";
import { type Bot, openDiscord, startBot } from "#tests/discord/start-bot.ts";
import type { Message } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord, DiscordOptions } from "#tests/stand-ins/discord.ts";
import { type Ollama, type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const MODELS = [
  { name: "glm4:9b", sizeBytes: 5.5e9, capabilities: ["completion", "tools"] },
  { name: "qwen3:8b", sizeBytes: 5.2e9, capabilities: ["completion", "thinking"] },
];
export const ASKER = "300000000000000001";
export const OTHER = "300000000000000002";

type World = { discord: Discord; ollama: Ollama; bot: Bot; restart: () => Bot };

/** The bot between Discord and Ollama, both on loopback. */
export async function openWorld({
  env = {},
  ollama: ollamaOptions = {},
  discord: discordOptions = {},
}: {
  env?: Record<string, string>;
  ollama?: OllamaOptions;
  discord?: DiscordOptions;
} = {}): Promise<World> {
  const ollama = await startOllama({ models: MODELS, ...ollamaOptions });
  onTestFinished(() => ollama.stop());
  const discord = await openDiscord(discordOptions);
  const settings = { OLLAMA_HOSTS: ollama.url, DATA_DIR: await temporaryFolder(), ...env };
  const bot = startBot(discord, settings);
  await discord.ready();
  return { discord, ollama, bot, restart: () => startBot(discord, settings) };
}

export const labels = (message: Message): string[] => buttonsOf(message).map(({ label }) => label);
export const ended = (discord: Discord, message: Message): Promise<void> =>
  discord.until(() => labels(message).includes("再来一次"), `an end of\n${textOf(message)}`);
export const shows = (discord: Discord, message: Message, text: string): Promise<void> =>
  discord.until(() => textOf(message).includes(text), `${text} in\n${textOf(message)}`);
