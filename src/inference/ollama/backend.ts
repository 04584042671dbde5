import type { ChatRequest as OllamaChatRequest } from "ollama";
import type { Log } from "#src/base/log.ts";
import { oneLine } from "#src/base/one-line.ts";
import type { Backend, ChatPart, ChatRequest, HostAddress, PullPart } from "#src/inference/backend.ts";
import {
  asInstalled,
  asPart,
  chatAnswer,
  factsOf,
  isCloud,
  type Listed,
  type ModelFacts,
  pullAnswer,
  readPs,
  readTags,
  showAnswer,
  versionAnswer,
} from "./answers.ts";
import { ollamaClient } from "./client.ts";
import { classify, OllamaAnswer } from "./errors.ts";
import { normalName } from "./names.ts";

/** A model that cannot be shown must not keep the list. */
const SHOW_TIMEOUT_MS = 1500;
/** Models of one host that are asked for at once: some hosts have hundreds. */
const SHOWN_AT_ONCE = 8;
/** So long a model that could not be shown is not asked for again. */
const SHOW_AGAIN_MS = 60_000;
/** Odd items that are remembered as told. */
const MOST_TOLD = 200;

/** Ollama's HTTP API (docs/api.md of its repository), as its own client speaks it. `log` is told of odd items of lists. */
export function createOllamaBackend({ log }: { log?: Log } = {}): Backend {
  /** What is known of models by name and digest, which does not change. */
  const known = new Map<string, ModelFacts>();
  /** Until when a host is not asked again about a model that it did not show. performance.now(). */
  const unshown = new Map<string, number>();
  const show = async (host: HostAddress, name: string, signal: AbortSignal): Promise<ModelFacts> => {
    const client = await ollamaClient(host, AbortSignal.any([signal, AbortSignal.timeout(SHOW_TIMEOUT_MS)]));
    return factsOf(showAnswer.parse(await client.show({ model: name })));
  };
  const factsAbout = async (host: HostAddress, model: Listed, signal: AbortSignal): Promise<ModelFacts | undefined> => {
    // Asking for a stub goes to Ollama's servers, which a machine without internet does not reach.
    if (isCloud(model)) return undefined;
    const key = `${model.name}@${model.digest ?? ""}`;
    const before = known.get(key);
    const failure = `${host.url} ${key}`;
    if (before || (unshown.get(failure) ?? 0) > performance.now()) return before;
    const found = await show(host, model.name, signal).catch(() => undefined);
    if (found) known.set(key, found);
    else unshown.set(failure, performance.now() + SHOW_AGAIN_MS);
    return found;
  };

  const told = new Set<string>();
  const tellOdd = ({ url }: HostAddress, path: string, odd: readonly unknown[]): void => {
    for (const item of odd) {
      const said = oneLine(JSON.stringify(item) ?? "");
      const key = `${url} ${path} ${said}`;
      if (told.has(key) || told.size >= MOST_TOLD) continue;
      told.add(key);
      log?.warn({ path, said }, "an odd model in Ollama's list is passed over");
    }
  };

  return {
    name: "Ollama",
    // Below 24 GiB of graphics memory (envconfig/config.go: "4k/32k/256k based on VRAM").
    defaultContextTokens: 4096,
    normalName,
    classify,
    chat,
    pull,
    version: async (host, signal) => versionAnswer.parse(await (await ollamaClient(host, signal)).version()).version,
    list: async (host, signal) => {
      const answer = await (await ollamaClient(host, signal)).list();
      const { good, odd } = readTags(answer) ?? notOllama(answer);
      tellOdd(host, "/api/tags", odd);
      const facts = new Map<Listed, ModelFacts | undefined>();
      const left = good.values();
      const askOn = async (): Promise<void> => {
        for (const model of left) facts.set(model, await factsAbout(host, model, signal));
      };
      await Promise.all(Array.from({ length: SHOWN_AT_ONCE }, askOn));
      return good.map((model) => asInstalled(model, facts.get(model)));
    },
    loaded: async (host, signal) => {
      const answer = await (await ollamaClient(host, signal)).ps();
      const { good, odd } = readPs(answer) ?? notOllama(answer);
      tellOdd(host, "/api/ps", odd);
      return new Map(
        good.map(({ name, size = 0, size_vram = 0, context_length }) => [
          normalName(name),
          { sizeBytes: size, vramBytes: size_vram, contextTokens: context_length },
        ]),
      );
    },
    remove: async (host, model, signal) => {
      await (await ollamaClient(host, signal)).delete({ model });
    },
  };
}

async function* chat(
  host: HostAddress,
  { model, messages, think, maxTokens, contextTokens }: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatPart> {
  const client = await ollamaClient(
    host,
    signal,
    messages.map(({ content }) => content),
  );
  const request: OllamaChatRequest & { stream: true; truncate: boolean } = {
    model,
    messages: [...messages],
    stream: true,
    // What does not fit is to be refused with its figures: Ollama would cut it without a word. `shift` is never sent:
    // another value than the loaded model has loads it again. (The client's type lacks the field and passes it on.)
    truncate: false,
    ...(think !== undefined && { think }),
    options: { num_predict: maxTokens, ...(contextTokens !== undefined && { num_ctx: contextTokens }) },
  };
  for await (const answer of await client.chat(request)) yield readPart(answer);
}

function readPart(line: unknown): ChatPart {
  const { data } = chatAnswer.safeParse(line);
  return data?.message || data?.done ? asPart(data) : notOllama(line);
}

/** It is JSON, of another program. */
function notOllama(answer: unknown): never {
  throw new OllamaAnswer(oneLine(JSON.stringify(answer) ?? ""), { status: 200, isOllama: false });
}

/** Sums up the layers of a model, each of which comes with its own progress. */
async function* pull(host: HostAddress, model: string, signal: AbortSignal): AsyncGenerator<PullPart> {
  const layers = new Map<string, { total: number; completed: number }>();
  const client = await ollamaClient(host, signal);
  for await (const answer of await client.pull({ model, stream: true })) {
    const { digest, total, completed } = pullAnswer.parse(answer);
    if (digest !== undefined)
      layers.set(digest, { total, completed: Math.max(completed, layers.get(digest)?.completed ?? 0) });
    const sum = (of: "total" | "completed"): number =>
      [...layers.values()].reduce((bytes, layer) => bytes + layer[of], 0);
    yield { completedBytes: sum("completed"), totalBytes: sum("total") };
  }
}
