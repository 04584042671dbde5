import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { FailureReason } from "#src/inference/backend.ts";
import { ask, askHost, MODEL, partsFrom, RUNNER, SERVER } from "#tests/inference/ask-ollama.ts";
import { openServer } from "#tests/loopback-server.ts";
import {
  type Answer,
  exceededContext,
  forbidden,
  loadFailure,
  noSuchPath,
  ollamaError,
  page,
  queueFull,
} from "#tests/stand-ins/ollama/faults.ts";

/** What Ollama says with a status of its own, and what that means. */
const SAID: readonly [status: number, said: string, reason: FailureReason, cause?: string][] = [
  [404, `model '${MODEL}' not found`, "modelMissing"],
  [404, `model "${MODEL}" not found, try pulling it first`, "modelMissing"],
  [400, '"nomic-embed-text" does not support chat', "cannotChat"],
  [400, `"${MODEL}" does not support generate`, "cannotChat"],
  [429, "too many requests", "busy"],
  // Models that cannot be loaded.
  [500, `${SERVER}: exit status 1: error loading model: unknown model architecture: 'hy4'`, "cannotLoad", "tooNew"],
  [500, `${RUNNER}: error loading model: unknown model architecture: 'qwen9'`, "cannotLoad", "tooNew"],
  [500, `${SERVER}: GGML_ASSERT(n_dims <= GGML_MAX_DIMS) failed`, "cannotLoad", "damaged"],
  [500, `${SERVER}: error loading model: invalid magic characters: 'GGML', expected 'GGUF'`, "cannotLoad", "damaged"],
  [500, "invalid file magic", "cannotLoad", "damaged"],
  [500, `${RUNNER}: exit status 2`, "cannotLoad"],
  [500, RUNNER, "cannotLoad"],
  // From reports to Ollama: issues 9529, 8770, 4912, 11723, 3272, 8470, 1550, and unslothai/unsloth 3124.
  [
    500,
    `${RUNNER}: error loading model: done_getting_tensors: wrong number of tensors; expected 724, got 723`,
    "cannotLoad",
    "tooNew",
  ],
  [500, `${RUNNER}: %!w(<nil>)`, "cannotLoad"],
  [500, `${RUNNER}: signal: aborted (core dumped)`, "cannotLoad"],
  [500, `${RUNNER}: signal: terminated`, "cannotLoad"],
  [500, `${RUNNER}: exit status 0xc0000409`, "cannotLoad"],
  [500, "exception create_tensor: tensor 'output.weight' not found", "cannotLoad", "damaged"],
  [500, "timed out waiting for llama runner to start - progress 0.00 - ", "cannotLoad", "slow"],
  [500, "failed to start a llama runner", "cannotLoad"],
  [500, `unable to load model: /root/.ollama/models/blobs/sha256-aabd4debf0c8`, "cannotLoad"],
  [500, "tensor 'blk.0.ffn_down_exps.weight' has invalid ggml type 39 (NONE)", "cannotLoad", "tooNew"],
  [
    500,
    "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error",
    "cannotLoad",
  ],
  // Memory.
  [500, "model requires more system memory (12 GiB) than is available (8 GiB)", "outOfMemory"],
  [500, `${SERVER}: signal: killed`, "outOfMemory"],
  [500, `${SERVER}: insufficient memory for the model`, "outOfMemory"],
  [500, "CUDA error: out of memory", "outOfMemory"],
  [
    500,
    `${RUNNER}: cudaMalloc failed: out of memory\nggml_gallocr_reserve_n: failed to allocate CUDA0 buffer`,
    "outOfMemory",
  ],
  [500, `${SERVER}: allocation failed`, "outOfMemory"],
  [500, "not enough memory to load the model", "outOfMemory"],
  [500, `${SERVER}: out of device memory`, "outOfMemory"],
  [500, `${SERVER}: CUDA_ERROR_OUT_OF_MEMORY`, "outOfMemory"],
  [500, `${SERVER}: cudaErrorMemoryAllocation`, "outOfMemory"],
  [500, `${SERVER}: hipErrorOutOfMemory`, "outOfMemory"],
  [500, `${SERVER}: CUBLAS_STATUS_ALLOC_FAILED`, "outOfMemory"],
  [500, `${SERVER}: vk::Device::allocateMemory: ErrorOutOfDeviceMemory`, "outOfMemory"],
  [500, `${SERVER}: VK_ERROR_OUT_OF_DEVICE_MEMORY`, "outOfMemory"],
  [500, "error loading model: unable to allocate Vulkan0 buffer", "outOfMemory"],
  [500, "terminate called after throwing an instance of 'std::bad_alloc'", "outOfMemory"],
  // Words that look like a lost connection, of a host that answers.
  [500, "an error was encountered while running the model: unexpected EOF", "failed"],
  [500, 'Post "http://127.0.0.1:41873/completion": dial tcp 127.0.0.1:41873: connect: connection refused', "failed"],
  [500, "socket hang up", "failed"],
  [502, 'Post "https://ollama.com/api/chat": dial tcp: lookup ollama.com: no such host', "failed"],
  [401, "unauthorized", "failed"],
  [400, "images: this model is missing data required for image input", "failed"],
  [500, 'option "num_predict" must be of type integer', "failed"],
  [500, "tool 'x' not found", "failed"],
];

