import { setImmediate as turn } from "node:timers/promises";
import type { z } from "zod";
import { type chatBody, keepAliveMs } from "./bodies.ts";
import type { Exchange } from "./exchange.ts";
import { type Answer, exceededContext } from "./faults.ts";
import type { Library } from "./library.ts";
import { createSlots } from "./slots.ts";

/** POST /api/chat: what a model says, token by token, as a script has it. One chunk is one token. */

export type Script = {
  /** Streamed in `message.thinking` before the content, unless the request has `think: false`. */
  thinking?: string;
  /** The content, split every two characters; by default Chinese that quotes the last message. */
  text?: string;
  /** The content in exactly these chunks. */
  chunks?: string[];
  /** Absent: as fast as the client reads (100/s when endless). */
  tokensPerSecond?: number;
  /** Before the headers, every time, as when a model loads: /api/ps does not list it meanwhile, unless it is loaded. */
  loadMs?: number;
  /** Before the headers, with the model loaded and its slot taken, as when a long prompt is read. */
  promptMs?: number;
  /** Says its text over and over until the client closes. */
  endless?: boolean;
  /**
   * After so many chunks, or when they run out: `{"error":"…"}` with the status still 200, a broken connection, a line
   * that is no JSON, after which the stream ends, or an end in good order without a last line, as where a model repeats
   * itself.
   */
  failAfter?: { chunks: number; how: FailHow; error?: string };
  /** Answers with this instead. */
  status?: Answer;
  doneReason?: "stop" | "length";
  /** Is of a version that does not know `truncate` yet. */
  ignoresTruncate?: boolean;
};

type FailHow = "error" | "drop" | "garbage" | "end";

type ChatBody = z.infer<typeof chatBody>;

/** Times are performance.now(). */
export type ChatRequest = ChatBody & {
  arrivedAt: number;
  firstChunkAt?: number;
  /** When the answer was complete. */
  finishedAt?: number;
  /** When the client closed the connection before the answer was complete. */
  closedByClientAt?: number;
};

type Token = { thinking: string } | { content: string };

const RUNNER_ERROR = "an error was encountered while running the model: unexpected EOF";
const PAGE = "<html><body>502 Bad Gateway</body></html>";

export function createChat(library: Library, slotsPerModel: number) {
  const requests: ChatRequest[] = [];
  const slots = createSlots(slotsPerModel);
  let open = 0;
  let mostOpen = 0;
  let scripted: (request: ChatRequest) => Script = () => ({});

  const answer = async (exchange: Exchange, request: ChatRequest): Promise<void> => {
    const model = library.find(request.model);
    if (model === undefined) return exchange.json(404, { error: `model '${request.model}' not found` });
    const refusal = refused(request, model.capabilities);
    if (refusal !== undefined) return exchange.json(400, { error: refusal });
    const script = scripted(request);
    if (script.status !== undefined) return sendInstead(exchange, script.status);
    const keepMs = keepAliveMs(request.keep_alive);
    if (request.messages.length === 0 && keepMs === 0) {
      library.unload(model.name);
      exchange.json(200, { ...chunk(request, { content: "" }), done: true, done_reason: "unload" });
      return;
    }
    if (script.loadMs !== undefined) await exchange.pause(script.loadMs);
    const loadedAt = performance.now();
    const { contextLength, giveUp } = library.load(model, keepMs, request.options?.num_ctx);
    try {
      if (request.messages.length === 0) {
        exchange.json(200, { ...chunk(request, { content: "" }), done: true, done_reason: "load" });
        return;
      }
      const promptTokens = countTokens(request.messages);
      if (request.truncate === false && !script.ignoresTruncate && promptTokens >= contextLength)
        return sendInstead(exchange, exceededContext(promptTokens, contextLength));
      const release = await slots.take(model.name, exchange.signal);
      try {
        if (script.promptMs !== undefined) await exchange.pause(script.promptMs);
        await generate(exchange, request, script, {
          loadedAt,
          // A prompt that is too long loses all but its first tokens and a half of the context, and nothing says so.
          promptTokens: promptTokens < contextLength ? promptTokens : Math.floor(contextLength / 2) + 3,
          ignoresBooleans: model.family === "gptoss",
        });
      } finally {
        release();
      }
    } finally {
      giveUp();
    }
  };

  return {
    requests,
    slots,
    /** Another program holds a slot of a model, which is loaded for it, until the answer is called. */
    hold: async (name: string): Promise<() => void> => {
      const model = library.find(name);
      if (model === undefined) throw new Error(`no such model: ${name}`);
      const { giveUp } = library.load(model, Number.POSITIVE_INFINITY, undefined);
      const release = await slots.take(model.name, new AbortController().signal);
      return () => {
        release();
        giveUp();
      };
    },
    /** Chats that have arrived and are neither answered nor abandoned: loading, waiting or streaming. */
    open: () => open,
    maxOpen: () => mostOpen,
    script: (next: Script | ((request: ChatRequest) => Script)): void => {
      scripted = typeof next === "function" ? next : () => next;
    },
    handle: async (exchange: Exchange, body: ChatBody): Promise<void> => {
      const request: ChatRequest = { ...body, arrivedAt: performance.now() };
      requests.push(request);
      exchange.whenLeft(() => {
        request.closedByClientAt = performance.now();
      });
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      await answer(exchange, request).finally(() => {
        open -= 1;
      });
    },
  };
}

