import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { registerDiscord } from "#src/discord/try-outputs.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { createRunMetrics, type RunMetrics } from "#src/metrics/run-metrics.ts";
import { createOutputs } from "#src/tries/outputs.ts";
import { openParts } from "#src/tries/redis/open.ts";
import { createWorker } from "#src/tries/redis/worker.ts";
import { directUpstream } from "#tests/direct-upstream.ts";
import { openDiscord, startBotProgram, startWorker } from "#tests/discord/start-bot.ts";
import { ASKER, ended, OTHER, shows } from "#tests/discord/try-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";
import { type Redis, startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { type Endpoints, endpointsAt, readValue } from "#tests/web/health-world.ts";

if (WITHOUT_REDIS !== undefined)
  process.stderr.write(`what is seen of a fleet over Redis is not tested: ${WITHOUT_REDIS}\n`);

const MODEL = "glm4:9b";
const QUESTION = { model: "chatglm", prompt: "机密的问题" };
const NOBODY = "http://127.0.0.1:9";

const openOllama = async (): Promise<Ollama> => {
  const ollama = await startOllama({ models: [{ name: MODEL }] });
  onTestFinished(() => ollama.stop());
  return ollama;
};

/** Redis and a bot; how a worker beside an Ollama is started. */
async function openBot() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const discord = await openDiscord();
  const env = { REDIS_URL: redis.url, DATA_DIR: await temporaryFolder() };
  const bot = startBotProgram(discord, { ...env, OLLAMA_HOSTS: NOBODY });
  await discord.ready();
  const addWorker = async (ollama: Ollama) => {
    const process = startWorker(discord, { ...env, OLLAMA_HOSTS: ollama.url, WORKER_PORT: "0" });
    await discord.until(() => process.stderr().includes("the worker runs"), `a worker\n${process.stderr()}`);
    return { process, ...(await endpointsAt(discord, process)) };
  };
  return { redis, discord, bot: await endpointsAt(discord, bot), addWorker };
}

async function openBoth() {
  const world = await openBot();
  const ollama = await openOllama();
  return { ...world, ollama, worker: await world.addWorker(ollama) };
}

const shape = z.object({
  status: z.string(),
  parts: z.object({ redis: z.object({ state: z.string(), since: z.iso.datetime(), required: z.boolean() }) }),
});
const readyz = async ({ get }: Endpoints) => {
  const response = await get("/readyz");
  return { code: response.status, ...shape.parse(await response.json()) };
};
const statuses = (bot: Endpoints, worker: Endpoints) => async (): Promise<string[]> =>
  (await Promise.all([readyz(bot), readyz(worker)])).map(({ status }) => status);

/** What the processes together had as Discord's answers to edits, by status. */
const editsOf =
  (...processes: Endpoints[]) =>
  async (): Promise<Record<string, number>> => {
    const sums: Record<string, number> = {};
    for (const { scrape } of processes)
      for (const { labels, value } of (await scrape()).get("mulu_discord_responses_total")?.samples ?? []) {
        const { action, status = "" } = labels;
        if (action === "edit") sums[status] = (sums[status] ?? 0) + value;
      }
    return sums;
  };
const editsAt = ({ rest }: Discord, status: number): number =>
  rest.calls.filter((call) => call.method === "PATCH" && call.status === status).length;

