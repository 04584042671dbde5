import { describe, expect, onTestFinished, test } from "vitest";
import { createBackOff } from "#src/base/back-off.ts";
import { readFacts } from "#src/sync/hubs/model-facts.ts";
import type { HubSettings } from "#src/sync/hubs/settings.ts";
import { startServer } from "#tests/stand-ins/model-hubs/server.ts";
import { silent } from "#tests/sync/observe-world.ts";
import { idsOf, startHubsWorld } from "./hubs-world.ts";

const TOKEN = "hf_SecretOfThisTest0000";
const withToken = (url: string, token = TOKEN): Partial<HubSettings> => ({ huggingface: { url, token } });

describe("a hub that is out of order", () => {
  test.each([
    ["504", { kind: "status", status: 504 }],
    ["408", { kind: "status", status: 408 }],
    ["a broken connection", { kind: "drop" }],
    ["an answer that breaks off", { kind: "truncate", ends: false }],
  ] as const)("is asked again after %s, twice and no more", async (_, fault) => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    world.hubs.huggingface.fail("author=Qwen", fault, 2);
    expect(idsOf(await world.look(["Qwen"]))).toEqual(["Qwen/Qwen4-8B"]);
    world.clock.now += 86_400_000;
    world.hubs.huggingface.asked();
    world.hubs.huggingface.fail("author=Qwen", fault, 3);
    const seen = await world.look(["Qwen"]);
    expect(world.hubs.huggingface.asked().length).toBe(3);
    expect(seen.silent).toMatchObject([{ organization: "Qwen", silence: { reason: "away" } }]);
    expect(idsOf(seen)).toEqual(["Qwen/Qwen4-8B"]);
  });

  test("is asked no more after three questions without an answer, and the other hub goes on", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.down(true);
    world.hubs.modelscope.publish({ id: "baicai003/Llama" });
    const organizations = ["a", "b", "c", "d", "e"].map((name) => ({ huggingface: [name], modelscope: [] }));
    const seen = await world.look([], {
      organizations: [...organizations, { huggingface: [], modelscope: ["baicai003"] }],
    });
    expect(seen.silent.map(({ organization }) => organization)).toEqual(["a", "b", "c", "d", "e"]);
    expect(idsOf(seen, "modelscope")).toEqual(["baicai003/Llama"]);
    expect(seen.requests).toBe(3 * 3 + 1);
  });

  test("is one that gives no answer in time, which is not waited for twice", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.fail("author=Qwen", { kind: "hang" });
    world.hubs.huggingface.publish({ id: "zai-org/GLM-5" });
    const seen = await world.look(["Qwen", "zai-org"], {}, { timeoutMs: 300 });
    expect(seen.silent).toMatchObject([{ organization: "Qwen", silence: { reason: "away" } }]);
    expect(seen.silent[0]?.silence.detail).toContain("it took too long");
    expect(idsOf(seen)).toEqual(["zai-org/GLM-5"]);
    expect(seen.requests).toBe(2);
  });

  test("ends with the run", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.fail("author=Qwen", { kind: "hang" });
    const stop = new AbortController();
    const looking = world.look(["Qwen"], {}, { signal: stop.signal });
    await expect.poll(() => world.hubs.huggingface.requests.length).toBe(1);
    stop.abort(new Error("stopped"));
    await expect(looking).rejects.toThrow("stopped");
  });
});

describe("an answer that means nothing", () => {
  test.each([
    ["a page", { kind: "page" }],
    ["half of a list", { kind: "truncate" }],
    ["no list", { kind: "status", status: 200, body: { models: [] } }],
    ["a circle of redirects", { kind: "loop" }],
    [
      "a redirect to no address of the web",
      { kind: "status", status: 302, headers: { location: "file:///etc/passwd" } },
    ],
  ] as const)("(%s) leaves what was known, and says so", async (_, fault) => {
    const world = await startHubsWorld({ conditional: false });
    world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    await world.look(["Qwen"]);
    world.clock.now += 86_400_000;
    world.hubs.huggingface.fail("author=Qwen", fault, 10);
    const seen = await world.look(["Qwen"]);
    expect(seen.silent).toMatchObject([{ silence: { reason: "unreadable" } }]);
    expect(idsOf(seen)).toEqual(["Qwen/Qwen4-8B"]);
  });

  test("five redirects are followed, a sixth is not", async () => {
    const chain = async (length: number) => {
      const server = await startServer(({ url }) => {
        const at = Number(url.searchParams.get("at") ?? 0);
        return at < length
          ? { status: 307, body: "", headers: { location: `/hop?at=${at + 1}` } }
          : { status: 200, body: [{ id: "Qwen/Qwen4-8B" }] };
      });
      onTestFinished(server.close);
      const world = await startHubsWorld();
      const hubs = world.run({}, { huggingface: { url: server.url, token: undefined } });
      return hubs.providers.huggingface.listModels("Qwen");
    };
    expect((await chain(5))[0]?.models).toHaveLength(1);
    await expect(chain(6)).rejects.toMatchObject({ kind: "unreadable" });
  });
});

