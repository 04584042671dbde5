import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { startDiscord } from "#tests/stand-ins/discord.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { endProgram, startProgram } from "./programs.ts";

/** How long nobody answers a person whose worker was killed in mid-answer. */

const MODEL = "bench:1b";
const ROUNDS = 10;

/** Seconds from the kill until the first word of another worker is shown, in order; a reason where there is no Redis. */
export async function benchTakeover(): Promise<number[] | string> {
  if (WITHOUT_REDIS !== undefined) return WITHOUT_REDIS;
  const redis = await startRedis();
  const discord = await startDiscord({ acknowledgeMs: 60_000 });
  const folder = await mkdtemp(join(tmpdir(), "mulu-bench-"));
  const env = {
    ...{ DISCORD_API_URL: discord.apiUrl, REDIS_URL: redis.url, DATA_DIR: folder, LOG_LEVEL: "error", HTTP_PORT: "0" },
    ...{ TRY_PER_PERSON_HOUR: "1000" },
  };
  const hosts = await Promise.all(
    ["甲", "乙"].map(async (name) => {
      const ollama = await startOllama({ models: [{ name: MODEL }] });
      ollama.script({ chunks: [name], endless: true, tokensPerSecond: 20 });
      const start = () => startProgram("worker", { ...env, OLLAMA_HOSTS: ollama.url });
      return { name, ollama, start, worker: start() };
    }),
  );
  const bot = startProgram("start", { ...env, DISCORD_TOKEN: discord.token });
  await discord.ready();
  const client = redis.client();
  /** Every worker that has said that it runs. */
  const begun = new Set<string>();
  const count = setInterval(() => {
    client.zrange("mulu:2:workers", "0", "-1").then(
      (ids) => {
        for (const id of ids) begun.add(id);
      },
      () => {},
    );
  }, 50);
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await discord.until(() => begun.size === hosts.length + round, "both workers", 60_000);
    const person = discord.person({ id: String(310_000_000_000_000_000n + BigInt(round)) });
    const message = await person.run("try", { model: MODEL, prompt: "?" });
    const shows = (name: string): boolean => textOf(message).includes(name);
    await discord.until(() => hosts.some(({ name }) => shows(name)), "a first word", 60_000);
    const [dead, other] = shows("甲") ? hosts : hosts.toReversed();
    if (dead === undefined || other === undefined) throw new Error("there are two workers");
    const killedAt = performance.now();
    await endProgram(dead.worker);
    await discord.until(() => shows(other.name), "the first word of another", 60_000);
    took.push((performance.now() - killedAt) / 1000);
    await person.tap(message, "停止");
    dead.worker = dead.start();
  }
  clearInterval(count);
  client.disconnect();
  await Promise.all([bot, ...hosts.map(({ worker }) => worker)].map(endProgram));
  await Promise.all(hosts.map(({ ollama }) => ollama.stop()));
  await discord.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
  return took.toSorted((a, b) => a - b);
}
