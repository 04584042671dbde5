import { type ChatResponse, Ollama as Client } from "ollama";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { InstalledModel } from "./ollama/library.ts";
import { type Ollama, startOllama } from "./ollama.ts";

const MODELS: InstalledModel[] = [
  { name: "qwen3", capabilities: ["completion", "tools", "thinking"], sizeBytes: 5_200_000_000, contextLength: 40_960 },
  { name: "glm4:9b", parameterSize: "9.4B", quantization: "Q4_0" },
  { name: "bge-m3", capabilities: ["embedding"] },
  { name: "glm-5:cloud", cloud: true },
];

const messages = [{ role: "user", content: "为什么天是蓝的？" }];
const servers = new Set<Ollama>();

async function start(options: Parameters<typeof startOllama>[0] = {}): Promise<Ollama> {
  const server = await startOllama({ models: MODELS, ...options });
  servers.add(server);
  return server;
}

afterEach(async () => {
  const started = [...servers];
  servers.clear();
  await Promise.all(started.map((server) => server.stop()));
});

/** As the bot does it: one client per try, which can be aborted even before the headers have come. */
function client({ url }: Ollama, signal = new AbortController().signal): Client {
  return new Client({
    host: url,
    fetch: (input, init) =>
      fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal }),
  });
}

async function all<Item>(stream: Promise<AsyncIterable<Item>>): Promise<Item[]> {
  return Array.fromAsync(await stream);
}

const stream = (server: Ollama, model = "qwen3", signal?: AbortSignal) =>
  client(server, signal).chat({ model, messages, stream: true });
const content = (parts: ChatResponse[]): string => parts.map(({ message }) => message.content).join("");
const until = (look: () => void) => vi.waitFor(look, { interval: 5, timeout: 5000 });

async function post(server: Ollama, path: string, body: unknown) {
  const response = await fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}

describe("a chat", () => {
  test("streams the script's text, two characters a chunk", async () => {
    const server = await start();
    server.script({ text: "因为👍🏽散射。" });
    const parts = await all(stream(server));
    expect(content(parts)).toBe("因为👍🏽散射。");
    expect(parts.map(({ message }) => message.content)).toEqual(["因为", "👍🏽", "散射", "。", ""]);
    expect(parts.map(({ done }) => done)).toEqual([false, false, false, false, true]);
    expect(server.requests).toMatchObject([{ model: "qwen3", messages, stream: true, finishedAt: expect.any(Number) }]);
    expect(server.requests[0]).not.toHaveProperty("closedByClientAt");
  });

  test("without a script quotes the question in Chinese", async () => {
    expect(content(await all(stream(await start())))).toContain("为什么天是蓝的？");
  });

  test("sends exact chunks when it is given them", async () => {
    const server = await start();
    server.script({ chunks: ["<think>", "嗯</th", "ink>好"] });
    expect((await all(stream(server))).map(({ message }) => message.content)).toEqual([
      "<think>",
      "嗯</th",
      "ink>好",
      "",
    ]);
  });

  test("thinks before it speaks, unless it is told not to", async () => {
    const server = await start();
    server.script({ thinking: "先想一想", text: "好" });
    const thoughts = (await all(stream(server))).map(({ message }) => [message.thinking, message.content]);
    expect(thoughts).toEqual([
      ["先想", ""],
      ["一想", ""],
      [undefined, "好"],
      [undefined, ""],
    ]);
    const silent = client(server).chat({ model: "qwen3", messages, stream: true, think: false });
    expect((await all(silent)).some(({ message }) => message.thinking)).toBe(false);
    const whole = await client(server).chat({ model: "qwen3", messages, think: true });
    expect(whole.message).toEqual({ role: "assistant", thinking: "先想一想", content: "好" });
  });

  test("keeps its pace, and its figures say so", async () => {
    const server = await start();
    server.script({ chunks: Array.from({ length: 20 }, () => "字"), tokensPerSecond: 200, loadMs: 30 });
    const before = performance.now();
    const last = (await all(stream(server))).at(-1);
    const tookMs = performance.now() - before;
    expect(tookMs).toBeGreaterThanOrEqual(125);
    expect(last).toMatchObject({ done: true, done_reason: "stop", eval_count: 20, eval_duration: 100_000_000 });
    expect(last?.load_duration).toBeGreaterThanOrEqual(28_000_000);
    expect(last?.total_duration).toBeGreaterThanOrEqual(128_000_000);
    expect(last?.total_duration).toBeLessThanOrEqual(tookMs * 1e6);
    expect(last?.prompt_eval_count).toBe(4);
    expect(last?.prompt_eval_duration).toBeGreaterThan(0);
  });

  test("is one JSON object when no stream is wanted, and NDJSON when nothing is said", async () => {
    const server = await start();
    server.script({ text: "你好。" });
    const whole = await client(server).chat({ model: "qwen3", messages });
    expect(whole).toMatchObject({ message: { content: "你好。" }, done: true, done_reason: "stop", eval_count: 2 });
    const { type, body } = await post(server, "/api/chat", { model: "qwen3", messages });
    expect(type).toBe("application/x-ndjson");
    expect(body.trimEnd().split("\n")).toHaveLength(3);
  });

  test("ends at num_predict tokens, or for the reason in the script", async () => {
    const server = await start();
    server.script({ text: "一二三四五六" });
    const cut = await client(server).chat({ model: "qwen3", messages, options: { num_predict: 2 } });
    expect(cut).toMatchObject({ message: { content: "一二三四" }, done_reason: "length", eval_count: 2 });
    server.script(({ model }) => (model === "qwen3" ? { text: "短", doneReason: "length" } : {}));
    expect((await all(stream(server))).at(-1)?.done_reason).toBe("length");
    expect((await all(stream(server, "glm4:9b"))).at(-1)?.done_reason).toBe("stop");
  });

  test("without messages only loads the model, or unloads it", async () => {
    const server = await start();
    expect(await client(server).chat({ model: "qwen3" })).toMatchObject({ done: true, done_reason: "load" });
    expect(server.loaded()).toEqual(["qwen3:latest"]);
    const gone = await client(server).chat({ model: "qwen3", keep_alive: 0 });
    expect(gone).toMatchObject({ done: true, done_reason: "unload" });
    expect(server.loaded()).toEqual([]);
  });
});

