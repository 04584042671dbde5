import { z } from "zod";

/**
 * What a client may send. The real server passes over keys it does not know, so a misspelt one changes nothing and
 * nobody notices: here it is a fault.
 */

const count = z.int().nonnegative();

const options = z.strictObject({
  num_ctx: z.int().positive().optional(),
  num_batch: z.int().positive().optional(),
  num_gpu: z.int().optional(),
  main_gpu: count.optional(),
  num_thread: count.optional(),
  use_mmap: z.boolean().optional(),
  num_keep: z.int().optional(),
  /** -1 is without end. */
  num_predict: z.int().optional(),
  seed: z.int().optional(),
  temperature: z.number().nonnegative().optional(),
  top_k: count.optional(),
  top_p: z.number().min(0).max(1).optional(),
  min_p: z.number().min(0).max(1).optional(),
  typical_p: z.number().min(0).max(1).optional(),
  repeat_last_n: z.int().optional(),
  repeat_penalty: z.number().optional(),
  presence_penalty: z.number().optional(),
  frequency_penalty: z.number().optional(),
  stop: z.array(z.string()).optional(),
});

const message = z.strictObject({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.string(),
  thinking: z.string().optional(),
  images: z.array(z.base64()).optional(),
  tool_calls: z.array(z.unknown()).optional(),
  tool_name: z.string().optional(),
});

/** Seconds as a number, or a Go duration: `"5m"`. `"-1"` has no unit, and the real server refuses it. */
const keepAlive = z.union([z.number(), z.string().regex(/^(0|-?(\d+(\.\d+)?(ms|s|m|h))+)$/)]);

export const chatBody = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).default([]),
  stream: z.boolean().default(true),
  think: z.union([z.boolean(), z.enum(["low", "medium", "high", "max"])]).optional(),
  options: options.optional(),
  keep_alive: keepAlive.optional(),
  /** `false`: what does not fit into the context is refused, and not cut in silence. */
  truncate: z.boolean().optional(),
  shift: z.boolean().optional(),
  format: z.union([z.literal("json"), z.record(z.string(), z.unknown())]).optional(),
  tools: z.array(z.unknown()).optional(),
  logprobs: z.boolean().optional(),
  top_logprobs: count.optional(),
});

/** `name` is the old key for `model`; the npm client 0.6.4 still sends it to pull and delete. */
const named = { model: z.string().min(1).optional(), name: z.string().min(1).optional() };
const model = <Body extends { model?: string | undefined; name?: string | undefined }>(
  body: Body,
  context: z.RefinementCtx,
) => {
  const { model: current, name: old, ...rest } = body;
  if (current === undefined && old === undefined) context.addIssue({ code: "custom", message: "no model is named" });
  return { ...rest, model: current ?? old ?? "" };
};

export const showBody = z.strictObject({ ...named, verbose: z.boolean().optional() }).transform(model);
export const deleteBody = z.strictObject(named).transform(model);
export const pullBody = z
  .strictObject({ ...named, insecure: z.boolean().optional(), stream: z.boolean().default(true) })
  .transform(model);

/** Milliseconds a model stays in memory; negative means for good, and nothing means the server's five minutes. */
export function keepAliveMs(value: number | string = "5m"): number {
  const milliseconds = typeof value === "number" ? value * 1000 : goDuration(value);
  return milliseconds < 0 ? Number.POSITIVE_INFINITY : milliseconds;
}

function goDuration(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  const milliseconds = parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0), 0);
  return text.startsWith("-") ? -milliseconds : milliseconds;
}