describe("what Ollama says", () => {
  test.each(SAID)("%i %s: %s", async (status, said, reason, cause) => {
    const failure = await ask({ status: ollamaError(status, said) });
    expect(failure).toMatchObject({ reason, refusedThinking: false, message: said.replace(/\s+/g, " ").trim() });
    expect(failure.params).toMatchObject({ status, ...(reason === "cannotLoad" && cause && { cause }) });
    if (reason === "cannotLoad") expect(failure.params["cause"]).toBe(cause);
  });

  test("that its queue is full", async () => {
    expect(await ask({ status: queueFull })).toMatchObject({ reason: "busy", params: { status: 503 } });
  });

  test("a model that it cannot load, by version 0.33", async () => {
    const failure = await ask({ status: loadFailure("unknown model architecture: 'hy4'") });
    expect(failure).toMatchObject({ reason: "cannotLoad", params: { cause: "tooNew", status: 500 } });
  });

  test("a prompt that exceeds the context, with both numbers, from the JSON inside its error", async () => {
    const failure = await ask({ status: exceededContext(6004, 4096) });
    expect(failure).toMatchObject({ reason: "contextExceeded", params: { tokens: 6004, limit: 4096, status: 400 } });
    expect(failure.message).toMatch(/^request \(6004 tokens\) exceeds/);
    const words = "request (6004 tokens) exceeds the available context size (4096 tokens), try increasing it";
    expect(await ask({ status: ollamaError(400, words) })).toMatchObject({ params: { tokens: 6004, limit: 4096 } });
  });

  test("that a model cannot think", async () => {
    const failure = await ask({ status: ollamaError(400, '"glm4:9b" does not support thinking') });
    expect(failure).toMatchObject({ reason: "failed", refusedThinking: true });
  });

  test("an error that is an object, as emulations have it", async () => {
    const body = JSON.stringify({ error: { message: `model '${MODEL}' not found`, type: "api_error" } });
    expect(await ask({ status: { code: 404, body } })).toMatchObject({ reason: "modelMissing" });
  });
});

