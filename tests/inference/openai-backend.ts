import { z } from "zod";
import type { Backend, ChatPart, Failure, HostAddress, InstalledModel } from "#src/inference/backend.ts";

class HttpError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

const models = z.object({ data: z.array(z.object({ id: z.string() })) });
const chunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().default("") }) })),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).optional(),
});
const normalName = (model: string): string => model.trim().toLowerCase();
const managedElsewhere = (): never => {
  throw new Error("the models of this host are chosen where it is started");
};

async function list({ url }: HostAddress, signal: AbortSignal): Promise<InstalledModel[]> {
  const { data } = models.parse(await (await fetch(`${url}/v1/models`, { signal })).json());
  return data.map(({ id }) => ({
    name: normalName(id),
    sizeBytes: 0,
    digest: "",
    parameterSize: undefined,
    quantization: undefined,
    cloud: false,
    capabilities: undefined,
    contextTokens: undefined,
  }));
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** A second backend, for a server with the API of OpenAI: shows that the interface suffices for another one. */
export const openAiBackend: Backend = {
  defaultContextTokens: 8192,
  name: "OpenAI",
  normalName,
  list,
  version: async () => "v1",
  loaded: async (host, signal) =>
    new Map(
      (await list(host, signal)).map(({ name }) => [name, { vramBytes: 0, sizeBytes: 0, contextTokens: undefined }]),
    ),
  chat: async function* ({ url }, { model, messages, maxTokens }, signal): AsyncGenerator<ChatPart> {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model, messages, stream: true, max_tokens: maxTokens }),
      signal,
    });
    if (!response.ok || response.body === null) throw new HttpError(response.status);
    const startedAt = performance.now();
    for await (const line of linesOf(response.body)) {
      if (!line.startsWith("data: {")) continue;
      const { choices, usage } = chunk.parse(JSON.parse(line.slice("data: ".length)));
      const text = choices.map(({ delta }) => delta.content).join("");
      yield { thinking: "", text, figures: usage && figures(usage, (performance.now() - startedAt) / 1000) };
    }
  },
  classify: (error, stage): Failure => {
    const missing = error instanceof HttpError && error.status === 404;
    const lost = stage === "answer" ? "interrupted" : "unreachable";
    const message = error instanceof Error ? error.message : String(error);
    return { reason: missing ? "modelMissing" : lost, message, refusedThinking: false };
  },
  // biome-ignore lint/correctness/useYield: it only refuses
  pull: async function* () {
    managedElsewhere();
  },
  remove: async () => managedElsewhere(),
};

const figures = (usage: { prompt_tokens: number; completion_tokens: number }, seconds: number) => ({
  promptTokens: usage.prompt_tokens,
  tokens: usage.completion_tokens,
  tokensPerSecond: usage.completion_tokens / seconds,
  loadMs: 0,
  reason: "stop",
});