describe("a chat that goes wrong", () => {
  test("with an error in the middle of the stream", async () => {
    const server = await start();
    server.script({ text: "一二三四五六", failAfter: { chunks: 2, how: "error" } });
    const parts: ChatResponse[] = [];
    const read = async () => {
      for await (const part of await stream(server)) parts.push(part);
    };
    await expect(read()).rejects.toThrow("an error was encountered while running the model");
    expect(content(parts)).toBe("一二三四");
    expect(server.requests[0]).not.toHaveProperty("finishedAt");
    expect((await post(server, "/api/chat", { model: "qwen3", messages })).status).toBe(200);
  });

  test("with a broken connection, which is not the client's doing", async () => {
    const server = await start();
    server.script({ failAfter: { chunks: 2, how: "drop" } });
    const parts: ChatResponse[] = [];
    const read = async () => {
      for await (const part of await stream(server)) parts.push(part);
    };
    await expect(read()).rejects.toThrow("terminated");
    expect(parts).toHaveLength(2);
    await until(() => expect(server.open()).toBe(0));
    expect(server.requests[0]).not.toHaveProperty("closedByClientAt");
  });

  test("with a line that is no JSON", async () => {
    const server = await start();
    server.script({ failAfter: { chunks: 1, how: "garbage" } });
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    await expect(all(stream(server))).rejects.toThrow("Did not receive done");
    expect(warned).toHaveBeenCalledWith("invalid json: ", expect.stringContaining("<html>"));
    warned.mockRestore();
  });

  test("with whatever status and body the script has", async () => {
    const server = await start();
    const busy = "server busy, please try again.  maximum pending requests exceeded";
    server.script({ status: { code: 503, body: JSON.stringify({ error: busy }) } });
    await expect(stream(server)).rejects.toMatchObject({ status_code: 503, message: busy });
    server.script({ status: { code: 502, body: "<html>Bad Gateway</html>", contentType: "text/html" } });
    expect(await post(server, "/api/chat", { model: "qwen3", messages })).toEqual({
      status: 502,
      type: "text/html",
      body: "<html>Bad Gateway</html>",
    });
  });

  test("with a model that is not there, cannot chat or cannot think", async () => {
    const server = await start();
    await expect(stream(server, "yi:34b")).rejects.toMatchObject({
      status_code: 404,
      message: "model 'yi:34b' not found",
    });
    await expect(stream(server, "bge-m3")).rejects.toMatchObject({
      status_code: 400,
      message: '"bge-m3" does not support chat',
    });
    const think = (value: boolean) => client(server).chat({ model: "glm4:9b", messages, think: value });
    await expect(think(true)).rejects.toMatchObject({
      status_code: 400,
      message: '"glm4:9b" does not support thinking',
    });
    expect((await think(false)).done).toBe(true);
    expect(server.loaded()).toEqual(["glm4:9b"]);
  });
});

