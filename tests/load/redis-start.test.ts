import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { createOutputs } from "#src/tries/outputs.ts";
import { openShared } from "#src/tries/redis/shared-tries.ts";
import type { Progress } from "#src/tries/try.ts";
import { openDiscord, startBotProgram, startWorker } from "#tests/discord/start-bot.ts";
import { ASKER, ended, OTHER, shows } from "#tests/discord/try-world.ts";
import { MODEL } from "#tests/load/redis-world.ts";
import { runProgram } from "#tests/run-program.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { person } from "#tests/tries/people.ts";
import { deliveryOf, requestOf, targetOf } from "#tests/tries/world.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`starts with Redis are not tested: ${WITHOUT_REDIS}\n`);

const MINUTE_MS = 60_000;
const OFF_MS = 300_000;

/** Answers what every client asks first as a Redis of some version does, and everything else with OK. */
async function startFakeRedis(version: string): Promise<string> {
  const info = `# Server\r\nredis_version:${version}\r\n# Cluster\r\ncluster_enabled:0\r\nloading:0\r\n`;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (text: string) => {
      // A command is an array of strings: `*1 $4 info`, each in a line.
      for (const [, name = ""] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
        socket.write(/^info$/i.test(name) ? `$${Buffer.byteLength(info)}\r\n${info}\r\n` : "+OK\r\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand-in has no port");
  return `redis://127.0.0.1:${address.port}`;
}

async function openOllama(): Promise<Ollama> {
  const ollama = await startOllama({ models: [{ name: MODEL }], slots: 2 });
  onTestFinished(() => ollama.stop());
  return ollama;
}

/** What ends a program on stderr, without the lines of its log. */
function said(stderr: string): string[] {
  expect(stderr).not.toMatch(/"level":[56]0|"stack"/);
  return stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
}

describe.each([
  ["npm start", "src/main.ts"],
  ["npm run worker", "src/cli/worker.ts"],
] as const)("%s", (_, program) => {
  const start = async (redisUrl: string) => {
    const discord = await openDiscord();
    const env = {
      ...{ REDIS_URL: redisUrl, DATA_DIR: await temporaryFolder(), OLLAMA_HOSTS: (await openOllama()).url },
      ...{ DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl, HTTP_PORT: "0" },
    };
    return runProgram(program, [], { env });
  };

  test.each([
    ["6.0.16", "6.2"],
    ["5.0.7", "6.2"],
  ])("ends with a word where Redis is of version %s", async (version, needed) => {
    const { code, stderr } = await start(await startFakeRedis(version));
    expect(said(stderr)).toEqual([expect.stringContaining(needed)]);
    expect(code).toBe(78);
  });

  test.skipIf(WITHOUT_REDIS !== undefined)("ends with a word where Redis is in cluster mode", async () => {
    const redis = await startRedis({ cluster: true });
    onTestFinished(() => redis.stop());
    const { code, stderr } = await start(redis.url);
    expect(said(stderr)).toEqual([expect.stringContaining("集群模式")]);
    expect(code).toBe(78);
  });
});

const clockOff = (ms: number): Record<string, string> => ({
  NODE_OPTIONS: "--import=./tests/load/clock-off.mjs",
  CLOCK_OFF_MS: String(ms),
});
const warnings = (stderr: string): string[] =>
  stderr
    .split("\n")
    .filter((line) => line.includes('"level":40'))
    .map((line) => z.object({ msg: z.string() }).parse(JSON.parse(line)).msg);
const OF_REDIS = "the clock of Redis is so far ahead of this machine's";

describe.skipIf(WITHOUT_REDIS !== undefined).each([OFF_MS, -OFF_MS])("a clock that is off by %i ms", (ms) => {
  test.each(["bot", "worker"] as const)(
    "of the %s: tries wait, run, and end, and one line tells of it",
    async (which) => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      const ollama = await openOllama();
      const discord = await openDiscord();
      const env = { REDIS_URL: redis.url, DATA_DIR: await temporaryFolder(), OLLAMA_HOSTS: ollama.url };
      const envOf = (name: string) => ({ ...env, TRY_HOST_SLOTS: "1", ...(name === which && clockOff(ms)) });
      const worker = startWorker(discord, envOf("worker"));
      const bot = startBotProgram(discord, envOf("bot"));
      await discord.ready();
      await discord.until(() => worker.stderr().includes("the worker runs"), `a worker\n${worker.stderr()}`);
      ollama.script({ endless: true, tokensPerSecond: 20 });
      const runs = await discord.person({ id: ASKER }).run("try", { model: MODEL, prompt: "问" });
      const waits = await discord.person({ id: OTHER }).run("try", { model: MODEL, prompt: "问" });
      await shows(discord, runs, "测试用");
      await shows(discord, waits, "排队中");
      ollama.script({ text: "第二个回答" });
      await discord.person({ id: ASKER }).tap(runs, "停止");
      await ended(discord, runs);
      await ended(discord, waits);
      expect([textOf(runs), textOf(waits)]).toEqual([
        expect.stringContaining("已停止"),
        expect.stringContaining("第二个回答"),
      ]);
      const [off, right] = which === "bot" ? [bot, worker] : [worker, bot];
      expect(warnings(off.stderr()).filter((line) => line === OF_REDIS).length).toBe(1);
      expect(warnings(right.stderr())).toEqual([]);
    },
  );

  test("of a worker: a deadline is kept, neither sooner nor later", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const ollama = await openOllama();
    ollama.script({ endless: true, tokensPerSecond: 20 });
    const discord = await openDiscord();
    const worker = startWorker(discord, { REDIS_URL: redis.url, OLLAMA_HOSTS: ollama.url, ...clockOff(ms) });
    await discord.until(() => worker.stderr().includes("the worker runs"), `a worker\n${worker.stderr()}`);
    const shown: Progress[] = [];
    const { tries, endedAt } = await openAsking(redis.url, shown);
    // It must have ended a minute before its token does.
    const until = Date.now() + MINUTE_MS + 3000;
    const begin = async () => deliveryOf({ by: "token", token: "t", until });
    await tries.submit(requestOf("a", { person: person("a"), targets: [targetOf(MODEL)], begin }));
    await expect.poll(() => shown.at(-1)?.phase).toBe("answering");
    expect((await endedAt) + 100).toBeGreaterThan(until - MINUTE_MS);
    expect(shown.at(-1)).toMatchObject({ phase: "expired", runs: [{ text: expect.stringContaining("测试用") }] });
  });
});

/** A process that asks, whose clock is right and which alone can show what it asked for. */
async function openAsking(redisUrl: string, shown: Progress[]) {
  const connected = Promise.withResolvers<void>();
  const end = Promise.withResolvers<number>();
  const outputs = createOutputs();
  outputs.register("test", "token", () => ({
    gone: new AbortController().signal,
    update: (progress) => void shown.push(progress),
    leave: async () => {},
    finish: async (progress) => {
      shown.push(progress);
      end.resolve(Date.now());
    },
  }));
  const shared = openShared(redisUrl, readConfig({}).tries, {
    backend: createOllamaBackend(),
    open: outputs.open,
    events: { started: () => {}, firstToken: () => {}, ended: () => {} },
    onRedis: (isThere) => isThere && connected.resolve(),
    log: createLog({ logLevel: "silent" }),
  });
  const stop = new AbortController();
  const running = Promise.all([shared.tries.run(stop.signal), shared.fleet.run(stop.signal)]);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await shared.close();
  });
  await connected.promise;
  return { tries: shared.tries, endedAt: end.promise };
}
