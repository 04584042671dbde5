import { describe, expect, test } from "vitest";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { fleetOf, host, type Line, logTo } from "#tests/inference/fleet-world.ts";
import { noSuchPath, ollamaError, page } from "#tests/stand-ins/ollama/faults.ts";

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

test("nobody on the port is out of reach", async () => {
  const fleet = await fleetOf(["http://127.0.0.1:9"]);
  expect(fleet.hosts[0]).toMatchObject({ up: false, fault: { reason: "unreachable" } });
  expect(fleet.installed()).toEqual([]);
});

describe("what answers in another way than Ollama", () => {
  test.each([
    ["nginx without its Ollama", page(502, "Bad Gateway"), "unreachable", 502],
    ["a login", { code: 401, body: "" }, "notBackend", 401],
    ["a page", { code: 200, body: "<html>路由器</html>", contentType: "text/html" }, "notBackend", 200],
    ["JSON of another program", { code: 200, body: '{"status":"ok"}' }, "notBackend", 200],
  ] as const)("%s is out, and says so once", async (_, answer, reason, status) => {
    const ollama = await host();
    ollama.answer("*", answer);
    const lines: Line[] = [];
    const fleet = await fleetOf([ollama.url], { log: logTo(lines) });
    const [only] = fleet.hosts;
    if (only === undefined) throw new Error("the fleet has no host");
    await fleet.check(only);
    expect(only).toMatchObject({ up: false, fault: { reason, status } });
    expect(lines).toEqual([
      expect.objectContaining({ msg: "Ollama host is out", host: only.label, reason, status, said: only.fault?.said }),
    ]);
    ollama.answer("*", undefined);
    await fleet.check(only);
    expect(only).toMatchObject({ up: true, fault: undefined });
    expect(fleet.installed().length).toBe(1);
  });

  test("an error of Ollama's in place of its list leaves it in, with what was known", async () => {
    const ollama = await host();
    const lines: Line[] = [];
    const fleet = await fleetOf([ollama.url], { log: logTo(lines) });
    ollama.answer("/api/tags", ollamaError(500, "connect: terminated, host not found: EOF"));
    for (const item of fleet.hosts) for (let times = 0; times < 3; times++) await fleet.check(item);
    expect(fleet.hosts[0]).toMatchObject({ up: true, fault: { reason: "failed" } });
    expect(fleet.acquire("qwen3:8b")).toBeDefined();
    expect(lines.map(({ msg }) => msg)).toEqual(["Ollama host has no list"]);
  });
});

describe("a list with an odd model", () => {
  const tags = (models: unknown) => ({ code: 200, body: JSON.stringify({ models }) });
  const good = { name: "qwen3:8b", size: 5e9, digest: "a", details: { parameter_size: "8.2B" } };
  const ODD: readonly [string, unknown][] = [
    ["no details", { ...good, name: "odd:1b", details: null }],
    ["no quantization", { ...good, name: "odd:1b", details: { parameter_size: null, quantization_level: null } }],
    [
      "other types",
      { name: "odd:1b", size: "5 GB", digest: 7, details: [], capabilities: "completion", remote_host: null },
    ],
    ["its name under another key", { model: "odd:1b" }],
  ];
  test.each(ODD)("with %s has that one and the others", async (_, odd) => {
    const ollama = await host({ models: [{ name: "qwen3:8b" }, { name: "odd:1b" }] });
    ollama.answer("/api/tags", tags([odd, good]));
    const fleet = await fleetOf([ollama.url]);
    expect(fleet.installed().map(({ name }) => name)).toEqual(["odd:1b", "qwen3:8b"]);
  });

  test.each([[null], [7], ["qwen3"], [{ size: 1 }], [{ name: "" }], [{ name: 5 }]])(
    "that is %j has the others, and says so once",
    async (odd) => {
      const ollama = await host();
      const lines: Line[] = [];
      const log = logTo(lines);
      ollama.answer("/api/tags", tags([odd, good, odd]));
      const fleet = await fleetOf([ollama.url], { log, backend: createOllamaBackend({ log }) });
      for (const item of fleet.hosts) await fleet.check(item);
      expect(fleet.installed().map(({ name }) => name)).toEqual(["qwen3:8b"]);
      expect(lines).toEqual([expect.objectContaining({ path: "/api/tags", said: JSON.stringify(odd) })]);
    },
  );

  test("that is null is empty, as old versions have it", async () => {
    const ollama = await host();
    ollama.answer("/api/tags", tags(null));
    const fleet = await fleetOf([ollama.url]);
    expect([fleet.hosts[0]?.up, fleet.installed()]).toEqual([true, []]);
  });
});

describe("an emulation", () => {
  test("without what is in memory and without a version can be used, which is told once", async () => {
    const ollama = await host();
    for (const path of ["/api/ps", "/api/version"]) ollama.answer(path, noSuchPath);
    const lines: Line[] = [];
    const fleet = await fleetOf([ollama.url], { log: logTo(lines) });
    for (const item of fleet.hosts) await fleet.check(item);
    expect(fleet.acquire("qwen3:8b")?.host).toMatchObject({ up: true, version: undefined });
    expect(lines.map(({ msg, status }) => [msg, status])).toEqual([
      ["a host does not tell what is in memory", 404],
      ["a host does not tell its version", 404],
    ]);
  });

  test.each([
    ["an error", ollamaError(500, "this model is damaged")],
    ["null", { code: 200, body: '{"capabilities":null}' }],
  ])("that shows %s in place of what a model can do has its models", async (_, answer) => {
    const ollama = await host({ models: [{ name: "qwen3:8b" }, { name: "yi:6b" }] });
    ollama.answer("/api/show", answer);
    const fleet = await fleetOf([ollama.url]);
    for (const item of fleet.hosts) await fleet.check(item);
    expect(fleet.installed().map(({ name }) => name)).toEqual(["qwen3:8b", "yi:6b"]);
    // What could not be had is not asked for with every poll.
    expect(ollama.calls.filter(({ path }) => path === "/api/show").length).toBe(2);
  });
});
