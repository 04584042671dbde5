import { describe, expect, test } from "vitest";
import { all, client, MODELS, messages, post, start, stream, until } from "#tests/stand-ins/ollama/driver.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";

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

test("in memory a model is on the graphics card, in part, or on the CPU", async () => {
  const models = [{ name: "card" }, { name: "parts", vramShare: 0.5 }, { name: "cpu", vramShare: 0 }];
  const server = await start({ models });
  for (const { name } of models) await post(server, "/api/chat", { model: name, messages: [] });
  const { models: loaded } = await client(server).ps();
  expect(loaded.map(({ size, size_vram }) => size_vram / size)).toEqual([1, 0.5, 0]);
});

test("a cloud model is a stub that says next to nothing, and is shown only where its servers are reached", async () => {
  const server = await start();
  const stub = (await client(server).list()).models.find(({ name }) => name === "glm-5:cloud");
  expect(stub).toMatchObject({
    size: 382,
    remote_host: "https://ollama.com:443",
    details: { format: "", parameter_size: "" },
  });
  expect((await post(server, "/api/show", { model: "glm-5:cloud" })).status).toBe(502);
  expect(server.violations.splice(0)).toEqual(["/api/show of a cloud stub: glm-5:cloud"]);
});

test("names keep the case that they were installed with, and are found in any", async () => {
  const server = await start({ models: [{ name: "hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M" }] });
  expect((await client(server).list()).models.map(({ name }) => name)).toEqual(["hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M"]);
  expect((await post(server, "/api/show", { model: "HF.co/qwen/qwen3-8b-gguf:q4_k_m" })).status).toBe(200);
});
