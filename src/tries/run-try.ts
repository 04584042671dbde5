import { z } from "zod";
import type { ChatMessage } from "#src/inference/backend.ts";
import { InferenceFailure } from "#src/inference/chat.ts";
import type { Fleet, Lease } from "#src/inference/fleet.ts";
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
    const messages: ChatMessage[] = [...attempt.history, { role: "user", content: attempt.prompt }];
    const request = { model: attempt.target.model, messages, think, maxTokens };
    for await (const { thinking, text, figures } of lease.chat(request, signal)) {
      if (thinking !== "") next({ phase: "thinking", thinking: progress.thinking + thinking });
      if (text !== "") next(read(content.push(text)));
      if (thinking !== "" || text !== "") report(progress);
      if (figures) next({ ...read(content.end()), phase: "done", figures });
    }
  };
  report(progress);
  try {
    await stream(canThink ? attempt.think : undefined).catch((error: unknown) => {
      // Some hosts do not say what a model can do; what they refuse is asked again without.
      if (!(error instanceof InferenceFailure && error.refusedThinking)) throw error;
      return stream(undefined);
    });
  } catch (error) {
    next(read(content.end()));
    if (error instanceof TryEnded) next({ phase: error.reason });
    else next({ phase: "failed", failure: error instanceof InferenceFailure ? error.reason : "failed" });
  }
  return progress;
}

/** Releases a slot, and has the host checked where the try failed. */
export function releaseLease(lease: Lease, { phase, failure }: Progress, fleet: Fleet): void {
  lease.release();
  if (phase !== "failed") return;
  if (failure === "unreachable") fleet.takeOut(lease.host);
  else void fleet.check(lease.host);
}
