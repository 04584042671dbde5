import { z } from "zod";
import type { ChatPart, Figures, InstalledModel } from "#src/inference/backend.ts";
import { normalName } from "./names.ts";

// What Ollama answers with; unknown fields are left alone, since every version adds some.

const listed = z.object({
  name: z.string(),
  size: z.number().default(0),
  digest: z.string().default(""),
  details: z
    .object({
      parameter_size: z.string().optional(),
      quantization_level: z.string().optional(),
      context_length: z.number().optional(),
    })
    .default({}),
  /** Set where the model runs on Ollama's servers and not here. */
  remote_host: z.string().optional(),
  /** Newer versions say here what others say of each model alone. */
  capabilities: z.array(z.string()).optional(),
});
export type ListedModel = z.infer<typeof listed>;
export const tagsAnswer = z.object({ models: z.array(listed).default([]) });
export const psAnswer = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        size: z.number().default(0),
        size_vram: z.number().default(0),
        context_length: z.number().optional(),
      }),
    )
    .default([]),
});
export const showAnswer = z.object({
  capabilities: z.array(z.string()).optional(),
  /** Lines of a name and a value, as the model's file sets them. */
  parameters: z.string().default(""),
  /** Keys begin with the architecture: `qwen3.context_length`. */
  model_info: z.record(z.string(), z.unknown()).nullish(),
});

/** What a model is asked for once: what it can do, and its context. */
export type ModelFacts = Pick<InstalledModel, "capabilities" | "contextTokens" | "setContextTokens">;

export function factsOf({ capabilities, parameters, model_info }: z.infer<typeof showAnswer>): ModelFacts {
  const made = Object.entries(model_info ?? {}).find(([key]) => key.endsWith(".context_length"))?.[1];
  const set = /^num_ctx\s+(\d{1,9})\s*$/m.exec(parameters)?.[1];
  return {
    capabilities,
    contextTokens: typeof made === "number" ? made : undefined,
    setContextTokens: set === undefined ? undefined : Number(set),
  };
}
export const pullAnswer = z.object({
  digest: z.string().optional(),
  total: z.number().default(0),
  completed: z.number().default(0),
  error: z.string().optional(),
});
export const chatAnswer = z.object({
  message: z.object({ content: z.string().default(""), thinking: z.string().default("") }).optional(),
  done: z.boolean().default(false),
  done_reason: z.string().optional(),
  load_duration: z.number().default(0),
  prompt_eval_count: z.number().default(0),
  eval_count: z.number().default(0),
  eval_duration: z.number().default(0),
});

/** Tells whether a model runs on Ollama's servers; what is here is a stub. */
export const isCloud = ({ remote_host: host }: ListedModel): boolean => host !== undefined && host !== "";

export const asInstalled = (model: ListedModel, facts: ModelFacts | undefined): InstalledModel => ({
  name: normalName(model.name),
  listedName: model.name,
  sizeBytes: model.size,
  digest: model.digest,
  parameterSize: model.details.parameter_size,
  quantization: model.details.quantization_level,
  cloud: isCloud(model),
  capabilities: facts?.capabilities ?? model.capabilities,
  contextTokens: model.details.context_length ?? facts?.contextTokens,
  setContextTokens: facts?.setContextTokens,
});

export const asPart = (answer: z.infer<typeof chatAnswer>): ChatPart => ({
  thinking: answer.message?.thinking ?? "",
  text: answer.message?.content ?? "",
  figures: answer.done ? figuresOf(answer) : undefined,
});

function figuresOf(answer: z.infer<typeof chatAnswer>): Figures {
  return {
    promptTokens: answer.prompt_eval_count,
    tokens: answer.eval_count,
    // Durations are in nanoseconds (Ollama's API page).
    tokensPerSecond: answer.eval_duration > 0 ? (answer.eval_count / answer.eval_duration) * 1e9 : 0,
    loadMs: answer.load_duration / 1e6,
    reason: answer.done_reason ?? "stop",
  };
}
