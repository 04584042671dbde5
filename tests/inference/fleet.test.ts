import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createFleet } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";

const log = pino({ level: "silent" });

async function host(options: OllamaOptions = {}) {
  const ollama = await startOllama({ models: [{ name: "qwen3:8b" }], ...options });
  onTestFinished(() => ollama.stop());
  return ollama;
}
const fleetOf = async (urls: string[], options: { slots?: number; allowCloud?: boolean; pollMs?: number } = {}) => {
  const fleet = createFleet({
    backend: createOllamaBackend(),
    hosts: urls.map((url) => ({ url })),
    slots: 2,
    allowCloud: false,
    log,
    pollMs: 50,
    ...options,
  });
  await fleet.ready();
  return fleet;
};

describe("choosing a host", () => {
  test("the one that has the model loaded, then the least busy, never more than its slots", async () => {
    const [first, second] = [await host(), await host()];
    await fetch(`${second.url}/api/chat`, {
      method: "POST",
      body: JSON.stringify({ model: "qwen3:8b", messages: [] }),
    }).then((answer) => answer.text());
    const fleet = await fleetOf([first.url, second.url]);
    const leases = [1, 2, 3, 4].map(() => fleet.acquire("qwen3:8b"));
    expect(leases.map((lease) => lease?.host.address.url)).toEqual([second.url, second.url, first.url, first.url]);
    expect(fleet.acquire("qwen3:8b")).toBeUndefined();
    leases[0]?.release();
    leases[0]?.release();
    expect(fleet.acquire("qwen3:8b")?.host.address.url).toBe(second.url);
    expect(fleet.acquire("qwen3:8b")).toBeUndefined();
  });

  test("of hosts that have it loaded alike, the least busy", async () => {
    const [first, second] = [await host(), await host()];
    const fleet = await fleetOf([first.url, second.url]);
    const urls = ["first", "second", "third"].map(() => fleet.acquire("qwen3:8b")?.host.address.url);
    expect(urls.toSorted()).toEqual([first.url, first.url, second.url].toSorted());
    expect(urls[0]).not.toBe(urls[1]);
  });

  test("a slot that was not used changes nothing about its host", async () => {
    const ollama = await host();
    const fleet = await fleetOf([ollama.url]);
    let changes = 0;
    fleet.onChange(() => changes++);
    fleet.acquire("qwen3:8b")?.release("unused");
    expect([changes, fleet.isLoaded("qwen3:8b"), fleet.hosts[0]?.busy]).toEqual([0, false, 0]);
    fleet.acquire("qwen3:8b")?.release();
    expect([changes, fleet.isLoaded("qwen3:8b"), fleet.hosts[0]?.busy]).toEqual([1, true, 0]);
  });

  test("one name with and without its tag, in any case", async () => {
    const ollama = await host({ models: [{ name: "qwen3:latest" }] });
    const fleet = await fleetOf([ollama.url]);
    expect(fleet.acquire("Qwen3")?.model.name).toBe("qwen3:latest");
  });

  test("no model that cannot chat, and none that runs elsewhere unless that is allowed", async () => {
    const models = [
      { name: "embed:1b", capabilities: ["embedding"] },
      { name: "big:cloud", cloud: true },
    ];
    const ollama = await host({ models });
    expect((await fleetOf([ollama.url])).installed()).toEqual([]);
    const allowed = await fleetOf([ollama.url], { allowCloud: true });
    expect(allowed.installed().map(({ name }) => name)).toEqual(["big:cloud"]);
  });
});

test("a host that fails is out, and comes back by itself", async () => {
  const ollama = await host();
  const fleet = await fleetOf([ollama.url]);
  const stop = new AbortController();
  const running = fleet.run(stop.signal);
  await ollama.down();
  await expect.poll(() => fleet.hosts[0]?.up).toBe(false);
  expect(fleet.acquire("qwen3:8b")).toBeUndefined();
  await ollama.up();
  await expect.poll(() => fleet.hosts[0]?.up, { timeout: 20_000 }).toBe(true);
  expect(fleet.acquire("qwen3:8b")).toBeDefined();
  stop.abort();
  await running;
});

test("a host that is out has nothing to offer, and may come back as another version", async () => {
  const ollama = await host({ version: "0.14.2" });
  const fleet = await fleetOf([ollama.url]);
  fleet.acquire("qwen3:8b")?.release();
  const [only] = fleet.hosts;
  if (only === undefined) throw new Error("the fleet has no host");
  expect(only.version).toBe("0.14.2");
  fleet.takeOut(only, { reason: "unreachable", said: "" });
  expect([fleet.installed(), fleet.isLoaded("qwen3:8b"), only.version]).toEqual([[], false, undefined]);
  expect(fleet.acquire("qwen3:8b")).toBeUndefined();
  await fleet.check(only);
  expect([fleet.installed().length, only.version, only.failures]).toEqual([1, "0.14.2", 0]);
});

test("a host that a try took out is asked again soon, and not with the next poll", async () => {
  const ollama = await host();
  const fleet = await fleetOf([ollama.url], { pollMs: 3_600_000 });
  const stop = new AbortController();
  const running = fleet.run(stop.signal);
  for (const item of fleet.hosts) {
    // The pause before the next poll has begun by then.
    await fleet.check(item);
    fleet.takeOut(item, { reason: "unreachable", said: "" });
  }
  await expect.poll(() => fleet.hosts[0]?.up, { timeout: 20_000 }).toBe(true);
  stop.abort();
  await running;
});

test("capabilities are asked for once a model, not every time", async () => {
  const ollama = await host();
  const fleet = await fleetOf([ollama.url]);
  for (const item of fleet.hosts) await fleet.check(item);
  expect(ollama.calls.filter(({ path }) => path === "/api/show").length).toBe(1);
});

test("something else that answers on the port is no Ollama", async () => {
  const fleet = await fleetOf(["http://127.0.0.1:9"]);
  expect(fleet.hosts[0]?.up).toBe(false);
  expect(fleet.installed()).toEqual([]);
});
