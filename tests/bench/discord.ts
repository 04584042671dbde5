import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import packageJson from "#package.json" with { type: "json" };
import type { View } from "#src/chat/view.ts";
import { DISCORD_ROOM, toMessage } from "#src/discord/message.ts";
import { type Discord, startDiscord } from "#tests/stand-ins/discord.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

/** Mulu beside a minimal discord.js bot, each on a stand-in of its own, interleaved so that noise meets both alike. */

/** What Mulu answers to `/models int4`, for the other bot to send as it is. */
const { reply: MESSAGE } = await muluAnswer();

const STARTS = 5;
const WARM_UP = 100;
const SAMPLES = 1000;
const IDLE_MS = 2000;

type Name = "mulu" | "minimal";
type Subject = { name: Name; discord: Discord; process: ChildProcess };

/** Mulu as `npm start` starts it, flags and all. */
const argumentsOf: Record<Name, string[]> = {
  mulu: packageJson.scripts.start.split(" ").slice(1),
  minimal: ["tests/bench/minimal-bot.ts"],
};

/** Mulu's answer as a message of discord.js, in JSON. */
async function muluAnswer(): Promise<{ reply: string }> {
  const app = await testApp();
  let reply = "";
  const show = (view: View): void => {
    const { flags, components } = toMessage(view);
    reply = JSON.stringify({ flags, components, allowedMentions: { parse: [] } });
  };
  const context = contextOf(app, { room: DISCORD_ROOM, show });
  await app.router.execute("models", { query: "int4" }, context);
  return { reply };
}

async function start(name: Name): Promise<{ subject: Subject; readyMs: number }> {
  const discord = await startDiscord();
  discord.rest.commands.set("global", [
    { name: "models", description: "x", options: [{ type: 3, name: "query", description: "x" }] },
  ]);
  const began = performance.now();
  const process_ = spawn(process.execPath, argumentsOf[name], {
    env: {
      PATH: process.env["PATH"] ?? "",
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      REGISTER_COMMANDS: "false",
      MESSAGE,
    },
    stdio: "ignore",
  });
  await discord.until(() => discord.gateway.isConnected(), `${name} is connected`);
  return { subject: { name, discord, process: process_ }, readyMs: performance.now() - began };
}

async function stop({ process: child, discord }: Subject): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await closed;
  await discord.stop();
}

const quantile = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

/** Resident memory in MB (10⁶ bytes); NaN where the system does not tell. */
async function residentMb({ process: child }: Subject): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
}

/** From the event leaving the gateway to the acknowledgement arriving, in ms. */
const acknowledgeMs = ({ discord }: Subject, query: string): Promise<number> =>
  discord.person({ id: "300000000000000001" }).acknowledge("models", { query });

/** Both bots in turn, after a warm-up. */
async function latencies(
  mulu: Subject,
  minimal: Subject,
  query: (round: number) => string,
): Promise<Record<Name, number[]>> {
  const latency: Record<Name, number[]> = { mulu: [], minimal: [] };
  for (let round = 0; round < WARM_UP + SAMPLES; round++) {
    const [one, other] = [await acknowledgeMs(mulu, query(round)), await acknowledgeMs(minimal, query(round))];
    if (round < WARM_UP) continue;
    latency.mulu.push(one);
    latency.minimal.push(other);
  }
  return latency;
}

type Row = { what: string; mulu: number; minimal: number; unit: string; goal: number | undefined };

/** Measures start, acknowledgement and idle memory of both. */
export async function benchDiscord(): Promise<Row[]> {
  const ready: Record<Name, number[]> = { mulu: [], minimal: [] };
  for (let round = 0; round < STARTS; round++) {
    for (const name of ["mulu", "minimal"] as const) {
      const { subject, readyMs } = await start(name);
      ready[name].push(readyMs);
      await stop(subject);
    }
  }
  const { subject: mulu } = await start("mulu");
  const { subject: minimal } = await start("minimal");
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const memory = { mulu: await residentMb(mulu), minimal: await residentMb(minimal) };
  const latency = await latencies(mulu, minimal, () => "int4");
  const unknown = await latencies(mulu, minimal, (round) => `int4 <=${round + 10}gb`);
  await stop(mulu);
  await stop(minimal);
  const row = (what: string, unit: string, goal: number | undefined, of: (name: Name) => number): Row => ({
    what,
    unit,
    goal,
    mulu: of("mulu"),
    minimal: of("minimal"),
  });
  return [
    row("acknowledgement p50", "ms", 1.15, (name) => quantile(latency[name], 0.5)),
    row("acknowledgement p99", "ms", 1.5, (name) => quantile(latency[name], 0.99)),
    row("the same, queries never asked before: p50", "ms", undefined, (name) => quantile(unknown[name], 0.5)),
    row("start to READY, median", "ms", 1.15, (name) => quantile(ready[name], 0.5)),
    row("idle memory", "MB", 1.15, (name) => memory[name]),
  ];
}
