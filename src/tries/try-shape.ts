import { z } from "zod";
import { LOCALES } from "#src/base/locale.ts";
import { FAILURE_REASONS } from "#src/inference/backend.ts";
import type { Progress, Try } from "./try.ts";

const tryShape = z.object({
  id: z.string(),
  person: z.string(),
  guild: z.string().optional(),
  target: z.object({ model: z.string(), entryId: z.string().optional(), standIn: z.boolean() }),
  prompt: z.string(),
  history: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })),
  think: z.boolean().optional(),
  locale: z.enum(LOCALES),
  delivery: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("discord"),
      application: z.string(),
      token: z.string(),
      expiresAt: z.number(),
      private: z.boolean(),
    }),
    z.object({ kind: z.literal("local"), id: z.string() }),
    z.object({ kind: z.literal("web"), id: z.string() }),
  ]),
  createdAt: z.number(),
});

/** A try as it was kept in JSON; undefined where an older or newer version wrote it differently. */
export function readTry(json: string): Try | undefined {
  const parsed = tryShape.safeParse(parseJson(json));
  if (!parsed.success) return undefined;
  const { guild, target, think, ...rest } = parsed.data;
  return { ...rest, guild, think, target: { ...target, entryId: target.entryId } };
}

const figuresShape = z.object({
  promptTokens: z.number(),
  tokens: z.number(),
  tokensPerSecond: z.number(),
  loadMs: z.number(),
  reason: z.string(),
});
const progressShape = z.object({
  phase: z.enum(["waiting", "loading", "thinking", "answering", "done", "stopped", "expired", "interrupted", "failed"]),
  position: z.number().exactOptional(),
  text: z.string(),
  thinking: z.string(),
  hostLabel: z.string().exactOptional(),
  figures: figuresShape.exactOptional(),
  durationMs: z.number().exactOptional(),
  failure: z.enum(FAILURE_REASONS).exactOptional(),
});

/** A progress as it was kept in JSON. */
export const readProgress = (json: string): Progress | undefined => progressShape.safeParse(parseJson(json)).data;

/** Undefined where it is no JSON. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** An interaction's token is a secret, and of no use once the try has ended. */
export const withoutToken = (attempt: Try): Try =>
  attempt.delivery.kind === "discord" ? { ...attempt, delivery: { ...attempt.delivery, token: "" } } : attempt;
