import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Backend, ChatPart, ChatRequest } from "#src/inference/backend.ts";
import { streamChat } from "#src/inference/chat.ts";
import { openAiBackend } from "#tests/inference/openai-backend.ts";

const request: ChatRequest = { model: "m", messages: [], think: undefined, maxTokens: 10, contextTokens: undefined };
const part = (text: string): ChatPart => ({ thinking: "", text, figures: undefined });
const MINUTE_MS = 60_000;

/** A backend that says these words, empty ones too, and is then silent until the connection is closed. */
const silentAfter = (words: string[]): Backend => ({
  ...openAiBackend,
  chat: async function* (_host, _request, signal) {
    for (const word of words) yield part(word);
    await once(signal, "abort");
    throw signal.reason;
  },
});

/** The reason for which an answer ended; undefined while it has not. */
function watch(backend: Backend, options?: { isElsewhere: boolean }): { reason: () => unknown } {
  let reason: unknown;
  const { signal } = new AbortController();
  Array.fromAsync(streamChat(backend, { url: "http://host" }, request, signal, options)).catch((error: unknown) => {
    reason = error instanceof Error && "reason" in error ? error.reason : error;
  });
  return { reason: () => reason };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("a host that falls silent", () => {
  test("has five minutes to load the model", async () => {
    const { reason } = watch(silentAfter([]));
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS - 1);
    expect(reason()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(reason()).toBe("stalled");
  });

  test("has a minute to load it where another one could answer", async () => {
    const { reason } = watch(silentAfter([]), { isElsewhere: true });
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1);
    expect(reason()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(reason()).toBe("stalled");
  });

  test("has a minute in the middle of an answer, from the last sign of life on", async () => {
    const { reason } = watch(silentAfter(["一", ""]));
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1);
    expect(reason()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(reason()).toBe("stalled");
  });
});

test("an answer without its last part was interrupted", async () => {
  const { reason } = watch({
    ...openAiBackend,
    chat: async function* () {
      yield part("一");
    },
  });
  await expect.poll(reason).toBe("interrupted");
});

test("an answer without end is ended, while one of as many tokens as were asked for comes whole", async () => {
  const words = "字".repeat(50_000);
  const { reason } = watch(silentAfter(Array.from({ length: 3 }, () => words)));
  await vi.advanceTimersByTimeAsync(0);
  expect(reason()).toBe("failed");
  const { reason: none } = watch(silentAfter([words, words]));
  await vi.advanceTimersByTimeAsync(0);
  expect(none()).toBeUndefined();
});
