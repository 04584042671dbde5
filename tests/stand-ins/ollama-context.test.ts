import { describe, expect, test } from "vitest";
import { all, client, post, start, stream, until } from "#tests/stand-ins/ollama/driver.ts";
import type { Ollama } from "#tests/stand-ins/ollama.ts";

describe("the context", () => {
  const six = { role: "user", content: "字".repeat(12_008) };
  const ask = async (server: Ollama, body: object) => {
    const { status, body: text } = await post(server, "/api/chat", {
      model: "qwen3",
      messages: [six],
      stream: false,
      ...body,
    });
    return { status, answer: JSON.parse(text) };
  };

  test("cuts a prompt that is too long without a word, down to half of it", async () => {
    const server = await start();
    const { status, answer } = await ask(server, {});
    expect([status, answer.prompt_eval_count]).toEqual([200, 2051]);
    const short = await ask(server, { messages: [{ role: "user", content: "字".repeat(100) }] });
    expect(short.answer.prompt_eval_count).toBe(50);
  });

  test("refuses it where cutting is not wanted, in JSON inside a text", async () => {
    const server = await start();
    const { status, answer } = await ask(server, { truncate: false });
    expect(status).toBe(400);
    expect(JSON.parse(answer.error)).toEqual({
      error: {
        code: 400,
        message: "request (6004 tokens) exceeds the available context size (4096 tokens), try increasing it",
        type: "exceed_context_size_error",
        n_prompt_tokens: 6004,
        n_ctx: 4096,
      },
    });
    expect((await ask(server, { truncate: false, options: { num_ctx: 8192 } })).status).toBe(200);
    expect(server.reloads()).toBe(1);
  });

  test("is that of the server, of the model's file or of the request, within what the model was made for", async () => {
    const models = [{ name: "plain" }, { name: "file", numCtx: 8192 }, { name: "small", contextLength: 2048 }];
    const server = await start({ models, contextLength: 16_384 });
    for (const { name } of models) await ask(server, { model: name, messages: [] });
    const { models: loaded } = await client(server).ps();
    const contexts = loaded.map((model) => [model.name, "context_length" in model && model.context_length]);
    expect(contexts).toEqual([
      ["plain:latest", 16_384],
      ["file:latest", 8192],
      ["small:latest", 2048],
    ]);
    await ask(server, { model: "plain", messages: [] });
    expect(server.reloads()).toBe(0);
  });
});

test("a model that loads is not listed in memory before it is there, and a held slot keeps others waiting", async () => {
  const server = await start();
  server.script({ loadMs: 300 });
  const answered = all(stream(server));
  await until(() => expect(server.open()).toBe(1));
  expect(server.loaded()).toEqual([]);
  await answered;
  expect(server.loaded()).toEqual(["qwen3:latest"]);
  server.script({});
  const release = await server.hold("qwen3");
  const waiting = all(stream(server));
  await until(() => expect(server.waiting()).toBe(1));
  release();
  await waiting;
});