describe.skipIf(WITHOUT_REDIS !== undefined)("what is seen of a fleet over Redis", () => {
  test("Redis goes: the bot is degraded and answers from the catalog, the worker is not ready; and it comes back", async () => {
    const { redis, discord, bot, worker } = await openBoth();
    await expect.poll(statuses(bot, worker)).toEqual(["ready", "ready"]);
    const before = await readyz(bot);
    expect(before.parts.redis).toMatchObject({ state: "ready", required: false });
    await redis.down();
    await expect.poll(statuses(bot, worker)).toEqual(["degraded", "not_ready"]);
    const [ofBot, ofWorker] = [await readyz(bot), await readyz(worker)];
    expect([ofBot.code, ofWorker.code]).toEqual([200, 503]);
    expect(ofBot.parts.redis).toMatchObject({ state: "away", required: false });
    expect(ofWorker.parts.redis).toMatchObject({ state: "away", required: true });
    expect(ofBot.parts.redis.since > before.parts.redis.since).toBe(true);
    expect([await bot.value("mulu_redis_connected"), await worker.value("mulu_redis_connected")]).toEqual([0, 0]);
    expect([await bot.value("mulu_ready"), await worker.value("mulu_ready")]).toEqual([1, 0]);
    expect((await bot.scrape()).get("mulu_tries_waiting")?.samples).toEqual([]);
    expect((await bot.get("/catalog")).status).toBe(200);
    const person = discord.person({ id: ASKER });
    expect(textOf(await person.run("models", { query: "chatglm" }))).toContain("ChatGLM");
    await person.run("try", { model: MODEL, prompt: "一" });
    expect(readValue(await bot.scrape(), "mulu_try_refusals_total", { reason: "queue_away" })).toBe(1);
    await redis.up();
    await expect.poll(statuses(bot, worker)).toEqual(["ready", "ready"]);
    expect((await readyz(bot)).parts.redis.since > ofBot.parts.redis.since).toBe(true);
    expect([await bot.value("mulu_redis_connected"), await worker.value("mulu_redis_connected")]).toEqual([1, 1]);
  });

  test("a Redis that keeps its connections and answers nothing is away as well", async () => {
    const { redis, bot, worker } = await openBoth();
    await expect.poll(statuses(bot, worker)).toEqual(["ready", "ready"]);
    await pause(redis, 20_000);
    await expect.poll(statuses(bot, worker)).toEqual(["degraded", "not_ready"]);
    await expect.poll(statuses(bot, worker)).toEqual(["ready", "ready"]);
  });

  test("a try: the worker has its run, its first words, its speed and its edits, the bot has it as one try", async () => {
    const { discord, ollama, bot, worker } = await openBoth();
    ollama.script({ chunks: Array.from({ length: 20 }, (_, at) => `机密${at} `), tokensPerSecond: 6, loadMs: 300 });
    discord.rest.fail(({ method }) => method === "PATCH", 429, { retryAfterSeconds: 0.05 });
    const message = await discord.person({ id: ASKER }).run("try", QUESTION);
    await ended(discord, message);
    const metrics = await worker.scrape();
    const at = (name: string, labels = {}): number => readValue(metrics, name, labels);
    expect(at("mulu_runs_total", { outcome: "done" })).toBe(1);
    expect(at("mulu_run_first_token_seconds_count")).toBe(1);
    expect(at("mulu_run_first_token_seconds_sum")).toBeGreaterThan(0.3);
    expect(at("mulu_run_first_token_seconds_sum")).toBeLessThan(at("mulu_run_duration_seconds_sum"));
    expect(at("mulu_run_duration_seconds_count", { outcome: "done" })).toBe(1);
    expect(at("mulu_run_tokens_total", { entry: "chatglm-6b" })).toBe(20);
    expect(at("mulu_run_tokens_per_second_count")).toBe(1);
    await expect.poll(() => bot.value("mulu_tries_total", { outcome: "done" })).toBe(1);
    await expect.poll(editsOf(bot, worker)).toEqual({ "200": editsAt(discord, 200), "429": 1 });
    expect(at("mulu_discord_responses_total", { action: "edit", status: "200" })).toBeGreaterThan(1);
    const ofBot = await bot.scrape();
    expect([...ofBot.keys()].filter((name) => name.startsWith("mulu_run"))).toEqual([]);
    expect([...metrics.keys()].filter((name) => name.startsWith("mulu_tr"))).toEqual([]);
    const host = (families: typeof metrics) => families.get("mulu_ollama_host_up")?.samples;
    expect(host(metrics)).toEqual(host(ofBot));
    const pages = await Promise.all(["/readyz", "/metrics"].map(async (path) => (await worker.get(path)).text()));
    for (const secret of ["机密", ASKER, "400000000000000001", MODEL, "redis://"])
      expect(pages.join("\n")).not.toContain(secret);
  });

  test("runs that fail or are stopped, by outcome and reason; one that a person stops while it waits is no run", async () => {
    const { discord, ollama, bot, worker } = await openBoth();
    const person = discord.person({ id: ASKER });
    ollama.script({ status: { code: 500, body: '{"error":"model requires more system memory"}' } });
    await ended(discord, await person.run("try", QUESTION));
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const runs = await person.run("try", QUESTION);
    const waits = await discord.person({ id: OTHER }).run("try", QUESTION);
    await shows(discord, runs, "测试用");
    await shows(discord, waits, "排队中");
    await discord.person({ id: OTHER }).tap(waits, "停止");
    await ended(discord, waits);
    await person.tap(runs, "停止");
    await ended(discord, runs);
    const metrics = await worker.scrape();
    const outcomes = metrics.get("mulu_runs_total")?.samples.map(({ labels, value }) => [labels["outcome"], value]);
    expect(new Map(outcomes?.filter(([, value]) => value !== 0).map(([name, value]) => [name, value]))).toEqual(
      new Map([
        ["failed", 1],
        ["stopped", 1],
      ]),
    );
    expect(readValue(metrics, "mulu_run_failures_total", { reason: "out_of_memory" })).toBe(1);
    expect(readValue(metrics, "mulu_run_first_token_seconds_count")).toBe(1);
    // The place in the queue is shown by the bot.
    expect(await bot.value("mulu_discord_responses_total", { action: "edit", status: "200" })).toBeGreaterThan(0);
    await expect.poll(editsOf(bot, worker)).toEqual({ "200": editsAt(discord, 200), "429": 0 });
  });

  test("a run whose place another one takes is lost", async () => {
    const { redis, discord, ollama, worker } = await openBoth();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", QUESTION);
    await shows(discord, message, "测试用");
    const client = redis.client();
    onTestFinished(() => client.disconnect());
    const queue = `mulu:2:queue:${encodeURIComponent(MODEL)}`;
    const [job] = await client.lrange(`${queue}:active`, 0, -1);
    // As a worker has it that takes this one for dead.
    await client.set(`${queue}:${job}:lock`, "another");
    await expect.poll(() => worker.value("mulu_runs_total", { outcome: "lost" })).toBe(1);
    expect(await worker.value("mulu_runs_total", { outcome: "stopped" })).toBe(0);
  });

  test("a worker that is told to stop says so until its last run has ended, then it is gone", async () => {
    const { discord, ollama, worker } = await openBoth();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", QUESTION);
    await shows(discord, message, "测试用");
    const stopped = worker.process.stop();
    await expect.poll(async () => (await readyz(worker)).status).toBe("stopping");
    expect([(await readyz(worker)).code, (await worker.get("/healthz")).status]).toEqual([503, 200]);
    expect(await worker.value("mulu_ready")).toBe(0);
    expect(await stopped).toBe(0);
    await ended(discord, message);
    await expect(worker.get("/healthz")).rejects.toThrow("fetch failed");
  });

  test("a run is handed to another worker: handed back here, done there, and one try", async () => {
    const { redis, discord, bot, addWorker } = await openBot();
    const [first, second] = [await openOllama(), await openOllama()];
    const here = await runHere(redis, discord, first);
    first.script({ endless: true, tokensPerSecond: 30 });
    second.script({ text: "第二次的回答" });
    const message = await discord.person({ id: ASKER }).run("try", QUESTION);
    await shows(discord, message, "测试用");
    const there = await addWorker(second);
    await here.stop();
    await ended(discord, message);
    expect(textOf(message)).toContain("第二次的回答");
    const runs = here
      .families()
      .find(({ name }) => name === "mulu_runs_total")
      ?.values.filter(({ value }) => value > 0);
    expect(runs).toEqual([{ labels: { outcome: "handed_back" }, value: 1 }]);
    expect(await there.value("mulu_runs_total", { outcome: "done" })).toBe(1);
    await expect.poll(() => bot.value("mulu_tries_total", { outcome: "done" })).toBe(1);
  });
});

