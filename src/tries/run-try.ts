import { oneLine } from "#src/base/one-line.ts";
import type { ChatMessage } from "#src/inference/backend.ts";
import { InferenceFailure } from "#src/inference/chat.ts";
import type { Lease } from "#src/inference/fleet.ts";
import { createContentReader } from "./content.ts";
import type { EndReason, RunProgress, Try } from "./try.ts";

export class TryEnded extends Error {
  override name = "TryEnded";
  readonly reason: EndReason;
  constructor(reason: EndReason) {
    super(reason);
    this.reason = reason;
  }
}

export type RunRequest = Pick<Try, "history" | "prompt" | "think"> & { model: string; maxTokens: number };

/**
 * Runs a prompt on the host of a lease and reports all progress. Never throws: whatever ends it ends in a progress that
 * says so, with all the text that came until then.
 */
export async function runTry(
  { history, prompt, model, think: wanted, maxTokens }: RunRequest,
  lease: Lease,
  signal: AbortSignal,
  report: (progress: RunProgress) => void,
): Promise<RunProgress> {
  const started = performance.now();
  let progress: RunProgress = { phase: "loading", text: "", thinking: "", hostLabel: lease.host.label };
  const next = (change: Partial<RunProgress>): void => {
    progress = { ...progress, ...change, durationMs: performance.now() - started };
  };
  const content = createContentReader();
  /** Thinking comes apart, or inside the content of older models. */
  const read = ({ text, thinking }: { text: string; thinking: string }): Partial<RunProgress> => ({
    phase: text === "" && thinking !== "" ? "thinking" : "answering",
    text,
    ...(thinking !== "" && { thinking }),
  });
  const canThink = lease.model.capabilities?.includes("thinking") ?? true;
  const stream = async (think: boolean | undefined): Promise<void> => {
    const messages: ChatMessage[] = [...history, { role: "user", content: prompt }];
    const request = { model, messages, think, maxTokens, contextTokens: undefined };
    for await (const { thinking, text, figures } of lease.chat(request, signal)) {
      if (thinking !== "") next({ phase: "thinking", thinking: progress.thinking + thinking });
      if (text !== "") next(read(content.push(text)));
      if (thinking !== "" || text !== "") report(progress);
      if (figures) next({ ...read(content.end()), phase: "done", figures });
    }
  };
  report(progress);
  try {
    await stream(canThink ? wanted : undefined).catch((error: unknown) => {
      // Some hosts do not say what a model can do; what they refuse is asked again without.
      if (!(error instanceof InferenceFailure && error.refusedThinking)) throw error;
      return stream(undefined);
    });
  } catch (error) {
    next(read(content.end()));
    if (error instanceof TryEnded) next({ phase: error.reason });
    else next({ phase: "failed", ...failureOf(error, lease.host.version) });
  }
  return progress;
}

/** What went wrong, and on which version of the backend. */
function failureOf(error: unknown, version = "?"): Pick<RunProgress, "failure" | "failureParams" | "said"> {
  if (!(error instanceof InferenceFailure)) return { failure: "failed", said: oneLine(String(error)) };
  const { reason, message, params } = error;
  return { failure: reason, failureParams: { version, ...params }, said: message };
}
