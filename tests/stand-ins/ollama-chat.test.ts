import type { ChatResponse } from "ollama";
import { describe, expect, test, vi } from "vitest";
import { all, client, content, messages, post, start, stream, until } from "#tests/stand-ins/ollama/driver.ts";

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
