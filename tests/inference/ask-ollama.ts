import { onTestFinished } from "vitest";
import type { ChatPart, HostAddress } from "#src/inference/backend.ts";
import { InferenceFailure, streamChat } from "#src/inference/chat.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { openServer } from "#tests/loopback-server.ts";
import type { Script } from "#tests/stand-ins/ollama/chat.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";

const backend = createOllamaBackend();
const never = new AbortController().signal;
export const MODEL = "qwen3:8b";
export const PROMPT = "一个不能外传的问题：gold 42";

export function partsFrom(host: HostAddress, prompt = PROMPT): Promise<ChatPart[]> {
  const request = {
    model: MODEL,
    messages: [{ role: "user" as const, content: prompt }],
    think: undefined,
    maxTokens: 100,
    contextTokens: undefined,
  };
  return Array.fromAsync(streamChat(backend, host, request, never));
}

export async function askHost(host: HostAddress, prompt = PROMPT): Promise<InferenceFailure> {
  const error = await partsFrom(host, prompt).catch((reason: unknown) => reason);
  if (error instanceof InferenceFailure) return error;
  throw new Error(`no failure: ${JSON.stringify(error)}`);
}

export async function ask(script: Script): Promise<InferenceFailure> {
  const ollama = await startOllama({ models: [{ name: MODEL }] });
  onTestFinished(() => ollama.stop());
  ollama.script(script);
  return askHost({ url: ollama.url });
}

export const RUNNER = "llama runner process has terminated";
export const SERVER = "llama-server process has terminated";

export const saying = (error: string): Promise<string> =>
  openServer((_, response) => response.writeHead(500).end(JSON.stringify({ error })));