describe("what stands before Ollama, or in its place", () => {
  const ANSWERS: readonly [string, Answer, FailureReason, said: string][] = [
    [
      "nginx whose Ollama is down",
      page(502, "Bad Gateway"),
      "unreachable",
      "502 Bad Gateway 502 Bad Gateway nginx/1.22.1",
    ],
    ["a proxy without Ollama", page(503, "Service Temporarily Unavailable"), "unreachable", "503 Service"],
    ["a proxy that waited too long", page(504, "Gateway Time-out"), "unreachable", "504 Gateway Time-out"],
    ["Traefik", { code: 502, body: "Bad Gateway", contentType: "text/plain" }, "unreachable", "Bad Gateway"],
    [
      "Spring's gateway",
      { code: 503, body: '{"status":503,"error":"Service Unavailable"}' },
      "unreachable",
      "Service Unavailable",
    ],
    ["a proxy that says it in JSON", { code: 502, body: '{"error":"bad gateway"}' }, "unreachable", "bad gateway"],
    ["a proxy with a limit of size", page(413, "Request Entity Too Large"), "contextExceeded", "413 Request"],
    [
      "a tunnel of Cloudflare that is down",
      page(530, "The origin has been unregistered"),
      "unreachable",
      "530 The origin",
    ],
    ["a proxy that limits", { code: 429, body: "slow down", contentType: "text/plain" }, "busy", "slow down"],
    ["a login", { code: 401, body: "", contentType: "text/plain" }, "notBackend", "401 Unauthorized"],
    ["Ollama, under a foreign host", forbidden, "notBackend", "403 Forbidden"],
    ["another path", noSuchPath, "notBackend", "404 page not found"],
    ["Express", { code: 404, body: '{"error":"Not Found"}' }, "notBackend", "Not Found"],
    ["FastAPI", { code: 404, body: '{"detail":"Not Found"}' }, "notBackend", '{"detail":"Not Found"}'],
    ["a path that only reads", page(405, "Not Allowed"), "notBackend", "405 Not Allowed"],
    [
      "a page",
      { code: 200, body: "<!doctype html><title>Router</title><p>登录", contentType: "text/html" },
      "notBackend",
      "Router 登录",
    ],
    ["another API", { code: 200, body: '{"choices":[{"delta":{"content":"hi"}}]}\n' }, "notBackend", "choices"],
    ["nothing", { code: 200, body: "" }, "notBackend", "without its last line"],
  ];
  test.each(ANSWERS)("%s", async (_, status, reason, said) => {
    const failure = await ask({ status });
    expect(failure.reason).toBe(reason);
    expect(failure.message).toContain(said);
    expect(failure.message).not.toMatch(/[<\n]/);
  });

  test("nobody: it is out of reach, and the reason is said", async () => {
    const failure = await askHost({ url: "http://127.0.0.1:9" });
    expect(failure).toMatchObject({ reason: "unreachable", params: {} });
    expect(failure.message).toMatch(/ECONNREFUSED|bad port/);
  });

  test("a program that does not speak HTTP", async () => {
    const server = createTcpServer((socket) => void socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.2\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    expect(await askHost({ url: `http://127.0.0.1:${port}` })).toMatchObject({ reason: "notBackend" });
  });
});

describe("a stream", () => {
  const text = { chunks: ["一", "二", "三"] };

  test.each([
    ["breaks off in mid-answer", { chunks: 2, how: "drop" }, "interrupted"],
    ["breaks off before its first word", { chunks: 0, how: "drop" }, "unreachable"],
    ["ends in good order without its last line", { chunks: 3, how: "end" }, "repeated"],
    ["has a line that is no JSON in mid-answer", { chunks: 2, how: "garbage" }, "interrupted"],
    ["begins with a line that is no JSON", { chunks: 0, how: "garbage" }, "notBackend"],
    ["has an error in mid-answer", { chunks: 2, how: "error" }, "failed"],
    [
      "runs out of memory in mid-answer",
      { chunks: 2, how: "error", error: "CUDA error: out of memory" },
      "outOfMemory",
    ],
    ["loses its runner in mid-answer", { chunks: 2, how: "error", error: `${RUNNER}: exit status 2` }, "failed"],
    [
      "begins with what a model cannot be loaded for",
      { chunks: 0, how: "error", error: `${RUNNER}: %!w(<nil>)` },
      "cannotLoad",
    ],
  ] as const)("%s", async (_, failAfter, reason) => {
    const warned = vi.spyOn(console, "warn");
    onTestFinished(() => warned.mockRestore());
    expect((await ask({ ...text, failAfter })).reason).toBe(reason);
    // The client would print what is no JSON to the console.
    expect(warned).not.toHaveBeenCalled();
  });
});

test.each([null, ""])("a line whose error is %j has none", async (error) => {
  const url = await openServer((_, response) =>
    response.end(
      `${JSON.stringify({ message: { role: "assistant", content: "好" }, error })}\n${JSON.stringify({ done: true, error })}\n`,
    ),
  );
  expect(await partsFrom({ url })).toMatchObject([{ text: "好" }, { figures: { reason: "stop" } }]);
});
