import type { ChatRequest as OllamaChatRequest } from "ollama";
import type { Backend, ChatPart, ChatRequest, HostAddress, PullPart } from "#src/inference/backend.ts";
import {
  asInstalled,
  asPart,
  chatAnswer,
  factsOf,
  isCloud,
  type ListedModel,
  type ModelFacts,
  psAnswer,
  pullAnswer,
  showAnswer,
  tagsAnswer,
} from "./answers.ts";
import { ollamaClient } from "./client.ts";
import { classify } from "./errors.ts";
import { normalName } from "./names.ts";

/** Ollama's HTTP API (docs/api.md of its repository), as its own client speaks it. */
export function createOllamaBackend(): Backend {
  /** What is known of models by name and digest, which does not change. */
  const known = new Map<string, ModelFacts>();
  const facts = async (host: HostAddress, model: ListedModel, signal: AbortSignal): Promise<ModelFacts | undefined> => {
    // Ollama would ask its own servers, which a machine without internet does not reach.
    if (isCloud(model)) return undefined;
    const { name, digest } = model;
    const key = `${name}@${digest}`;
    const before = known.get(key);
    if (before) return before;
    const client = await ollamaClient(host, signal);
    const { data } = showAnswer.safeParse(await client.show({ model: name }));
    const found = data && factsOf(data);
    if (found) known.set(key, found);
    return found;
  };

  return {
    name: "Ollama",
    // Below 24 GiB of graphics memory (envconfig/config.go: "4k/32k/256k based on VRAM").
    defaultContextTokens: 4096,
    normalName,
    classify,
    chat,
    pull,
    version: async (host, signal) => (await (await ollamaClient(host, signal)).version()).version,
    list: async (host, signal) => {
      const { models } = tagsAnswer.parse(await (await ollamaClient(host, signal)).list());
      return Promise.all(
        models.map(async (model) => asInstalled(model, await facts(host, model, signal).catch(() => undefined))),
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
  const stream = await client.chat(request);
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