describe("a client that leaves", () => {
  test("while the model loads", async () => {
    const server = await start();
    server.script({ loadMs: 60_000 });
    const abort = new AbortController();
    const answer = stream(server, "qwen3", abort.signal);
    await until(() => expect(server.open()).toBe(1));
    abort.abort();
    await expect(answer).rejects.toThrow("aborted");
    await until(() => expect(server.requests[0]?.closedByClientAt).toBeGreaterThan(0));
    await until(() => expect(server.open()).toBe(0));
    expect(server.requests[0]).not.toHaveProperty("firstChunkAt");
    expect(server.loaded()).toEqual([]);
    expect(server.maxRunning()).toBe(0);
  });

  test.each([undefined, 500, Number.POSITIVE_INFINITY])(
    "ends an endless answer at %s tokens a second",
    async (speed) => {
      const server = await start();
      server.script({ text: "没完没了", endless: true, ...(speed !== undefined && { tokensPerSecond: speed }) });
      const abort = new AbortController();
      const parts: ChatResponse[] = [];
      const read = async () => {
        for await (const part of await stream(server, "qwen3", abort.signal)) {
          parts.push(part);
          if (parts.length === 9) abort.abort();
        }
      };
      await expect(read()).rejects.toThrow("aborted");
      expect(content(parts)).toMatch(/^没完没了没完没了没完没了没完没了没完/);
      await until(() => expect(server.running()).toBe(0));
      const [request] = server.requests;
      expect(request?.closedByClientAt).toBeGreaterThan(request?.firstChunkAt ?? Number.POSITIVE_INFINITY);
      expect(request).not.toHaveProperty("finishedAt");
    },
  );
});

