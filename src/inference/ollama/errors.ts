import { oneLine } from "#src/base/one-line.ts";
import type { ChatStage, Failure, FailureReason } from "#src/inference/backend.ts";

// An error is judged by where it arose, then by its HTTP status, and only where Ollama itself speaks by its words.

/** No answer came: the connection could not be made, or was lost before the headers. */
export class NotReached extends Error {
  override name = "NotReached";
}

/** The connection was lost, or fell silent, after the headers had come. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** A stream ended in good order, and without its last line. */
export class EndedEarly extends Error {
  override name = "EndedEarly";
}

/** A request that exceeds the context, as llama.cpp's server says it inside Ollama's error. */
export type ExceededContext = { tokens: number; limit: number };

/** Characters that an answer is judged by: of a load that failed the cause may come after pages of its log. */
const MOST_WORDS = 4000;

/** An answer that is not what was asked for; its message is what it said, in one line. */
export class OllamaAnswer extends Error {
  override name = "OllamaAnswer";
  readonly status: number;
  /** Whether it has the `error` of Ollama's API; else a proxy or another program has answered. */
  readonly isOllama: boolean;
  readonly exceeded: ExceededContext | undefined;
  /** The words that it is judged by: all of them, while the message is short and hides what was sent. Never to be shown. */
  readonly words: string;
  constructor(
    message: string,
    {
      status,
      isOllama,
      exceeded,
      words = message,
    }: Pick<OllamaAnswer, "status" | "isOllama"> & Partial<Pick<OllamaAnswer, "exceeded" | "words">>,
  ) {
    super(message);
    this.words = words.slice(0, MOST_WORDS).replace(/\s+/g, " ").trim();
    this.status = status;
    this.isOllama = isOllama;
    this.exceeded = exceeded;
  }
}

type Judged = Pick<Failure, "reason" | "params">;

/** Judges an error of Ollama, of what stands before it or of the connection. */
export function classify(error: unknown, stage: ChatStage): Failure {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  return {
    ...judge(error, stage),
    message,
    refusedThinking: error instanceof OllamaAnswer && error.isOllama && REFUSES_THINKING.test(error.words),
  };
}

function judge(error: unknown, stage: ChatStage): Judged {
  if (error instanceof NotReached) return { reason: notReached(error) };
  if (error instanceof ConnectionLost) return { reason: isSilence(codeOf(error)) ? "stalled" : "interrupted" };
  if (error instanceof EndedEarly) return { reason: stage === "answer" ? "repeated" : "notBackend" };
  if (!(error instanceof OllamaAnswer)) return { reason: "failed" };
  const { reason, params } = error.isOllama ? byWords(error, stage) : byStatus(error, stage);
  return { reason, params: { status: error.status, ...params } };
}

/** Answers of a proxy that does not reach what is behind it; 52x and 530 are Cloudflare's (its list of 5xx errors). */
const UPSTREAM_AWAY = [502, 503, 504, 521, 522, 523, 524, 530];

function byStatus({ status }: OllamaAnswer, stage: ChatStage): Judged {
  if (UPSTREAM_AWAY.includes(status)) return { reason: "unreachable" };
  if (status === 429) return { reason: "busy" };
  // A proxy takes bodies up to a size only (nginx: client_max_body_size).
  if (status === 413) return { reason: "contextExceeded" };
  // What had begun to answer as Ollama is Ollama: something broke its stream.
  return { reason: stage === "answer" && status === 200 ? "interrupted" : "notBackend" };
}

/** As Ollama itself counts them (isOutOfMemory of its llama server), those of CUDA, HIP, Vulkan and Metal, and the kernel's. */
const OUT_OF_MEMORY =
  /insufficient memory|out of (?:\w+ )?memory|out_?of_?(?:host_?|device_?|pool_?)?memory|failed to allocate|unable to allocate|cannot allocate memory|allocation (?:of size \d+ )?failed|alloc_failed|not enough (?:\w+ )?memory|requires more (?:\w+ )?memory|cudamalloc|cudaErrorMemoryAllocation|hipmalloc|bad_alloc|signal: killed/i;
const CANNOT_LOAD =
  /(?:runner|llama-server)\b.*\b(?:terminated|exited|stopped|no longer running)|failed to start (?:a )?(?:llama )?(?:runner|server)|timed out waiting for (?:the )?(?:llama|server|runner)|(?:error|failed|unable|failure) (?:to )?load(?:ing)?\b/i;
