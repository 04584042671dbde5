import type { Message } from "ollama";
import { z } from "zod";
import { ollamaClient } from "./client.ts";

export type Figures = {
  promptTokens: number;
  tokens: number;
  tokensPerSecond: number;
  /** Milliseconds that loading the model took. */
  loadMs: number;
  /** `length`: the answer was cut because it grew too long. */
  reason: string;
};

export type ChatEvent =
  | { kind: "thinking"; text: string }
  | { kind: "text"; text: string }
  | { kind: "done"; figures: Figures };

export type ChatRequest = {
  host: string;
  model: string;
  messages: Message[];
  /** Undefined for a model that cannot think. */
  think: boolean | undefined;
  /** Tokens at most. */
  maxTokens: number;
};

/** Why Ollama gave no whole answer, as far as a person can tell the cases apart. */
export const FAILURE_REASONS = [
  "unreachable",
  "modelMissing",
  "cannotChat",
  "busy",
  "outOfMemory",
  "interrupted",
  "stalled",
  "failed",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export class OllamaFailure extends Error {
  override name = "OllamaFailure";
  readonly reason: FailureReason;
  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Loading a large model from a slow disk takes minutes; silence in the middle of an answer does not. */
const FIRST_CHUNK_MS = 300_000;
const NEXT_CHUNK_MS = 60_000;

const chunk = z.object({
  message: z.object({ content: z.string().default(""), thinking: z.string().optional() }).optional(),
  done: z.boolean().default(false),
  done_reason: z.string().optional(),
  load_duration: z.number().default(0),
  prompt_eval_count: z.number().default(0),
  eval_count: z.number().default(0),
  eval_duration: z.number().default(0),
});

/**
 * Streams one answer. Ends with `done`, or throws OllamaFailure; raising the signal closes the connection, which is
 * what stops Ollama, and throws the signal's reason.
 */
export async function* streamChat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), FIRST_CHUNK_MS);
  let started = false;
  try {
    const client = ollamaClient(request.host, AbortSignal.any([signal, silence.signal]));
    const { model, messages, think, maxTokens } = request;
    const stream = await client.chat({
      model,
      messages,
      stream: true,
      ...(think !== undefined && { think }),
      options: { num_predict: maxTokens },
    });
    for await (const raw of stream) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), NEXT_CHUNK_MS);
      const part = chunk.parse(raw);
      yield* eventsOf(part);
      started = true;
      if (part.done) return;
    }
    throw new OllamaFailure("interrupted", "the stream ended without its last part");
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (silence.signal.aborted) throw new OllamaFailure("stalled", "Ollama fell silent", { cause: error });
    throw error instanceof OllamaFailure ? error : failureOf(error, started);
  } finally {
    clearTimeout(timer);
    // The signal alone ends a request whose headers have not come; closing a finished one does nothing.
    silence.abort();
  }
}

function eventsOf(part: z.infer<typeof chunk>): ChatEvent[] {
  const { thinking = "", content = "" } = part.message ?? {};
  const events: (ChatEvent | undefined)[] = [
    thinking === "" ? undefined : { kind: "thinking", text: thinking },
    content === "" ? undefined : { kind: "text", text: content },
    part.done ? { kind: "done", figures: figuresOf(part) } : undefined,
  ];
  return events.filter((event) => event !== undefined);
}

function figuresOf(part: z.infer<typeof chunk>): Figures {
  return {
    promptTokens: part.prompt_eval_count,
    tokens: part.eval_count,
    // Durations are in nanoseconds (Ollama's API page).
    tokensPerSecond: part.eval_duration > 0 ? (part.eval_count / part.eval_duration) * 1e9 : 0,
    loadMs: part.load_duration / 1e6,
    reason: part.done_reason ?? "stop",
  };
}

const REASONS: readonly [RegExp, FailureReason][] = [
  [/not found/i, "modelMissing"],
  [/does not support (?:chat|generate)/i, "cannotChat"],
  [/server busy|maximum pending requests/i, "busy"],
  [/requires more (?:system )?memory|out of memory|cudamalloc|insufficient memory/i, "outOfMemory"],
  [/did not receive done/i, "interrupted"],
  [
    /terminated|socket hang up|other side closed|econnreset|fetch failed|econnrefused|enotfound|ehostunreach|connect timeout/i,
    "unreachable",
  ],
];

function failureOf(error: unknown, started: boolean): OllamaFailure {
  const message = error instanceof Error ? error.message : String(error);
  const detail =
    error instanceof Error && error.cause instanceof Error ? `${message}: ${error.cause.message}` : message;
  const reason = REASONS.find(([pattern]) => pattern.test(detail))?.[1] ?? "failed";
  return new OllamaFailure(started && reason === "unreachable" ? "interrupted" : reason, detail, { cause: error });
}

/** Whether Ollama refused because the model cannot think; the same request without `think` may succeed. */
export const refusedThinking = (error: unknown): boolean =>
  error instanceof OllamaFailure && /does not support thinking/i.test(error.message);
