import { z } from "zod";
import type { ChatPart, Figures, InstalledModel } from "#src/inference/backend.ts";
import { normalName } from "./names.ts";

// What Ollama answers with; unknown fields are left alone, since every version adds some. Emulations and old versions
// leave fields out, or have null or another type there: then nothing is known of that field, and the rest is good.

const text = z.string().optional().catch(undefined);
const count = z.number().optional().catch(undefined);
const figure = z.number().catch(0);
const words = z.array(z.string()).nonempty().optional().catch(undefined);
/** A model's name is the one thing that it cannot do without. */
const named = z.object({ name: text, model: text }).transform(({ name, model }, context) => {
  const known = name || model;
  if (!known) context.addIssue({ code: "custom", message: "it has no name" });
  return known ?? "";
});
const details = z.object({ parameter_size: text, quantization_level: text, context_length: count });
const listed = z
  .object({
    size: count,
    digest: text,
    details: details.optional().catch(undefined),
    capabilities: words,
    /** Set where the model runs on Ollama's servers and not here. */
    remote_host: text,
  })
  .and(named.transform((name) => ({ name })));
const loaded = z
  .object({ size: count, size_vram: count, context_length: count })
  .and(named.transform((name) => ({ name })));

/** A list whose items are read one by one, so that an odd one does not hide the others; old versions have null for none. */
const list = z.object({ models: z.array(z.unknown()).nullable() });

export type Listed = z.infer<typeof listed>;
type Items<Item> = { good: Item[]; odd: unknown[] };

const readItems =
  <Item>(item: z.ZodType<Item>) =>
  (answer: unknown): Items<Item> | undefined => {
    const { data } = list.safeParse(answer);
    if (data === undefined) return undefined;
    const read: Items<Item> = { good: [], odd: [] };
    for (const each of data.models ?? []) {
      const { data: good } = item.safeParse(each);
      if (good === undefined) read.odd.push(each);
      else read.good.push(good);
    }
    return read;
  };

/** The models of `/api/tags`, and what is none there; undefined where it is no such list. */
export const readTags = readItems(listed);
/** The same of `/api/ps`. */
export const readPs = readItems(loaded);

export const showAnswer = z.object({
  capabilities: words,
  /** Lines of a name and a value, as the model's file sets them. */
  parameters: text,
  /** Keys begin with the architecture: `qwen3.context_length`. */
  model_info: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

/** What a model is asked for once: what it can do, and its context. */
export type ModelFacts = Pick<InstalledModel, "capabilities" | "contextTokens" | "setContextTokens">;

export function factsOf({ capabilities, parameters = "", model_info = {} }: z.infer<typeof showAnswer>): ModelFacts {
  const made = Object.entries(model_info).find(([key]) => key.endsWith(".context_length"))?.[1];
  const set = /^num_ctx\s+(\d{1,9})\s*$/m.exec(parameters)?.[1];
  return {
    capabilities,
    contextTokens: typeof made === "number" ? made : undefined,
    setContextTokens: set === undefined ? undefined : Number(set),
  };
}

export const versionAnswer = z.object({ version: z.string().min(1) });
export const pullAnswer = z.object({ digest: text, total: figure, completed: figure });
export const chatAnswer = z.object({
  message: z.object({ content: z.string().catch(""), thinking: z.string().catch("") }).optional(),
  done: z.boolean().catch(false),
  done_reason: text,
  load_duration: figure,
  prompt_eval_count: figure,
  eval_count: figure,
  eval_duration: figure,
});

export const asInstalled = (model: Listed, facts: ModelFacts | undefined): InstalledModel => ({
  name: normalName(model.name),
  listedName: model.name,
  sizeBytes: model.size ?? 0,
  digest: model.digest ?? "",
  // A cloud stub has empty texts there.
  parameterSize: model.details?.parameter_size || undefined,
  quantization: model.details?.quantization_level || undefined,
  cloud: isCloud(model),
  capabilities: facts?.capabilities ?? model.capabilities,
  contextTokens: model.details?.context_length ?? facts?.contextTokens,
  setContextTokens: facts?.setContextTokens,
});

/** A stub of a model that runs on Ollama's servers. */
export const isCloud = ({ remote_host }: Listed): boolean => (remote_host ?? "") !== "";

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