/** How the stand-in counts: two characters are a token, as they are in what it says, and no template is around messages. */
const countTokens = (messages: ChatBody["messages"]): number =>
  Math.ceil(messages.map(({ content }) => content).join("").length / 2);

const sendInstead = (
  exchange: Exchange,
  { code, body, contentType = "application/json; charset=utf-8" }: Answer,
): void => exchange.send(code, body, contentType);

function refused({ model, think }: ChatBody, capabilities: string[]): string | undefined {
  if (!capabilities.includes("thinking") && think !== undefined && think !== false)
    return `"${model}" does not support thinking`;
  return capabilities.includes("completion") ? undefined : `"${model}" does not support chat`;
}

async function generate(
  exchange: Exchange,
  request: ChatRequest,
  script: Script,
  { loadedAt, promptTokens, ignoresBooleans }: { loadedAt: number; promptTokens: number; ignoresBooleans: boolean },
): Promise<void> {
  const startedAt = performance.now();
  const speed = script.tokensPerSecond ?? (script.endless ? 100 : Number.POSITIVE_INFINITY);
  const limit = mostTokens(request, script);
  const said: Token[] = [];
  let count = 0;
  let isCut = false;
  for (const token of tokens(request, script, ignoresBooleans)) {
    isCut = count === limit;
    if (isCut || count === script.failAfter?.chunks) break;
    await keepPace(exchange, startedAt, count, speed);
    if (request.stream) {
      request.firstChunkAt ??= performance.now();
      await exchange.line({ ...chunk(request, token), done: false });
    } else said.push(token);
    count += 1;
  }
  if (script.failAfter !== undefined) return fail(exchange, request, script.failAfter);

  const now = performance.now();
  const evalMs = Number.isFinite(speed) ? (count / speed) * 1000 : now - startedAt;
  const loadMs = loadedAt - request.arrivedAt;
  const promptMs = promptTokens / 1000;
  const last = {
    ...chunk(request, request.stream ? { content: "" } : joined(said)),
    done: true,
    done_reason: script.doneReason ?? (isCut ? "length" : "stop"),
    total_duration: nanoseconds(Math.max(now - request.arrivedAt, loadMs + promptMs + evalMs)),
    load_duration: nanoseconds(loadMs),
    prompt_eval_count: promptTokens,
    prompt_eval_duration: nanoseconds(promptMs),
    eval_count: count,
    eval_duration: nanoseconds(evalMs),
  };
  if (request.stream) {
    await exchange.line(last);
    exchange.end();
  } else exchange.json(200, last);
  request.finishedAt = performance.now();
}

/** Waits until token number `count` (from 0) is due; without a speed, lets the event loop see who has left. */
async function keepPace(exchange: Exchange, startedAt: number, count: number, speed: number): Promise<void> {
  const waitMs = startedAt + ((count + 1) / speed) * 1000 - performance.now();
  if (Number.isFinite(speed) && waitMs > 0) await exchange.pause(waitMs);
  else if (count % 32 === 31) await turn();
  exchange.signal.throwIfAborted();
}

async function fail(
  exchange: Exchange,
  request: ChatRequest,
  { how, error = RUNNER_ERROR }: { how: FailHow; error?: string },
): Promise<void> {
  if (how === "drop") {
    // fetch throws away what nobody has read yet when the connection breaks: leave time to read it.
    await exchange.pause(20);
    return exchange.drop();
  }
  if (!request.stream && how === "error") return exchange.json(500, { error });
  if (how === "error") await exchange.line({ error });
  if (how === "garbage") await exchange.write(`${PAGE}\n`);
  exchange.end();
}

function* tokens(request: ChatRequest, script: Script, ignoresBooleans: boolean): Generator<Token> {
  if (script.thinking !== undefined && (request.think !== false || ignoresBooleans))
    for (const thinking of pieces(script.thinking)) yield { thinking };
  const content = script.chunks ?? pieces(script.text ?? defaultText(request));
  do for (const piece of content) yield { content: piece };
  while (script.endless && content.length > 0);
}

function mostTokens({ options }: ChatRequest, { endless }: Script): number {
  const limit = options?.num_predict ?? -1;
  return limit < 0 || endless ? Number.POSITIVE_INFINITY : limit;
}

/** Two characters each, as Chinese comes out of a tokenizer; by code point, so that no emoji is torn apart. */
function pieces(text: string): string[] {
  return text.match(/..?/gsu) ?? [];
}

function defaultText({ messages }: ChatRequest): string {
  const prompt = messages.findLast(({ role }) => role === "user")?.content ?? "";
  return `你好！你问的是“${prompt}”。这是一个测试用的回答。`;
}

function chunk({ model }: ChatRequest, token: Token | { thinking: string; content: string }) {
  return { model, created_at: new Date().toISOString(), message: { role: "assistant", content: "", ...token } };
}

function joined(said: Token[]): Token | { thinking: string; content: string } {
  const content = said.map((token) => ("content" in token ? token.content : "")).join("");
  const thinking = said.map((token) => ("thinking" in token ? token.thinking : "")).join("");
  return thinking === "" ? { content } : { thinking, content };
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}
