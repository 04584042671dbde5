import { type ChatResponse, Ollama as Client } from "ollama";
import { afterEach, vi } from "vitest";
import { PATIENCE_MS } from "#tests/patience.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";
import type { InstalledModel } from "./library.ts";

export const MODELS: InstalledModel[] = [
  { name: "qwen3", capabilities: ["completion", "tools", "thinking"], sizeBytes: 5_200_000_000, contextLength: 40_960 },
  { name: "glm4:9b", parameterSize: "9.4B", quantization: "Q4_0" },
  { name: "bge-m3", capabilities: ["embedding"] },
  { name: "glm-5:cloud", cloud: true },
];

export const messages = [{ role: "user", content: "为什么天是蓝的？" }];
const servers = new Set<Ollama>();

export async function start(options: Parameters<typeof startOllama>[0] = {}): Promise<Ollama> {
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
export function client({ url }: Ollama, signal = new AbortController().signal): Client {
  return new Client({
    host: url,
    fetch: (input, init) =>
      fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal }),
  });
}

export async function all<Item>(stream: Promise<AsyncIterable<Item>>): Promise<Item[]> {
  return Array.fromAsync(await stream);
}

export const stream = (server: Ollama, model = "qwen3", signal?: AbortSignal) =>
  client(server, signal).chat({ model, messages, stream: true });
export const content = (parts: ChatResponse[]): string => parts.map(({ message }) => message.content).join("");
export const until = (look: () => void) => vi.waitFor(look, { interval: 5, timeout: PATIENCE_MS });

export async function post(server: Ollama, path: string, body: unknown) {
  const response = await fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}
