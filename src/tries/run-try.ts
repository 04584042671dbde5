import { oneLine } from "#src/base/one-line.ts";
import { type ChatMessage, type ChatPart, type Figures, listedName } from "#src/inference/backend.ts";
import { InferenceFailure } from "#src/inference/chat.ts";
import type { Lease } from "#src/inference/fleet.ts";
import { createContentReader } from "./content.ts";
import { isSurelyBeyond, promptTokens, turnsOf, without } from "./conversation.ts";
import { askUntilItFits, type Question } from "./questions.ts";
import { openWait } from "./stage.ts";
import { type EndReason, onlyThought, type RunProgress, type Try } from "./try.ts";

export class TryEnded extends Error {
  override name = "TryEnded";
  readonly reason: EndReason;
  constructor(reason: EndReason) {
    super(reason);
    this.reason = reason;
  }
}

export type RunRequest = Pick<Try, "history" | "prompt" | "think" | "leftOutTurns" | "tokenRatio"> & {
  maxTokens: number;
};

/**
 * Runs a prompt on the host of a lease and reports all progress. Never throws: whatever ends it ends in a progress that
 * says so, with all the text that came until then.
 */
export async function runTry(
  asked: RunRequest,
  lease: Lease,
  signal: AbortSignal,
  report: (progress: RunProgress) => void,
): Promise<RunProgress> {
  const { prompt, maxTokens, tokenRatio: ratio } = asked;
  const { model, host } = lease;
  const started = performance.now();
  const mustLoad = !model.cloud && !host.loaded.has(model.name);
  let progress: RunProgress = {
    phase: "loading",
    text: "",
    thinking: "",
    hostLabel: host.label,
    ...(mustLoad && { stage: "loading" }),
  };
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
  const take = ({ thinking, text }: ChatPart): void => {
    if (thinking !== "") next({ phase: "thinking", thinking: progress.thinking + thinking });
    if (text !== "") next(read(content.push(text, progress.thinking !== "")));
  };
  const finish = (figures: Figures, messages: readonly ChatMessage[], think: boolean | undefined): void => {
    const contextTokens = lease.contextTokens();
    // Older versions do not know `truncate`, and cut without a word.
    const promptCut = isSurelyBeyond(messages, contextTokens);
    next({ ...read(content.end()), phase: "done", contextTokens, figures, ...(promptCut && { promptCut }) });
    const canSkip = think !== false && model.capabilities?.includes("thinking") !== false;
    if (onlyThought(progress) && canSkip) next({ canSkipThinking: true });
  };
  const turns = turnsOf(asked.history);
  const stream = async ({ leftOut, think }: Question): Promise<void> => {
    const leftOutTurns = (asked.leftOutTurns ?? 0) + leftOut;
    if (leftOutTurns > 0) next({ leftOutTurns, contextTokens: lease.contextTokens() });
    report(progress);
    const messages = without(turns, leftOut, prompt);
    const wait = openWait(lease, promptTokens(messages, ratio), signal, (stage) => {
      if (progress.stage === stage) return;
      next({ stage });
      report(progress);
    });
    try {
      for await (const part of lease.chat({ model: listedName(model), messages, think, maxTokens }, signal)) {
        if (part.thinking !== "" || part.text !== "") {
          wait.spoken();
          take(part);
          report(progress);
        }
        if (part.figures) {
          await wait.end();
          finish(part.figures, messages, think);
        }
      }
    } finally {
      await wait.end();
    }
  };
  try {
    await askUntilItFits({ ...asked, turns }, lease, stream);
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
