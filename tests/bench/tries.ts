import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import packageJson from "#package.json" with { type: "json" };
import type { Message } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import { startDiscord } from "#tests/stand-ins/discord.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";

/** What a person sees of a stream, and what many streams cost one process. */

const MODEL = "bench:1b";
const STREAMS = 200;
const probe = z.object({ p99Ms: z.number(), residentMb: z.number() });
export type Figure = { what: string; value: number; unit: string; goal: number };

async function world(slots: number) {
  const ollama = await startOllama({ models: [{ name: MODEL }], slots });
  const discord = await startDiscord({ acknowledgeMs: 60_000 });
  const folder = await mkdtemp(join(tmpdir(), "mulu-bench-"));
  const args = packageJson.scripts.start.split(" ").slice(1);
  const bot = spawn(process.execPath, ["--import", "./tests/bench/probe.mjs", ...args], {
    env: {
      PATH: process.env["PATH"] ?? "",
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      OLLAMA_HOSTS: ollama.url,
      DATA_DIR: folder,
      LOG_LEVEL: "error",
      TRY_HOST_SLOTS: String(slots),
      TRY_QUEUE_MAX: "1000",
      TRY_PER_GUILD_HOUR: "100000",
      TRY_MAX_TOKENS: "100000",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  bot.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await discord.ready();
  const ask = async (): Promise<z.infer<typeof probe>> => {
    const from = stderr.length;
    bot.kill("SIGUSR2");
    await discord.until(() => /probe .*\n/.test(stderr.slice(from)), "the probe");
    return probe.parse(JSON.parse(/probe (.*)\n/.exec(stderr.slice(from))?.[1] ?? "{}"));
  };
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => bot.once("close", resolve));
    bot.kill("SIGKILL");
    await closed;
    await ollama.stop();
    await discord.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ollama, discord, ask, stop };
}

const ended = (message: Message): boolean => buttonsOf(message).some(({ label }) => label === "再来一次");
const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

/** How old the first token that is not yet shown has become when the next state comes, in ms, for each state. */
function staleness(message: Message, firstAt: number, tokensPerSecond: number): number[] {
  const shown = message.states.map(({ at, components }) => ({
    at,
    tokens: Number(/(\d+) ?[^\d]*$/.exec(textOf({ ...message, components }).split("\n-#")[0] ?? "")?.[1] ?? -1) + 1,
  }));
  return shown.slice(1).map(({ at }, index) => at - (firstAt + ((shown[index]?.tokens ?? 0) * 1000) / tokensPerSecond));
}

/** One stream of 400 tokens at 40 a second. */
async function oneStream(): Promise<Figure[]> {
  const { ollama, discord, stop } = await world(2);
  ollama.script({ chunks: Array.from({ length: 400 }, (_, at) => `${at} `), tokensPerSecond: 40 });
  const message = await discord.person({ id: "300000000000000001" }).run("try", { model: MODEL, prompt: "?" });
  await discord.until(() => ended(message), "the end of the stream", 30_000);
  const request = ollama.requests[0];
  const firstAt = request?.firstChunkAt ?? Number.NaN;
  const ages = staleness(message, firstAt, 40);
  const first = (message.states[0]?.at ?? Number.NaN) - firstAt;
  ollama.script({ endless: true, tokensPerSecond: 40 });
  const endless = await discord.person({ id: "300000000000000002" }).run("try", { model: MODEL, prompt: "?" });
  const pressedAt = performance.now();
  await discord.person({ id: "300000000000000002" }).tap(endless, "停止");
  await discord.until(() => ollama.requests[1]?.closedByClientAt !== undefined, "the connection closed");
  const stopped = (ollama.requests[1]?.closedByClientAt ?? Number.NaN) - pressedAt;
  const limited = discord.rest.calls.filter(({ status }) => status === 429).length;
  await discord.until(() => ended(endless), "the end");
  await stop();
  return [
    { what: "first words after Ollama's first token", value: first, unit: "ms", goal: 150 },
    { what: "age of the newest text at 40 tokens/s: worst", value: Math.max(...ages), unit: "ms", goal: 2500 },
    { what: "age of the newest text at 40 tokens/s: median", value: quantile(ages, 0.5), unit: "ms", goal: 1500 },
    { what: "edits for 400 tokens in 10 s", value: message.edits, unit: "edits", goal: 11 },
    { what: "429 answers", value: limited, unit: "", goal: 0 },
    { what: "stop pressed to Ollama's connection closed", value: stopped, unit: "ms", goal: 200 },
  ];
}

/** Two hundred streams at 20 tokens a second in one process. */
async function manyStreams(): Promise<Figure[]> {
  const { ollama, discord, ask, stop } = await world(STREAMS);
  ollama.script({ chunks: Array.from({ length: 300 }, (_, at) => `字${at} `), tokensPerSecond: 20 });
  await ask();
  const people = Array.from({ length: STREAMS }, (_, at) =>
    discord.person({ id: String(310_000_000_000_000_000n + BigInt(at)), inServer: false }),
  );
  const messages = await Promise.all(people.map((person) => person.run("try", { model: MODEL, prompt: "?" })));
  await discord.until(() => messages.every(ended), "the end of all streams", 60_000);
  const { p99Ms, residentMb } = await ask();
  const whole = messages.filter((message) => textOf(message).includes("字299")).length;
  const most = ollama.maxRunning();
  await stop();
  return [
    { what: `${STREAMS} streams: event-loop delay p99`, value: p99Ms, unit: "ms", goal: 50 },
    { what: `${STREAMS} streams: memory`, value: residentMb, unit: "MB", goal: 250 },
    { what: `${STREAMS} streams: not whole at the end`, value: STREAMS - whole, unit: `of ${most} at once`, goal: 0 },
  ];
}

export const benchTries = async (): Promise<Figure[]> => [...(await oneStream()), ...(await manyStreams())];
