import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Record_ } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf } from "#tests/stand-ins/discord/people.ts";
import { startDiscord } from "#tests/stand-ins/discord.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import packageJson from "../../package.json" with { type: "json" };

/** How many tries a fleet answers, by the number of its workers. */

const MODEL = "bench:1b";
const TRIES = 96;
const SLOTS = 2;
/** Ten tokens at 20/s: half a second each, so that two slots answer four tries a second. */
const ANSWER = { chunks: Array.from({ length: 10 }, (_, at) => `字${at} `), tokensPerSecond: 20 };

export type Throughput = { workers: number; perSecond: number; ratio: number };

/** Of 1, 2 and 4 workers, and as a ratio to one; a reason where there is no Redis to measure with. */
export async function benchWorkers(): Promise<Throughput[] | string> {
  if (WITHOUT_REDIS !== undefined) return WITHOUT_REDIS;
  const one = await throughput(1);
  const figures = [{ workers: 1, perSecond: one, ratio: 1 }];
  for (const workers of [2, 4]) {
    const perSecond = await throughput(workers);
    figures.push({ workers, perSecond, ratio: perSecond / one });
  }
  return figures;
}

/** Tries answered in a second, from the first question to the last word. */
async function throughput(workers: number): Promise<number> {
  const redis = await startRedis();
  const discord = await startDiscord({ acknowledgeMs: 60_000 });
  const folder = await mkdtemp(join(tmpdir(), "mulu-bench-"));
  const ollamas = await Promise.all(
    Array.from({ length: workers }, () => startOllama({ models: [{ name: MODEL }], slots: SLOTS })),
  );
  for (const ollama of ollamas) ollama.script(ANSWER);
  const start = (script: "start" | "worker", env: Record<string, string>): ChildProcess =>
    spawn(process.execPath, packageJson.scripts[script].split(" ").slice(1), {
      env: {
        PATH: process.env["PATH"] ?? "",
        DISCORD_API_URL: discord.apiUrl,
        REDIS_URL: redis.url,
        DATA_DIR: folder,
        LOG_LEVEL: "error",
        HTTP_PORT: "0",
        TRY_HOST_SLOTS: String(SLOTS),
        TRY_QUEUE_MAX: "1000",
        TRY_PER_GUILD_HOUR: "100000",
        ...env,
      },
      stdio: "ignore",
    });
  const processes = [
    start("start", { DISCORD_TOKEN: discord.token }),
    ...ollamas.map(({ url }) => start("worker", { OLLAMA_HOSTS: url })),
  ];
  await discord.ready();
  const client = redis.client();
  let beating = 0;
  const count = setInterval(() => {
    client.zcard("mulu:workers").then(
      (found) => {
        beating = found;
      },
      () => {},
    );
  }, 50);
  await discord.until(() => beating === workers, "all workers");
  clearInterval(count);
  client.disconnect();

  const began = performance.now();
  const records = Array.from({ length: TRIES }, (_, at) =>
    discord
      .person({ id: String(310_000_000_000_000_000n + BigInt(at)), inServer: false })
      .enter("try", { model: MODEL, prompt: "?" }),
  );
  await discord.until(() => records.every(hasEnded), "all answers", 120_000);
  const perSecond = TRIES / ((performance.now() - began) / 1000);

  for (const child of processes) {
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await closed;
  }
  await Promise.all(ollamas.map(({ stop }) => stop()));
  await discord.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
  return perSecond;
}

const hasEnded = ({ original }: Record_): boolean =>
  original !== undefined && buttonsOf(original).some(({ label }) => label === "再来一次");
