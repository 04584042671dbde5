import { STATUS_CODES } from "node:http";
import type { Ollama } from "ollama";
import { z } from "zod";
import { oneLine } from "#src/base/one-line.ts";
import { parseJson } from "#src/base/parse-json.ts";
import { fetchThrough } from "#src/base/tunnel.ts";
import type { HostAddress } from "#src/inference/backend.ts";
import { ConnectionLost, codeOf, EndedEarly, NotReached, OllamaAnswer } from "./errors.ts";

/** Characters of an error page that are read. */
const MAX_ERROR_CHARACTERS = 20_000;
/** Characters of one line of a stream: Ollama's have some hundred. */
const MAX_LINE_CHARACTERS = 1_000_000;
/** What answers line by line. */
const STREAMS = /\/api\/(?:chat|pull)$/;

/**
 * The official client for one host and one undertaking: everything it does ends with the signal, also while Ollama
 * loads a model and has not sent headers yet, and other clients go on. The library is loaded with the first host that is
 * asked. `sent` is what an error must not quote: the words of people. Rejects with NotReached, ConnectionLost, EndedEarly
 * or OllamaAnswer, which say where the error arose: the client would drop the status, and print what it cannot read to the
 * console.
 */
export async function ollamaClient(
  { url, authorization, proxies }: HostAddress,
  signal: AbortSignal,
  sent: readonly string[] = [],
): Promise<Ollama> {
  const { Ollama } = await import("ollama");
  const send = proxies === undefined ? fetch : fetchThrough(proxies);
  // Put together for an error alone: a conversation is long.
  const hidden = (): string[] => [
    ...(authorization === undefined ? [] : loginIn(authorization)),
    ...sent.flatMap(asQuoted),
  ];
  return new Ollama({
    host: url,
    ...(authorization !== undefined && { headers: { authorization } }),
    fetch: async (input, init) => {
      const signals = init?.signal ? [signal, init.signal] : [signal];
      const response = await send(input, { ...init, signal: AbortSignal.any(signals) }).catch((error: unknown) => {
        throw new NotReached(reasonOf(error), { cause: error });
      });
      if (!response.ok) throw answerOf(response.status, await beginningOf(response), hidden);
      if (STREAMS.test(new URL(input instanceof Request ? input.url : input).pathname))
        return new Response(ReadableStream.from(checkedLines(response, hidden)));
      return whole(response, { mayBeEmpty: init?.method === "DELETE", hidden });
    },
  });
}

/** What must not be told of a login: the header, and of `Basic` the user with the password, and that alone. */
function loginIn(authorization: string): string[] {
  const credentials = authorization.replace(/^\w+\s+/, "");
  const both = Buffer.from(credentials, "base64").toString("utf8");
  const password = both.slice(both.indexOf(":") + 1);
  return [authorization, credentials, both, password, encodeURIComponent(password)];
}

/** The ways in which a server may quote a text: as it is, in JSON, one of its lines; the longest first. */
const asQuoted = (text: string): string[] =>
  [text, JSON.stringify(text).slice(1, -1), ...text.split("\n")].toSorted((a, b) => b.length - a.length);

async function whole(
  response: Response,
  { mayBeEmpty, hidden }: { mayBeEmpty: boolean; hidden: () => readonly string[] },
): Promise<Response> {
  const text = await response.text().catch(lost);
  if (parseObject(text) === undefined && !(mayBeEmpty && text.trim() === ""))
    throw answerOf(response.status, text, hidden);
  return new Response(text);
}

const encoder = new TextEncoder();

/** The lines of a stream, each an object, the last one an end. */
async function* checkedLines(response: Response, hidden: () => readonly string[]): AsyncGenerator<Uint8Array> {
  let hasEnded = false;
  for await (const line of linesOf(response)) {
    const value = parseObject(line);
    const { error, ...rest } = value ?? {};
    // Emulations send `null` or an empty text for no error, which the client would take for one.
    if (value === undefined || error) throw answerOf(response.status, line, hidden);
    hasEnded ||= rest["done"] === true || rest["status"] === "success";
    yield encoder.encode(`${"error" in value ? JSON.stringify(rest) : line}\n`);
  }
  if (!hasEnded) throw new EndedEarly("the stream ended in good order, but without its last line");
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = "";
  for await (const text of textOf(response)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line.trim() !== "");
    if (rest.length > MAX_LINE_CHARACTERS) break;
  }
  if (rest.trim() !== "") yield rest;
}

async function* textOf({ body }: Response): AsyncGenerator<string> {
  try {
    for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) yield text;
  } catch (error) {
    throw lost(error);
  }
}

/** The beginning of a text; the rest is not read. */
async function beginningOf(response: Response): Promise<string> {
  let text = "";
  try {
    for await (const part of textOf(response)) {
      text += part;
      if (text.length >= MAX_ERROR_CHARACTERS) break;
    }
  } catch {
    // The status says more than the end of its page.
  }
  return text.slice(0, MAX_ERROR_CHARACTERS);
}

const lost = (error: unknown): never => {
  throw new ConnectionLost(reasonOf(error), { cause: error });
};

/** llama.cpp's server inside of Ollama says its errors as an object, and Ollama puts that into a string. */
const inner = z.object({
  message: z.string(),
  n_prompt_tokens: z.number().optional(),
  n_ctx: z.number().optional(),
});

function answerOf(status: number, body: string, hidden: () => readonly string[]): OllamaAnswer {
  const said = errorIn(body);
  const { n_prompt_tokens: tokens, n_ctx: limit } = said ?? {};
  // What the body has to say of a status is no word of Ollama's: programs of other makers do that in `error` as well.
  const isOllama = said !== undefined && !isPhraseOf(status, said.message);
  const words = said?.message ?? body;
  const message = oneLine(words, hidden()) || `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  const exceeded = tokens === undefined || limit === undefined ? undefined : { tokens, limit };
  return new OllamaAnswer(message, { status, isOllama, exceeded, words });
}

/** Proxies write the phrase in any case; Ollama itself says `unauthorized`. */
function isPhraseOf(status: number, words: string): boolean {
  const phrase = STATUS_CODES[status];
  return words === phrase || (status >= 502 && words.toLowerCase() === phrase?.toLowerCase());
}

/** What the innermost `error` of a body says; undefined where it has none. */
function errorIn(body: string): z.infer<typeof inner> | undefined {
  const error = parseObject(body)?.["error"];
  if (typeof error === "string") return errorIn(error) ?? { message: error };
  return inner.safeParse(error).data;
}

const parseObject = (text: string): Record<string, unknown> | undefined =>
  z.record(z.string(), z.unknown()).safeParse(parseJson(text)).data;

/** What is the matter with a connection: the innermost cause says it, as `fetch failed` does not. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const { cause } = error;
  if (cause instanceof Error) return reasonOf(cause);
  return oneLine(error.message) || codeOf(error) || error.name;
}
