import { describe, expect, onTestFinished, test } from "vitest";
import { streamChat } from "#src/inference/chat.ts";
import { asPart, chatAnswer } from "#src/inference/ollama/answers.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { openServer } from "#tests/loopback-server.ts";
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

test("asks for so many tokens at most", async () => {
  const ollama = await startOllama({ models: [{ name: "qwen3:8b" }] });
  onTestFinished(() => ollama.stop());
  const messages = [{ role: "user" as const, content: "问" }];
  const request = { model: "qwen3:8b", messages, think: undefined, maxTokens: 123, contextTokens: undefined };
  await Array.fromAsync(streamChat(backend, { url: ollama.url }, request, signal));
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

  test("is asked about a few at once, however many there are", async () => {
    let open = 0;
    let most = 0;
    const url = await openServer((request, response) => {
      if (request.url !== "/api/show") {
        response.end(JSON.stringify({ models: Array.from({ length: 100 }, (_, at) => ({ name: `m${at}:1b` })) }));
        return;
      }
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        response.end('{"capabilities":["completion","vision"]}');
      });
    });
    const models = await createOllamaBackend().list({ url }, signal);
    expect(models.map(({ name }) => name)).toEqual(Array.from({ length: 100 }, (_, at) => `m${at}:1b`));
    expect(models.every(({ capabilities }) => capabilities?.includes("vision"))).toBe(true);
    expect(most).toBeLessThanOrEqual(8);
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
