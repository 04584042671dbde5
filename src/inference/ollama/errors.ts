import type { ChatStage, Failure, FailureReason } from "#src/inference/backend.ts";

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

/** llama.cpp's server, whose JSON Ollama passes on as a text. */
const CONTEXT_EXCEEDED = /request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/;

/** Judges an error of Ollama, of its client or of the connection. */
export function classify(error: unknown, stage: ChatStage): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const detail =
    error instanceof Error && error.cause instanceof Error ? `${message}: ${error.cause.message}` : message;
  const [, tokens, limit] = CONTEXT_EXCEEDED.exec(detail) ?? [];
  if (tokens !== undefined && limit !== undefined)
    return {
      reason: "contextExceeded",
      message: detail,
      params: { tokens: Number(tokens), limit: Number(limit) },
      refusedThinking: false,
    };
  const reason = REASONS.find(([pattern]) => pattern.test(detail))?.[1] ?? "failed";
  return {
    // A connection that is lost in the middle of an answer was there before.
    reason: stage === "answer" && reason === "unreachable" ? "interrupted" : reason,
    message: detail,
    refusedThinking: /does not support thinking/i.test(detail),
  };
}
