import type { Backend, ChatPart, ChatRequest, ChatStage, Failure, FailureReason, HostAddress } from "./backend.ts";

/** An answer that did not come whole, judged by the backend. */
export class InferenceFailure extends Error {
  override name = "InferenceFailure";
  readonly reason: FailureReason;
  readonly refusedThinking: boolean;
  readonly params: Failure["params"];
  constructor({ reason, message, refusedThinking, params }: Failure, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.refusedThinking = refusedThinking;
    this.params = params;
  }
}

/** Loading a large model from a slow disk takes minutes; silence in the middle of an answer does not. */
const FIRST_PART_MS = 300_000;
const NEXT_PART_MS = 60_000;

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
  try {
    for await (const part of backend.chat(host, request, AbortSignal.any([signal, silence.signal]))) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), NEXT_PART_MS);
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
