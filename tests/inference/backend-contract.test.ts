import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Backend, ChatMessage, ChatPart, ChatRequest, HostAddress } from "#src/inference/backend.ts";
import { InferenceFailure, streamChat } from "#src/inference/chat.ts";
import { createFleet } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { openAiBackend } from "#tests/inference/openai-backend.ts";
import { startOpenAi } from "#tests/inference/openai-server.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";

type World = {
  backend: Backend;
  host: HostAddress;
  /** The installed model by its normal name, and written in another way. */
  model: string;
  spelled: string;
  script: (pieces: string[], options?: { endless: boolean }) => void;
  /** Breaks every connection. */
  drop: () => Promise<void>;
  /** The messages of the newest chat, as they came to the host. */
  asked: () => ChatMessage[] | undefined;
  /** Whether the host saw the client close the newest chat. */
  closed: () => boolean;
};

async function openOllama(): Promise<World> {
  const ollama = await startOllama({ models: [{ name: "qwen3:latest" }] });
  onTestFinished(() => ollama.stop());
  return {
    backend: createOllamaBackend(),
    host: { url: ollama.url },
    model: "qwen3:latest",
    spelled: " Qwen3",
    script: (chunks, { endless } = { endless: false }) => ollama.script({ chunks, endless }),
    drop: ollama.down,
    asked: () => ollama.requests.at(-1)?.messages.map(({ role, content }) => ({ role, content }) as ChatMessage),
    closed: () => ollama.requests.at(-1)?.closedByClientAt !== undefined,
  };
}

async function openOpenAi(): Promise<World> {
  const server = await startOpenAi("Qwen/Qwen3-8B");
  onTestFinished(() => server.stop());
  return {
    backend: openAiBackend,
    host: { url: server.url },
    model: "qwen/qwen3-8b",
    spelled: "Qwen/Qwen3-8B ",
    script: (pieces, { endless } = { endless: false }) => server.script({ pieces, endless }),
    drop: async () => server.drop(),
    asked: server.asked,
    closed: server.closed,
  };
}

const NOBODY = { url: "http://127.0.0.1:9" };
const never = new AbortController().signal;
const request = (model: string): ChatRequest => ({
  model,
  messages: [{ role: "user", content: "问" }],
  think: undefined,
  maxTokens: 100,
  contextTokens: undefined,
});

async function partsOf({ backend, host }: World, asked: ChatRequest, signal = never): Promise<ChatPart[]> {
  return Array.fromAsync(streamChat(backend, host, asked, signal));
}
const failureOf = async (world: World, asked: ChatRequest): Promise<unknown> => {
  const error = await partsOf(world, asked).catch((reason: unknown) => reason);
  return error instanceof InferenceFailure ? error.reason : error;
};

describe.each([
  ["Ollama", openOllama],
  ["a server with the API of OpenAI", openOpenAi],
])("a backend for %s", (_name, open) => {
  test("lists what is installed under its normal name, however a person spells it", async () => {
    const { backend, host, model, spelled } = await open();
    expect((await backend.list(host, never)).map(({ name }) => name)).toEqual([model]);
    expect([spelled, model].map(backend.normalName)).toEqual([model, model]);
    expect(await backend.version(host, never)).toMatch(/\d/);
  });

  test("streams an answer in parts, the last of which alone has figures", async () => {
    const world = await open();
    world.script(["一", "二", "三"]);
    const parts = await partsOf(world, request(world.model));
    expect(parts.map(({ text }) => text).join("")).toBe("一二三");
    expect(parts.map(({ figures }) => figures?.tokens).filter((tokens) => tokens !== undefined)).toEqual([3]);
    expect(parts.at(-1)?.figures).toMatchObject({ reason: "stop", promptTokens: expect.any(Number) });
    expect(await world.backend.loaded(world.host, never)).toEqual(
      new Map([[world.model, expect.objectContaining({ vramBytes: expect.any(Number) })]]),
    );
  });

  test("sends the whole conversation in order", async () => {
    const world = await open();
    const messages: ChatMessage[] = [
      { role: "user", content: "一" },
      { role: "assistant", content: "二" },
      { role: "user", content: "三" },
    ];
    await partsOf(world, { ...request(world.model), messages });
    expect(world.asked()).toEqual(messages);
  });

  test("closes the connection when the signal is raised, and gives its reason", async () => {
    const world = await open();
    world.script(["一"], { endless: true });
    const control = new AbortController();
    const reason = new Error("the person has stopped it");
    const reading = (async () => {
      for await (const part of streamChat(world.backend, world.host, request(world.model), control.signal))
        if (part.text !== "") control.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    await expect.poll(world.closed).toBe(true);
  });

  test("tells apart what a person can tell apart", async () => {
    const world = await open();
    expect(await failureOf(world, request("nothing:1b"))).toBe("modelMissing");
    expect(await failureOf({ ...world, host: NOBODY }, request(world.model))).toBe("unreachable");
    world.script(["一"], { endless: true });
    const reading = (async () => {
      for await (const part of streamChat(world.backend, world.host, request(world.model), never))
        if (part.text !== "") await world.drop();
    })();
    await expect(reading).rejects.toMatchObject({ reason: "interrupted" });
  });

  test("drives a fleet", async () => {
    const { backend, host, model, spelled } = await open();
    const log = pino({ level: "silent" });
    const fleet = createFleet({ backend, hosts: [NOBODY, host], slots: 1, allowCloud: false, log });
    await fleet.ready();
    expect(fleet.hosts.map(({ up }) => up)).toEqual([false, true]);
    expect(fleet.installed().map(({ name }) => name)).toEqual([model]);
    const lease = fleet.acquire(spelled);
    const parts = await Array.fromAsync(lease?.chat(request(model), never) ?? []);
    expect(parts.at(-1)?.figures).toBeDefined();
    lease?.release();
    expect(fleet.isLoaded(spelled)).toBe(true);
  });
});
