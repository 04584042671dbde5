import type { Log } from "#src/base/log.ts";
import { oneLine } from "#src/base/one-line.ts";
import type { Backend, ChatPart, ChatRequest, HostAddress, PullPart } from "#src/inference/backend.ts";
import {
  asInstalled,
  asPart,
  chatAnswer,
  isCloud,
  type Listed,
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
/** So long a model that could not be shown is not asked for again. */
const SHOW_AGAIN_MS = 60_000;
/** Odd items that are remembered as told. */
const MOST_TOLD = 200;

/** Ollama's HTTP API (docs/api.md of its repository), as its own client speaks it. `log` is told of odd items of lists. */
export function createOllamaBackend({ log }: { log?: Log } = {}): Backend {
  /** Capabilities by name and digest, which do not change. */
  const known = new Map<string, readonly string[]>();
  /** Until when a host is not asked again for those of a model that it did not show. performance.now(). */
  const unshown = new Map<string, number>();
  const show = async (host: HostAddress, name: string, signal: AbortSignal): Promise<readonly string[] | undefined> => {
    const client = await ollamaClient(host, AbortSignal.any([signal, AbortSignal.timeout(SHOW_TIMEOUT_MS)]));
    return showAnswer.parse(await client.show({ model: name })).capabilities;
  };
  const capabilities = async (
    host: HostAddress,
    model: Listed,
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> => {
    // Asking for a stub goes to Ollama's servers, and takes as long as they take.
    if (model.capabilities || isCloud(model)) return model.capabilities;
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
    normalName,
    classify,
    chat,
    pull,
    version: async (host, signal) => versionAnswer.parse(await (await ollamaClient(host, signal)).version()).version,
    list: async (host, signal) => {
      const answer = await (await ollamaClient(host, signal)).list();
      const { good, odd } = readTags(answer) ?? notOllama(answer);
      tellOdd(host, "/api/tags", odd);
      return Promise.all(good.map(async (model) => asInstalled(model, await capabilities(host, model, signal))));
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
  const stream = await client.chat({
    model,
    messages: [...messages],
    stream: true,
    ...(think !== undefined && { think }),
    options: { num_predict: maxTokens, ...(contextTokens !== undefined && { num_ctx: contextTokens }) },
  });
  for await (const answer of stream) yield readPart(answer);
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
