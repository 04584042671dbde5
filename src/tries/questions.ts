import type { ChatMessage } from "#src/inference/backend.ts";
import { InferenceFailure } from "#src/inference/chat.ts";
import type { Lease } from "#src/inference/fleet.ts";
import { tokenRatio, turnsToLeaveOut, without } from "./conversation.ts";
import type { Try } from "./try.ts";

/** How a host is asked: with how much of the conversation, and whether the model is to think first. */
export type Question = {
  /** So many of the oldest turns stay behind. */
  leftOut: number;
  think: boolean | undefined;
};

export type Asked = Pick<Try, "prompt" | "think" | "tokenRatio"> & {
  turns: readonly ChatMessage[][];
  maxTokens: number;
};

/** A host that refuses a conversation as too long is asked so often in all: the last time with the prompt alone. */
const MOST_ASKED = 3;

/**
 * Asks with as much of the conversation as fits by our estimate; where the host knows better, with as much as fits by its
 * figures. Rejects with InferenceFailure `contextExceeded` where the prompt alone is too long. A host that does not say what
 * a model can do, and refuses to have it think, is asked without.
 */
export async function askUntilItFits(
  asked: Asked,
  lease: Lease,
  ask: (question: Question) => Promise<void>,
): Promise<void> {
  const canThink = lease.model.capabilities?.includes("thinking") ?? true;
  let question: Question = {
    leftOut: firstCut(asked, lease.contextTokens()),
    think: canThink ? asked.think : undefined,
  };
  for (let count = 1; ; count += 1) {
    try {
      return await ask(question);
    } catch (error) {
      const again = error instanceof InferenceFailure ? changed(question, error, asked, count) : undefined;
      if (again === undefined) throw error;
      question = again;
    }
  }
}

const firstCut = ({ tokenRatio: ratio, ...asked }: Asked, contextTokens: number | undefined): number =>
  contextTokens === undefined ? 0 : turnsToLeaveOut({ ...asked, contextTokens, ratio });

/** What to ask in the place of what was refused; undefined where there is nothing. */
function changed(question: Question, failure: InferenceFailure, asked: Asked, count: number): Question | undefined {
  if (failure.refusedThinking) return question.think === undefined ? undefined : { ...question, think: undefined };
  const { turns, prompt } = asked;
  const { leftOut } = question;
  if (failure.reason !== "contextExceeded" || leftOut === turns.length) return undefined;
  if (count >= MOST_ASKED) return undefined;
  const { tokens, limit } = failure.params;
  if (count + 1 === MOST_ASKED || typeof tokens !== "number" || typeof limit !== "number")
    return { ...question, leftOut: turns.length };
  const ratio = tokenRatio(without(turns, leftOut, prompt), tokens) ?? asked.tokenRatio;
  return { ...question, leftOut: Math.max(leftOut + 1, turnsToLeaveOut({ ...asked, contextTokens: limit, ratio })) };
}
