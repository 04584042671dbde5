import { once } from "node:events";
import { request } from "node:http";
import { afterAll, expect, test } from "vitest";
import { createRunMetrics } from "#src/metrics/run-metrics.ts";
import { openDiscord, startWorker } from "#tests/discord/start-bot.ts";
import { runCommand, runProgram } from "#tests/run-program.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { takenPort } from "#tests/taken-port.ts";
import { endpointsAt } from "./health-world.ts";

const NOBODY = { REDIS_URL: "redis://:secret-of-redis@127.0.0.1:9", OLLAMA_HOSTS: "http://127.0.0.1:9" };

/** A worker beside an Ollama; its Redis is not there. */
const ollama = await startOllama({ models: [{ name: "glm4:9b" }] });
afterAll(() => ollama.stop());
const discord = await openDiscord({}, afterAll);
const worker = startWorker(discord, { ...NOBODY, OLLAMA_HOSTS: ollama.url, WORKER_PORT: "0" }, afterAll);
const { get, scrape } = await endpointsAt(discord, worker);
await discord.until(() => worker.stderr().includes("the worker runs"), "a worker that runs");

test("a worker without its Redis is alive and not ready, and says which part is away", async () => {
  expect(await (await get("/healthz")).text()).toBe("ok");
  const response = await get("/readyz");
  expect([response.status, response.headers.get("cache-control")]).toEqual([503, "no-store"]);
  expect(await response.json()).toEqual({
    status: "not_ready",
    parts: {
      ollama: { state: "ready", since: expect.any(String), required: false, hosts: 1, up: 1 },
      redis: { state: "away", since: expect.any(String), required: true },
      discord: { state: "ready", since: expect.any(String), required: false },
    },
  });
});

test("its metrics are those of runs, Discord's answers, its hosts and itself, from 0 and without secrets", async () => {
  const metrics = await scrape();
  const runs = createRunMetrics().families();
  const shared = ["build_info", "ready", "redis_connected", "ollama_host_up", "ollama_host_tries"];
  const ollama = ["models_installed", "models_loaded", "graphics_memory_bytes"];
  const expected = [
    ...runs.map(({ name }) => name),
    ...shared.map((name) => `mulu_${name}`),
    ...ollama.map((name) => `mulu_ollama_${name}`),
  ];
  expect([...metrics.keys()].filter((name) => name.startsWith("mulu_")).toSorted()).toEqual(expected.toSorted());
  expect(metrics.has("process_resident_memory_bytes")).toBe(true);
  const outcomes = metrics.get("mulu_runs_total")?.samples.map(({ labels, value }) => [labels["outcome"], value]);
  expect(outcomes?.toSorted()).toEqual(
    ["done", "expired", "failed", "handed_back", "interrupted", "lost", "stopped"].map((outcome) => [outcome, 0]),
  );
  expect(metrics.get("mulu_redis_connected")?.samples).toMatchObject([{ value: 0 }]);
  expect(metrics.get("mulu_ready")?.samples).toMatchObject([{ value: 0 }]);
  expect(metrics.get("mulu_ollama_models_installed")?.samples).toMatchObject([{ value: 1 }]);
  const pages = await Promise.all(["/readyz", "/metrics"].map(async (path) => (await get(path)).text()));
  expect(pages.join("\n")).not.toMatch(/secret-of-redis|glm4/);
});

test("it has nothing else that a bot serves, and on loopback answers to no other name", async () => {
  for (const path of ["/", "/catalog", "/catalog.json", "/chat", "/assets/0/style.css", "/interactions"]) {
    const response = await get(path);
    expect([path, response.status, await response.text()]).toEqual([path, 404, "Not found\n"]);
  }
  const { url } = await get("/metrics");
  // fetch always says where it asks.
  const [refused] = await once(request(url, { headers: { host: "evil.example" } }).end(), "response");
  expect(refused).toMatchObject({ statusCode: 421 });
  refused.destroy();
});

test("without a port for it a worker serves nothing", async () => {
  const discord = await openDiscord();
  const worker = startWorker(discord, NOBODY);
  await discord.until(() => worker.stderr().includes("the worker runs"), "a worker that runs");
  expect(worker.stderr()).not.toMatch(/"url":|health and metrics/);
  expect(await worker.stop()).toBe(0);
});

test("a port that is taken is named in one line, and the worker does not start", async () => {
  const port = await takenPort();
  const env = { ...NOBODY, WORKER_PORT: String(port), DEFAULT_LOCALE: "en-US", LOG_LEVEL: "error" };
  const { code, stderr } = await runProgram("src/cli/worker.ts", [], { env });
  expect(code).toBe(1);
  expect(stderr).toBe(
    `Health and metrics: port ${port} of 127.0.0.1 is taken; set another WORKER_PORT or stop the program that has it\n`,
  );
});

test.each(["65536", "-1", "8788.5", "worker"])("the port %s is refused by the name of its setting", async (port) => {
  const env = { ...NOBODY, WORKER_PORT: port, DEFAULT_LOCALE: "en-US" };
  const { code, stderr } = await runCommand(() => Promise.resolve(0), [], env);
  expect(code).toBe(78);
  expect(stderr).toMatch(/WORKER_PORT.*65,?535/);
});