/** What an older Ollama says of a model made for a newer one. */
const TOO_NEW =
  /(?:unknown|unsupported) (?:model )?(?:architecture|projector type|pre-tokenizer)|newer version of ollama|not supported by your version|invalid ggml type|wrong number of tensors/i;
const DAMAGED =
  /GGML_ASSERT|\bmagic\b|tensor\b.*(?:not found|missing|bounds|wrong|invalid)|missing tensor|corrupt|truncat|unexpected (?:EOF|end of file)|no such file|file does not exist|digest mismatch|failed to read/i;
/** What is said of a file of weights, whoever reads it. */
const OF_A_FILE = /GGML_ASSERT|\btensor\b|\bmagic\b|\bgguf\b/i;
const SLOW = /timed out waiting/i;
/** What a pull meets on its way, in words of Ollama, of Go and of the registry; texts under `pull.why`. */
const PULL_CAUSES: readonly [RegExp, string][] = [
  [/no space left on device|not enough (?:disk )?space|disk quota exceeded|disk is full/i, "diskFull"],
  [/manifest:? .*(?:file does not exist|not found|unknown|\b404\b)|invalid model name/i, "noSuchModel"],
  [/unauthorized|access denied|insufficient permission|pull model manifest: 40[13]\b/i, "denied"],
  [
    /max retries exceeded|dial tcp|no such host|tls: |tls handshake|i\/o timeout|server misbehaving|connection (?:reset|refused)|proxyconnect|download stalled/i,
    "noRegistry",
  ],
];
const REFUSES_THINKING = /does not support thinking|think value .* is not supported/i;
const IS_BUSY = /server busy|maximum pending requests|overloaded|^loading model$/i;
const CONTEXT =
  /exceeds? the (?:available |maximum )?context (?:size|length|window)|prompt (?:is )?too long|input length exceeds/i;
const CANNOT_CHAT = /does not support (?:chat|generate|completion)/i;
const NO_MODEL = /^model\b.*\bnot found/i;

/** Ollama speaks: it is there, whatever its words are. */
function byWords({ words, status, exceeded }: OllamaAnswer, stage: ChatStage): Judged {
  if (exceeded) return { reason: "contextExceeded", params: exceeded };
  if (CONTEXT.test(words)) return { reason: "contextExceeded", params: tokensIn(words) };
  if (status === 404 || NO_MODEL.test(words)) return { reason: "modelMissing" };
  if (status === 503 || status === 429 || IS_BUSY.test(words)) return { reason: "busy" };
  if (CANNOT_CHAT.test(words)) return { reason: "cannotChat" };
  if (OUT_OF_MEMORY.test(words)) return { reason: "outOfMemory" };
  const cause = PULL_CAUSES.find(([pattern]) => pattern.test(words))?.[1];
  if (cause !== undefined) return { reason: "failed", params: { cause } };
  if (TOO_NEW.test(words)) return { reason: "cannotLoad", params: { cause: "tooNew" } };
  // A model that was answering had been loaded.
  if (stage === "answer") return { reason: "failed" };
  if (!CANNOT_LOAD.test(words) && !OF_A_FILE.test(words)) return { reason: "failed" };
  // Texts under `try.cannotLoad`.
  if (SLOW.test(words)) return { reason: "cannotLoad", params: { cause: "slow" } };
  return { reason: "cannotLoad", ...(DAMAGED.test(words) && { params: { cause: "damaged" } }) };
}

function tokensIn(message: string): Partial<ExceededContext> {
  const [tokens, limit] = [...message.matchAll(/\((\d+) tokens\)/g)].map(([, count]) => Number(count));
  return { ...(tokens !== undefined && { tokens }), ...(limit !== undefined && { limit }) };
}

function notReached(error: NotReached): FailureReason {
  if (isSilence(codeOf(error))) return "stalled";
  return isOtherProtocol(error) ? "notBackend" : "unreachable";
}

/** Something answers, and not in HTTP (undici's error for that). */
const isOtherProtocol = (error: unknown): boolean =>
  error instanceof Error && (error.name === "HTTPParserError" || isOtherProtocol(error.cause));

/** fetch gives up a server that is silent for five minutes (undici's headersTimeout and bodyTimeout). */
const isSilence = (code: string): boolean => code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";

/** The first code among an error and its causes: ECONNREFUSED, UND_ERR_SOCKET. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : codeOf(error.cause);
}