describe("slots", () => {
  test("make the third chat wait until one ends", async () => {
    const server = await start({ slots: 2 });
    server.script(({ messages: [first] }) => (first?.content === "短" ? { text: "短" } : { endless: true }));
    const aborts = [new AbortController(), new AbortController()];
    const endless = Promise.allSettled(aborts.map(({ signal }) => all(stream(server, "qwen3", signal))));
    await until(() => expect(server.running()).toBe(2));
    const third = client(server).chat({ model: "qwen3", messages: [{ role: "user", content: "短" }] });
    await until(() => expect(server.waiting()).toBe(1));
    expect(server.maxOpen()).toBe(3);
    // Another model has slots of its own.
    expect((await client(server).chat({ model: "glm4:9b", messages: [{ role: "user", content: "短" }] })).done).toBe(
      true,
    );
    expect(server.waiting()).toBe(1);

    aborts[0]?.abort();
    expect((await third).message.content).toBe("短");
    aborts[1]?.abort();
    expect((await endless).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await until(() => expect(server.running()).toBe(0));
    expect(server.maxRunning()).toBe(3);
  });

  test("are not taken by a client that left while it waited", async () => {
    const server = await start();
    server.script({ endless: true });
    const [first, second] = [new AbortController(), new AbortController()];
    const one = Promise.allSettled([all(stream(server, "qwen3", first.signal))]);
    await until(() => expect(server.running()).toBe(1));
    const other = Promise.allSettled([all(stream(server, "qwen3", second.signal))]);
    await until(() => expect(server.waiting()).toBe(1));
    second.abort();
    await other;
    await until(() => expect(server.waiting()).toBe(0));
    first.abort();
    await one;
    await until(() => expect([server.running(), server.open()]).toEqual([0, 0]));
    expect(server.requests[1]?.closedByClientAt).toBeGreaterThan(0);
    expect(server.requests[1]).not.toHaveProperty("firstChunkAt");
    expect(server.maxRunning()).toBe(1);
  });
});

describe("the models", () => {
  test("are listed with their sizes, the cloud's with where they are", async () => {
    const { models } = await client(await start()).list();
    expect(models.map(({ name }) => name)).toEqual(["qwen3:latest", "glm4:9b", "bge-m3:latest", "glm-5:cloud"]);
    expect(models[1]).toMatchObject({
      model: "glm4:9b",
      size: 5_200_000_000,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      details: { family: "glm4", parameter_size: "9.4B", quantization_level: "Q4_0", format: "gguf" },
    });
    expect(models[1]).not.toHaveProperty("remote_model");
    expect(models[3]).toMatchObject({ remote_model: "glm-5:cloud", remote_host: "https://ollama.com:443" });
  });

  test("show what they can do", async () => {
    const server = await start();
    const shown = await client(server).show({ model: "QWEN3:latest" });
    expect(shown).toMatchObject({
      capabilities: ["completion", "tools", "thinking"],
      model_info: { "general.architecture": "qwen3", "qwen3.context_length": 40_960, "qwen3.block_count": 36 },
    });
    await expect(client(server).show({ model: "yi" })).rejects.toMatchObject({ status_code: 404 });
  });

  test("are in memory once they have been chatted with, for as long as they are kept", async () => {
    const server = await start();
    await client(server).chat({ model: "qwen3:latest", messages, keep_alive: "1h30m", options: { num_ctx: 8192 } });
    await client(server).chat({ model: "glm4:9b", messages, keep_alive: 0 });
    const { models } = await client(server).ps();
    expect(models).toMatchObject([{ name: "qwen3:latest", size: 6_240_000_000, context_length: 8192 }]);
    const leftMs = Number(new Date(String(models[0]?.expires_at))) - Date.now();
    expect(leftMs).toBeGreaterThan(89 * 60_000);
    expect(leftMs).toBeLessThanOrEqual(90 * 60_000);
  });

  test("are deleted", async () => {
    const server = await start();
    expect(await client(server).delete({ model: "qwen3" })).toEqual({ status: "success" });
    await expect(client(server).delete({ model: "qwen3" })).rejects.toMatchObject({
      status_code: 404,
      message: "model 'qwen3' not found",
    });
    await expect(stream(server)).rejects.toMatchObject({ status_code: 404 });
    server.install({ name: "qwen3" });
    expect((await all(stream(server))).at(-1)?.done).toBe(true);
  });
});

describe("a pull", () => {
  const pull = (server: Ollama, signal?: AbortSignal) =>
    client(server, signal).pull({ model: "qwen3:0.6b", stream: true });

  test("reports its layers, whose sum is the whole, and installs the model", async () => {
    const server = await start();
    server.pulls.offer("qwen3:0.6b", {
      layers: [8000, 2000],
      bytesPerSecond: 200_000,
      model: { quantization: "Q8_0" },
    });
    const parts = await all(pull(server));
    expect(parts.map(({ status }) => status).filter((status) => !/^pulling [0-9a-f]{12}$/.test(status))).toEqual([
      "pulling manifest",
      "verifying sha256 digest",
      "writing manifest",
      "success",
    ]);
    expect(parts[1]).toEqual({ status: parts[1]?.status, digest: expect.stringMatching(/^sha256:/), total: 8000 });
    const layers = new Map(parts.filter(({ digest }) => digest).map((part) => [part.digest, part]));
    expect([...layers.values()].map(({ total, completed }) => [total, completed])).toEqual([
      [8000, 8000],
      [2000, 2000],
    ]);
    const { models } = await client(server).list();
    expect(models.at(-1)).toMatchObject({ name: "qwen3:0.6b", size: 10_000, details: { quantization_level: "Q8_0" } });
    expect((await client(server).pull({ model: "qwen3:0.6b" })).status).toBe("success");
  });

  test("stops when the client leaves, and resumes", async () => {
    const server = await start();
    server.pulls.offer("qwen3:0.6b", { layers: [8000, 2000], stallsAfterBytes: 5000 });
    const abort = new AbortController();
    const first = all(pull(server, abort.signal));
    await until(() => expect(server.pulls.downloaded("qwen3:0.6b")).toBe(5000));
    abort.abort();
    await expect(first).rejects.toThrow("aborted");
    await until(() => expect(server.pulls.requests[0]?.closedByClientAt).toBeGreaterThan(0));
    expect((await client(server).list()).models).toHaveLength(MODELS.length);

    server.pulls.offer("qwen3:0.6b");
    const parts = await all(pull(server));
    expect(parts[1]).toMatchObject({ total: 8000, completed: 5000 });
    expect(parts.at(-1)?.status).toBe("success");
  });

  test("shares the download with another of the same model", async () => {
    const server = await start();
    server.pulls.offer("qwen3:0.6b", { layers: [8000], stallsAfterBytes: 4000 });
    const both = [all(pull(server)), all(pull(server))];
    await until(() => expect(server.pulls.requests).toHaveLength(2));
    await until(() => expect(server.pulls.downloaded("qwen3:0.6b")).toBe(4000));
    server.pulls.offer("qwen3:0.6b");
    for (const parts of await Promise.all(both)) expect(parts.at(-1)?.status).toBe("success");
    expect(server.pulls.downloaded("qwen3:0.6b")).toBe(8000);
  });

  test("fails on a model that is nowhere, and in the middle", async () => {
    const server = await start();
    await expect(all(pull(server))).rejects.toThrow("pull model manifest: file does not exist");
    await expect(client(server).pull({ model: "qwen3:0.6b" })).rejects.toMatchObject({ status_code: 500 });
    const message = "write /root/.ollama/models/blobs: no space left on device";
    server.pulls.offer("qwen3:0.6b", { layers: [8000], error: { afterBytes: 3000, message } });
    await expect(all(pull(server))).rejects.toThrow(message);
    expect(server.pulls.downloaded("qwen3:0.6b")).toBe(3000);
    expect(server.pulls.requests.every(({ finishedAt }) => finishedAt === undefined)).toBe(true);
  });
});

describe("the server", () => {
  test("says that it runs, and its version", async () => {
    const server = await start({ version: "0.20.1" });
    expect(await (await fetch(server.url)).text()).toBe("Ollama is running");
    expect(await client(server).version()).toEqual({ version: "0.20.1" });
    expect(server.calls).toEqual([
      { method: "GET", path: "/" },
      { method: "GET", path: "/api/version" },
    ]);
  });

  test("goes down in the middle of an answer and comes up again on the same port", async () => {
    const server = await start();
    server.script({ endless: true });
    const answer = all(stream(server));
    await until(() => expect(server.requests[0]?.firstChunkAt).toBeGreaterThan(0));
    const broken = expect(answer).rejects.toThrow("terminated");
    await server.down();
    await broken;
    expect(server.running()).toBe(0);
    expect(server.loaded()).toEqual([]);
    expect(server.requests[0]).not.toHaveProperty("closedByClientAt");
    await expect(client(server).version()).rejects.toThrow("fetch failed");
    await server.up();
    server.script({});
    expect((await all(stream(server))).at(-1)?.done).toBe(true);
  });

  test.each([
    ["an unknown route", "/api/chats", {}, 404],
    ["an unknown method", "/api/tags", {}, 405],
    ["a key that does not exist", "/api/chat", { model: "qwen3", messages, max_tokens: 5 }, 400],
    ["an option that does not exist", "/api/chat", { model: "qwen3", messages, options: { num_cxt: 5 } }, 400],
    ["a time without a unit", "/api/chat", { model: "qwen3", messages, keep_alive: "-1" }, 400],
    ["no model", "/api/pull", { stream: true }, 400],
  ])("objects to %s when it stops", async (_fault, path, body, status) => {
    const server = await startOllama({ models: MODELS });
    expect((await post(server, path, body)).status).toBe(status);
    expect(server.violations).toHaveLength(1);
    await expect(server.stop()).rejects.toThrow(`Ollama would object:\n${server.violations[0]}`);
  });

  test("stops whatever is under way", async () => {
    const server = await startOllama({ models: MODELS });
    server.script(({ model }) => (model === "qwen3" ? { endless: true } : { loadMs: 60_000 }));
    server.pulls.offer("qwen3:0.6b", { stallsAfterBytes: 1 });
    const work = [
      all(stream(server)),
      all(stream(server)),
      all(stream(server, "glm4:9b")),
      all(client(server).pull({ model: "qwen3:0.6b", stream: true })),
    ];
    const settled = Promise.allSettled(work);
    await until(() => expect([server.waiting(), server.open(), server.pulls.requests.length]).toEqual([1, 3, 1]));
    await server.stop();
    expect((await settled).every(({ status }) => status === "rejected")).toBe(true);
    expect([server.running(), server.waiting(), server.open()]).toEqual([0, 0, 0]);
  });
});
