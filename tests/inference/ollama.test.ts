import { describe, expect, onTestFinished, test } from "vitest";
import { streamChat } from "#src/inference/chat.ts";
import { asPart, chatAnswer } from "#src/inference/ollama/answers.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";

const backend = createOllamaBackend();
const signal = new AbortController().signal;

test("a model has one name, with its tag and in lower case", () => {
  const names = ["Qwen3", "qwen3:latest", " qwen3:8B ", "hf.co/User/Model-GGUF:Q4_K_M", "registry:5000/qwen3"];
  expect(names.map(backend.normalName)).toEqual([
    "qwen3:latest",
    "qwen3:latest",
    "qwen3:8b",
    "hf.co/user/model-gguf:q4_k_m",
    "registry:5000/qwen3:latest",
  ]);
});

describe("what an error means", () => {
  test.each([
    ["model 'qwen3:8b' not found", "modelMissing"],
    ['"nomic-embed-text" does not support chat', "cannotChat"],
    ["server busy, please try again.  maximum pending requests exceeded", "busy"],
    ["model requires more system memory (12 GiB) than is available (8 GiB)", "outOfMemory"],
    ["CUDA error: out of memory", "outOfMemory"],
    ["Did not receive done or success response in stream.", "interrupted"],
    ["an error was encountered while running the model: unexpected EOF", "failed"],
  ])("%s: %s", (message, reason) => {
    expect(backend.classify(new Error(message), "request")).toMatchObject({ reason, message, refusedThinking: false });
    expect(backend.classify(new Error(message), "answer").reason).toBe(reason);
  });

  test("a connection is out of reach before the first words, and interrupted after them", () => {
    const error = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:11434") });
    expect(backend.classify(error, "request").reason).toBe("unreachable");
    expect(backend.classify(error, "answer").reason).toBe("interrupted");
    expect(backend.classify(error, "request").message).toContain("127.0.0.1:11434");
  });

  test("a model that cannot think says so", () => {
    expect(backend.classify(new Error('"glm4:9b" does not support thinking'), "request").refusedThinking).toBe(true);
  });
});

test("figures are in tokens, tokens a second and milliseconds; Ollama counts nanoseconds", () => {
  const last = {
    message: { content: "" },
    done: true,
    done_reason: "length",
    load_duration: 1_500_000_000,
    prompt_eval_count: 7,
    eval_count: 50,
    eval_duration: 2_000_000_000,
  };
  const figures = { promptTokens: 7, tokens: 50, tokensPerSecond: 25, loadMs: 1500, reason: "length" };
  expect(asPart(chatAnswer.parse(last)).figures).toEqual(figures);
  expect(asPart(chatAnswer.parse({ ...last, eval_duration: 0 })).figures?.tokensPerSecond).toBe(0);
  expect(asPart(chatAnswer.parse({ ...last, done: false })).figures).toBeUndefined();
});

test("asks for so many tokens at most, and keeps no more than the beginning of an error page", async () => {
  const ollama = await startOllama({ models: [{ name: "qwen3:8b" }] });
  onTestFinished(() => ollama.stop());
  const page = { code: 502, body: "x".repeat(100_000), contentType: "text/html" };
  ollama.script({ status: page });
  const messages = [{ role: "user" as const, content: "问" }];
  const request = { model: "qwen3:8b", messages, think: undefined, maxTokens: 123, contextTokens: undefined };
  const failed = await Array.fromAsync(streamChat(backend, { url: ollama.url }, request, signal)).catch(String);
  expect(failed).toBe(`InferenceFailure: ${"x".repeat(2000)}`);
  expect(ollama.requests[0]?.options?.num_predict).toBe(123);
});

describe("what is installed", () => {
  test("keeps the case that `ollama ls` prints, and knows the context", async () => {
    const ollama = await startOllama({
      models: [{ name: "hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M", contextLength: 40_960, numCtx: 8192 }, { name: "Glm4" }],
    });
    onTestFinished(() => ollama.stop());
    expect(await backend.list({ url: ollama.url }, signal)).toMatchObject([
      {
        name: "hf.co/qwen/qwen3-8b-gguf:q4_k_m",
        listedName: "hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M",
        contextTokens: 40_960,
        setContextTokens: 8192,
      },
      { name: "glm4:latest", listedName: "Glm4:latest", setContextTokens: undefined },
    ]);
  });

  test("is asked about once, and what runs elsewhere never", async () => {
    const ollama = await startOllama({ models: [{ name: "qwen3:8b" }, { name: "glm-5:cloud", cloud: true }] });
    onTestFinished(() => ollama.stop());
    for (let times = 0; times < 2; times += 1) {
      const models = await backend.list({ url: ollama.url }, signal);
      expect(models.map(({ cloud }) => cloud)).toEqual([false, true]);
    }
    expect(ollama.calls.filter(({ path }) => path === "/api/show").length).toBe(1);
  });
});

test("a prompt that exceeds the context is told with both figures", () => {
  const inner = {
    message: "request (6004 tokens) exceeds the available context size (4096 tokens), try increasing it",
  };
  const error = new Error(JSON.stringify({ error: inner }));
  expect(backend.classify(error, "request")).toMatchObject({
    reason: "contextExceeded",
    params: { tokens: 6004, limit: 4096 },
  });
});
