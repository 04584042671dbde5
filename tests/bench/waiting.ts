import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Record_ } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf } from "#tests/stand-ins/discord/people.ts";
import { startDiscord } from "#tests/stand-ins/discord.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { countOf, endProgram, startProgram } from "./programs.ts";
import type { Figure } from "./tries.ts";

/** What it costs that many people wait while the queue moves on. */

const MODEL = "bench:1b";
const SLOTS = 2;
/** Half a second each: two slots answer four tries a second. */
const ANSWER = { chunks: Array.from({ length: 10 }, (_, at) => `字${at} `), tokensPerSecond: 20 };
const MEASURED_MS = 30_000;
/** So many ask at the same moment: more would be too much for the stand-in. */
const AT_ONCE = 20;
/** What is there to do once everybody has seen a place at first. */
const SETTLED_MS = 5000;

/** With a thousand who wait, and with as many as once brought a fleet down; a reason where there is no Redis. */
export async function benchWaiting(): Promise<Figure[] | string> {
  if (WITHOUT_REDIS !== undefined) return WITHOUT_REDIS;
  const figures: Figure[] = [];
  for (const waiting of [1000, 1839]) {
    const { edits, commands } = await measure(waiting);
    figures.push({ what: `${waiting} wait: edits`, value: edits, unit: "a second", goal: 50 });
    figures.push({ what: `${waiting} wait: Redis commands`, value: commands, unit: "a second", goal: 1500 });
  }
  return figures;
}

async function measure(waiting: number): Promise<{ edits: number; commands: number }> {
  const redis = await startRedis();
  const discord = await startDiscord({ acknowledgeMs: 120_000 });
  const folder = await mkdtemp(join(tmpdir(), "mulu-bench-"));
  const ollama = await startOllama({ models: [{ name: MODEL }], slots: SLOTS });
  const env = {
    ...{ DISCORD_API_URL: discord.apiUrl, REDIS_URL: redis.url, DATA_DIR: folder, LOG_LEVEL: "error", HTTP_PORT: "0" },
    ...{ TRY_HOST_SLOTS: String(SLOTS), TRY_QUEUE_MAX: String(2 * waiting), TRY_PER_GUILD_HOUR: "100000" },
  };
  const bot = startProgram("start", { ...env, DISCORD_TOKEN: discord.token });
  const worker = startProgram("worker", { ...env, OLLAMA_HOSTS: ollama.url });
  await discord.ready();
  const client = redis.client();
  const personAt = (at: number) =>
    discord.person({ id: String(310_000_000_000_000_000n + BigInt(at)), inServer: false });
  const ask = (at: number): Record_ => personAt(at).enter("try", { model: MODEL, prompt: "?" });

  // Nothing moves until all of them wait.
  ollama.script({ endless: true, tokensPerSecond: 5 });
  const running = Array.from({ length: SLOTS }, (_, at) => ask(at));
  await discord.until(() => ollama.running() === SLOTS, "the first ones", 60_000);
  const asked: Record_[] = [];
  for (let at = 0; at < waiting; at++) {
    asked.push(ask(SLOTS + at));
    if (at % AT_ONCE === 0)
      await discord.until(() => asked.every(({ original }) => original !== undefined), "an acknowledgement");
  }
  await discord.until(() => asked.every(({ original }) => original?.states.length), "all places", 300_000);
  ollama.script(ANSWER);
  for (const [at, { original }] of running.entries()) if (original) await personAt(at).tap(original, "停止");
  await wait(SETTLED_MS);

  const edits = (): number => discord.rest.calls.filter(({ method }) => method === "PATCH").length;
  const before = { edits: edits(), commands: await countOf(client) };
  await wait(MEASURED_MS);
  const spent = { edits: edits() - before.edits, commands: (await countOf(client)) - before.commands };
  const ended = asked.filter(
    ({ original }) => original && buttonsOf(original).some(({ label }) => label === "再来一次"),
  );
  if (ended.length < MEASURED_MS / 1000) throw new Error(`the queue did not move: ${ended.length} were answered`);

  client.disconnect();
  await Promise.all([endProgram(bot), endProgram(worker)]);
  await ollama.stop();
  await discord.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
  return { edits: (spent.edits / MEASURED_MS) * 1000, commands: (spent.commands / MEASURED_MS) * 1000 };
}
