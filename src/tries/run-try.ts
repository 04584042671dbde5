import { z } from "zod";
import type { Fleet, Lease } from "#src/inference/fleet.ts";
import { OllamaFailure, refusedThinking, streamChat } from "#src/inference/ollama/chat.ts";
import { createContentReader } from "./content.ts";
import type { Phase, Progress, Try } from "./try.ts";

/** Why a try was ended from outside. */
export const endReason = z.enum(["stopped", "expired", "interrupted"]);
export type EndReason = Extract<Phase, z.infer<typeof endReason>>;

export class TryEnded extends Error {
  override name = "TryEnded";
  readonly reason: EndReason;
  constructor(reason: EndReason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Runs one try on the host of its lease and reports all progress. Never throws: whatever ends it ends in a progress
 * that says so, with all the text that came until then.
 */
export async function runTry(
  attempt: Try,
  lease: Lease,
  maxTokens: number,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<Progress> {
  const started = performance.now();
  let progress: Progress = { phase: "loading", text: "", thinking: "", hostLabel: lease.host.label };
  const next = (change: Partial<Progress>): void => {
    progress = { ...progress, ...change, durationMs: performance.now() - started };
  };
  const content = createContentReader();
  /** Thinking comes apart, or inside the content of older models. */
  const read = ({ text, thinking }: { text: string; thinking: string }): Partial<Progress> => ({
    phase: text === "" && thinking !== "" ? "thinking" : "answering",
    text,
    ...(thinking !== "" && { thinking }),
  });
  const canThink = lease.model.capabilities?.includes("thinking") ?? true;
  const stream = async (think: boolean | undefined): Promise<void> => {
    const messages = [...attempt.history, { role: "user", content: attempt.prompt }];
    const request = { host: lease.host.url, model: attempt.target.model, messages, think, maxTokens };
    for await (const event of streamChat(request, signal)) {
      if (event.kind === "thinking") next({ phase: "thinking", thinking: progress.thinking + event.text });
      else if (event.kind === "text") next(read(content.push(event.text)));
      else next({ ...read(content.end()), phase: "done", figures: event.figures });
      if (event.kind !== "done") report(progress);
    }
  };
  report(progress);
  try {
    await stream(canThink ? attempt.think : undefined).catch((error: unknown) => {
      // Some hosts do not say what a model can do; what they refuse is asked again without.
      if (!refusedThinking(error)) throw error;
      return stream(undefined);
    });
  } catch (error) {
    next(read(content.end()));
    if (error instanceof TryEnded) next({ phase: error.reason });
    else next({ phase: "failed", failure: error instanceof OllamaFailure ? error.reason : "failed" });
  }
  return progress;
}

/** Gives a slot back, and looks at the host again where the try failed. */
export function giveBack(lease: Lease, { phase, failure }: Progress, fleet: Fleet): void {
  lease.release();
  if (phase !== "failed") return;
  if (failure === "unreachable") fleet.takeOut(lease.host);
  else void fleet.check(lease.host);
}
