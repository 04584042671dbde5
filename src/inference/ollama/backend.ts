import type { Backend, ChatPart, ChatRequest, HostAddress, PullPart } from "#src/inference/backend.ts";
import { asInstalled, asPart, chatAnswer, psAnswer, pullAnswer, showAnswer, tagsAnswer } from "./answers.ts";
import { ollamaClient } from "./client.ts";
import { classify } from "./errors.ts";
import { normalName } from "./names.ts";

/** Ollama's HTTP API (docs/api.md of its repository), as its own client speaks it. */
export function createOllamaBackend(): Backend {
  /** Capabilities by name and digest, which do not change. */
  const known = new Map<string, readonly string[]>();
  const capabilities = async (
    host: HostAddress,
    { name, digest }: { name: string; digest: string },
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> => {
    const key = `${name}@${digest}`;
    const before = known.get(key);
    if (before) return before;
    const client = await ollamaClient(host, signal);
    const { data } = showAnswer.safeParse(await client.show({ model: name }));
    if (data) known.set(key, data.capabilities);
    return data?.capabilities;
  };

  return {
    name: "Ollama",
    normalName,
    classify,
    chat,
    pull,
    version: async (host, signal) => (await (await ollamaClient(host, signal)).version()).version,
    list: async (host, signal) => {
      const { models } = tagsAnswer.parse(await (await ollamaClient(host, signal)).list());
      return Promise.all(
        models.map(async (model) => asInstalled(model, await capabilities(host, model, signal).catch(() => undefined))),
      );
    },
    loaded: async (host, signal) => {
      const { models } = psAnswer.parse(await (await ollamaClient(host, signal)).ps());
      return new Map(
        models.map(({ name, size, size_vram, context_length }) => [
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
  const client = await ollamaClient(host, signal);
  const stream = await client.chat({
    model,
    messages: [...messages],
    stream: true,
    ...(think !== undefined && { think }),
    options: { num_predict: maxTokens, ...(contextTokens !== undefined && { num_ctx: contextTokens }) },
  });
  for await (const answer of stream) yield asPart(chatAnswer.parse(answer));
}

/** Sums up the layers of a model, each of which comes with its own progress. */
async function* pull(host: HostAddress, model: string, signal: AbortSignal): AsyncGenerator<PullPart> {
  const layers = new Map<string, { total: number; completed: number }>();
  const client = await ollamaClient(host, signal);
  for await (const answer of await client.pull({ model, stream: true })) {
    const { digest, total, completed, error } = pullAnswer.parse(answer);
    if (error !== undefined) throw new Error(error);
    if (digest !== undefined)
      layers.set(digest, { total, completed: Math.max(completed, layers.get(digest)?.completed ?? 0) });
    const sum = (of: "total" | "completed"): number =>
      [...layers.values()].reduce((bytes, layer) => bytes + layer[of], 0);
    yield { completedBytes: sum("completed"), totalBytes: sum("total") };
  }
}