/** Redis takes commands and answers none for so long. */
async function pause(redis: Redis, ms: number): Promise<void> {
  const client = redis.client();
  await client.call("CLIENT", "PAUSE", String(ms), "ALL");
  client.disconnect();
}

/** A worker in this process, whose figures can be read when it has ended. */
async function runHere(
  redis: Redis,
  { apiUrl }: Discord,
  ollama: Ollama,
): Promise<{ stop: () => Promise<void>; families: RunMetrics["families"] }> {
  const log = createLog({ logLevel: "silent" });
  const { runs: events, responded, families } = createRunMetrics();
  const outputs = createOutputs();
  registerDiscord(outputs, { upstream: directUpstream(apiUrl), entryOf: () => undefined, responded, log });
  const { promise: isThere, resolve } = Promise.withResolvers<void>();
  const parts = openParts(redis.url, readConfig({}).tries, log, (connected) => connected && resolve());
  const { fleet, run } = createWorker({
    parts,
    fleet: { backend: createOllamaBackend(), hosts: [{ url: ollama.url }], slots: 1, allowCloud: false, log },
    maxTokens: 100,
    name: "here",
    open: outputs.open,
    events,
    log,
  });
  await Promise.all([fleet.ready(), isThere]);
  const stopping = new AbortController();
  const running = run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
    await parts.close();
  };
  onTestFinished(stop);
  return { stop, families };
}
