import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
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

/** How many tries a fleet answers, by the number of its workers. */

const MODEL = "bench:1b";
const TRIES = 96;
const SLOTS = 2;
/** Ten tokens at 20/s: half a second each, so that two slots answer four tries a second. */
const ANSWER = { chunks: Array.from({ length: 10 }, (_, at) => `字${at} `), tokensPerSecond: 20 };

export type Throughput = { workers: number; perSecond: number; ratio: number } & Cost & Idle;

/** Commands of Redis a second, all processes together, while nobody asks for anything. */
type Idle = { idleCommands: number };

/** What one try of ten edits at most takes of the parts that tries share. CPU times in ms; 0 where there is no `/proc`. */
export type Cost = { redisCommands: number; redisBytes: number; botCpuMs: number; workerCpuMs: number };

/** How long it is counted what all processes ask of Redis while there is nothing to do. */
const IDLE_MS = 5000;

/** Of 1, 2 and 4 workers, and as a ratio to one; a reason where there is no Redis to measure with. */
export async function benchWorkers(): Promise<Throughput[] | string> {
  if (WITHOUT_REDIS !== undefined) return WITHOUT_REDIS;
  const one = await throughput(1);
  const figures = [{ workers: 1, ratio: 1, ...one }];
  for (const workers of [2, 4]) {
    const figure = await throughput(workers);
    figures.push({ workers, ratio: figure.perSecond / one.perSecond, ...figure });
  }
  return figures;
}

/** Tries answered in a second, from the first question to the last word, and what one takes. */
async function throughput(workers: number): Promise<Omit<Throughput, "workers" | "ratio">> {
  const redis = await startRedis();
  const discord = await startDiscord({ acknowledgeMs: 60_000 });
  const folder = await mkdtemp(join(tmpdir(), "mulu-bench-"));
  const ollamas = await Promise.all(
    Array.from({ length: workers }, () => startOllama({ models: [{ name: MODEL }], slots: SLOTS })),
  );
  for (const ollama of ollamas) ollama.script(ANSWER);
  const start = (script: "start" | "worker", env: Record<string, string>): ChildProcess =>
    startProgram(script, {
      DISCORD_API_URL: discord.apiUrl,
      REDIS_URL: redis.url,
      DATA_DIR: folder,
      LOG_LEVEL: "error",
      HTTP_PORT: "0",
      TRY_HOST_SLOTS: String(SLOTS),
      TRY_QUEUE_MAX: "1000",
      TRY_PER_GUILD_HOUR: "100000",
      ...env,
    });
  const processes = [
    start("start", { DISCORD_TOKEN: discord.token }),
    ...ollamas.map(({ url }) => start("worker", { OLLAMA_HOSTS: url })),
  ];
  await discord.ready();
  const client = redis.client();
  let beating = 0;
  const count = setInterval(() => {
    client.zcard("mulu:2:workers").then(
      (found) => {
        beating = found;
      },
      () => {},
    );
  }, 50);
  await discord.until(() => beating === workers, "all workers");
  clearInterval(count);
  const spent = async (): Promise<Cost> => {
    const [botCpuMs = 0, ...workersCpuMs] = processes.map(cpuMs);
    return {
      redisCommands: await countOf(client),
      redisBytes: await countOf(client, "used_memory"),
      botCpuMs,
      workerCpuMs: workersCpuMs.reduce((sum, ms) => sum + ms, 0),
    };
  };
  const idleFrom = await spent();
  await wait(IDLE_MS);
  const before = await spent();
  const idleCommands = (before.redisCommands - idleFrom.redisCommands) / (IDLE_MS / 1000);

  const began = performance.now();
  const records = Array.from({ length: TRIES }, (_, at) =>
    discord
      .person({ id: String(310_000_000_000_000_000n + BigInt(at)), inServer: false })
      .enter("try", { model: MODEL, prompt: "?" }),
  );
  await discord.until(() => records.every(hasEnded), "all answers", 120_000);
  const perSecond = TRIES / ((performance.now() - began) / 1000);
  const after = await spent();
  client.disconnect();

  await Promise.all(processes.map(endProgram));
  await Promise.all(ollamas.map(({ stop }) => stop()));
  await discord.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
  return {
    perSecond,
    idleCommands,
    redisCommands: (after.redisCommands - before.redisCommands) / TRIES,
    redisBytes: (after.redisBytes - before.redisBytes) / TRIES,
    botCpuMs: (after.botCpuMs - before.botCpuMs) / TRIES,
    workerCpuMs: (after.workerCpuMs - before.workerCpuMs) / TRIES,
  };
}

/** Time on processors so far: fields 14 and 15 of `/proc/<pid>/stat`, in hundredths of a second (man proc). */
function cpuMs({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

const hasEnded = ({ original }: Record_): boolean =>
  original !== undefined && buttonsOf(original).some(({ label }) => label === "再来一次");