describe("a limit", () => {
  const limit = (headers: Record<string, string> = {}) =>
    ({ kind: "status", status: 429, body: { error: "We had to rate limit your IP" }, headers }) as const;

  test.each([
    ["nothing remains for some seconds", { ratelimit: '"api";r=0;t=3' }],
    ["a time in Retry-After", { "retry-after": "2", ratelimit: '"api";r=12;t=250' }],
    ["nothing", {}],
  ])("that says %s is waited for once; the second ends what is asked of the hub", async (_, headers) => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/one" }, { id: "b/two" }, { id: "c/three" });
    world.hubs.huggingface.fail("author=", limit(headers));
    const seen = await world.look(["a", "b"]);
    expect([idsOf(seen), seen.silent, seen.requests]).toEqual([["a/one", "b/two"], [], 3]);
    world.hubs.huggingface.fail("author=", limit(headers), 2);
    world.clock.now += 86_400_000;
    const limited = await world.look(["a", "b", "c"]);
    expect(limited.requests).toBe(2);
    expect(limited.silent.map(({ silence }) => silence.reason)).toEqual(["limit", "limit", "limit"]);
    expect(idsOf(limited)).toEqual(["a/one", "b/two"]);
  });

  test.each([
    ["60 s", "59", 2],
    ["more than 60 s", "61", 1],
  ])("of %s: so many requests are sent", async (_, t, requests) => {
    const world = await startHubsWorld();
    world.hubs.huggingface.fail("author=", limit({ ratelimit: `"api";r=0;t=${t}` }));
    expect((await world.look(["a"])).requests).toBe(requests);
  });

  test("keeps the whole process from the hub, as other runs would be refused too", async () => {
    const world = await startHubsWorld();
    const backOff = createBackOff("Hugging Face", { log: silent });
    const upstreams = { huggingface: { backOff, proxies: { http: undefined, https: undefined, exceptions: [] } } };
    world.hubs.huggingface.fail("author=", limit({ "retry-after": "300" }));
    await world.look(["a"], {}, { upstreams });
    const seen = await world.look(["a"], {}, { upstreams });
    expect(seen.requests).toBe(0);
    expect(seen.silent).toMatchObject([{ silence: { reason: "limit" } }]);
  });
});

describe("the token", () => {
  test("goes to the hub and not along to where its files are", async () => {
    const world = await startHubsWorld({ token: TOKEN, filesElsewhere: true });
    world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B", config: { model_type: "qwen4" } });
    const answers = await readFacts([{ hub: "huggingface", id: "Qwen/Qwen4-8B" }], { hubs: world.run() });
    expect([...answers.values()]).toMatchObject([{ state: "found", facts: { config: { model_type: "qwen4" } } }]);
    const sent = world.hubs.huggingface.requests.map(({ headers }) => headers.authorization);
    expect(new Set(sent)).toEqual(new Set([`Bearer ${TOKEN}`]));
  });

  test("that the hub does not know is said once, stands nowhere, and others are not taken for gone", async () => {
    const world = await startHubsWorld({ token: "hf_AnotherToken" });
    world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" }, { id: "zai-org/GLM-5" });
    const hubs = world.run({}, withToken(world.hubs.huggingface.url));
    const answers = await readFacts(
      ["Qwen/Qwen4-8B", "zai-org/GLM-5"].map((id) => ({ hub: "huggingface" as const, id })),
      { hubs },
    );
    expect([...answers.values()].map(({ state }) => state)).toEqual(["found", "found"]);
    expect(world.logged().match(/does not accept the token/g)).toHaveLength(1);
    expect(world.logged()).not.toContain(TOKEN);
  });

  test("does not stand in a failure where the hub repeats it", async () => {
    const world = await startHubsWorld({ token: TOKEN });
    const body = { error: `Bearer ${TOKEN} may not do that; see https://me:pw@x.example/?sig=abc\n@everyone` };
    world.hubs.huggingface.fail("author=", { kind: "status", status: 403, body });
    const { silent: said } = await world.look(["Qwen"]);
    expect(said).toMatchObject([{ silence: { reason: "refused" } }]);
    expect(JSON.stringify(said)).not.toMatch(/SecretOfThisTest|pw@|sig=abc|\\n/);
    expect(world.logged()).not.toMatch(/SecretOfThisTest|pw@|sig=abc/);
  });

  test("shows what is private, and nobody reads of it", async () => {
    const server = await startServer(() => ({
      status: 200,
      body: [
        { id: "Qwen/Qwen5-secret", private: true },
        { id: "Qwen/Qwen4-8B", private: false },
      ],
    }));
    onTestFinished(server.close);
    const world = await startHubsWorld({ token: TOKEN });
    const hubs = world.run({}, withToken(server.url));
    const [page] = await hubs.providers.huggingface.listModels("Qwen");
    expect(page?.models.map(({ id }) => id)).toEqual(["Qwen/Qwen4-8B"]);
    world.hubs.huggingface.publish({ id: "Qwen/Qwen5-secret", private: true });
    expect(await world.run().providers.huggingface.readModel("Qwen/Qwen5-secret")).toBeUndefined();
  });
});

test("a proxy that does not connect makes the hub away, without its password in what is said", async () => {
  const world = await startHubsWorld();
  const proxy = {
    kind: "http" as const,
    host: "127.0.0.1",
    port: 9,
    login: { user: "me", password: "hunter2-of-proxy" },
  };
  const upstreams = {
    huggingface: {
      backOff: createBackOff("hub", { log: silent }),
      proxies: { http: proxy, https: proxy, exceptions: [] },
    },
  };
  const hubs = world.run({ upstreams }, { huggingface: { url: "http://hub.example", token: undefined } });
  await expect(hubs.providers.huggingface.listModels("Qwen")).rejects.toMatchObject({
    kind: "away",
    host: "hub.example",
  });
  expect(world.logged()).not.toContain("hunter2");
});
