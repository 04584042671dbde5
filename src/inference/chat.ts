import type { Backend, ChatPart, ChatRequest, ChatStage, Failure, FailureReason, HostAddress } from "./backend.ts";

/** An answer that did not come whole, judged by the backend. */
export class InferenceFailure extends Error {
  override name = "InferenceFailure";
  readonly reason: FailureReason;
  readonly params: NonNullable<Failure["params"]>;
  readonly refusedThinking: boolean;
  constructor({ reason, message, params = {}, refusedThinking }: Failure, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.params = params;
    this.refusedThinking = refusedThinking;
  }
}

/** Loading a large model from a slow disk takes minutes; silence in the middle of an answer does not. */
const FIRST_PART_MS = 300_000;
const NEXT_PART_MS = 60_000;

/** Characters that an answer of so many tokens never has: one token is a word, or a row of signs. */
const mostCharacters = (maxTokens: number): number => 100_000 + maxTokens * 100;

type StreamOptions = {
  /** Another host could answer: this one gets no more time for its first part than for the others. */
  isElsewhere?: boolean;
};

/**
 * Streams one answer of a host. Ends with the part that has figures, or throws InferenceFailure; raising the signal ends
 * the request, and throws the signal's reason.
 */
export async function* streamChat(
  backend: Backend,
  host: HostAddress,
  request: ChatRequest,
  signal: AbortSignal,
  { isElsewhere = false }: StreamOptions = {},
): AsyncGenerator<ChatPart> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), isElsewhere ? NEXT_PART_MS : FIRST_PART_MS);
  let stage: ChatStage = "request";
  let left = mostCharacters(request.maxTokens);
  try {
    for await (const part of backend.chat(host, request, AbortSignal.any([signal, silence.signal]))) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), NEXT_PART_MS);
      left -= part.text.length + part.thinking.length;
      // Whoever does not keep to the tokens that were asked for may never end.
      if (left < 0) throw failure("failed", "the answer is far longer than the tokens that were asked for");
      yield part;
      stage = "answer";
      if (part.figures) return;
    }
    throw failure("interrupted", "the stream ended without its last part");
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (silence.signal.aborted) throw failure("stalled", `${backend.name} fell silent`, error);
    throw error instanceof InferenceFailure
      ? error
      : new InferenceFailure(backend.classify(error, stage), { cause: error });
  } finally {
    clearTimeout(timer);
    // The signal alone ends a request whose headers have not come; closing a finished one does nothing.
    silence.abort();
  }
}

const failure = (reason: FailureReason, message: string, cause?: unknown): InferenceFailure =>
  new InferenceFailure({ reason, message, refusedThinking: false }, { cause });
