import { z } from "zod";
import { parseRetryAfter } from "#src/base/back-off.ts";
import { parseJson } from "#src/base/parse-json.ts";
import type { HubFailureKind } from "./failure.ts";

/** What a hub answered in place of what was asked for. */
export type RefusedAnswer = { status: number; headers: Headers; body: string };

/** Bodies of both hubs: `{error}`, `{Message}`, `{message}`, `{msg}`. */
const body = z.object({
  error: z.string().optional(),
  Message: z.string().optional(),
  message: z.string().optional(),
  msg: z.string().optional(),
});

/** What it said, for people: its header, its JSON, or the body itself. Not bounded yet. */
export function saidIn({ headers, body: text }: Omit<RefusedAnswer, "status">): string {
  const header = headers.get("x-error-message")?.trim();
  if (header) return header;
  const { data } = body.safeParse(parseJson(text));
  return data?.error ?? data?.Message ?? data?.message ?? data?.msg ?? text;
}

const BAD_TOKEN = /invalid credentials|token\b.{0,20}\b(?:expired|invalid|revoked)/i;

/**
 * The meaning of a status that is neither an answer nor a redirect. A repository that is not there, or is private, is 401
 * for who is anonymous; with a token that the hub does not know everything is 401 (`hf_raise_for_status` of huggingface_hub).
 */
export function refusalKind(answer: RefusedAnswer, sentToken: boolean): HubFailureKind {
  const { status, headers } = answer;
  const code = headers.get("x-error-code") ?? "";
  if (status === 429) return "limit";
  if (status >= 500 || status === 408) return "away";
  if (status === 401 && sentToken && BAD_TOKEN.test(saidIn(answer))) return "token";
  if ((status === 401 || status === 403) && code === "GatedRepo") return "gated";
  if (status === 403 && /\bis disabled\b/i.test(saidIn(answer))) return "disabled";
  return [401, 404, 410, 451].includes(status) ? "missing" : "refused";
}

/**
 * Seconds after which a hub that answered 429 takes requests again; undefined where it does not say. Of Hugging Face's
 * `RateLimit: "api";r=0;t=123` the time counts only where nothing remains (hub/rate-limits in its documentation).
 */
export function secondsToWait(headers: Headers, now: number): number | undefined {
  const [, remaining] = /;\s*r=(\d+)/.exec(headers.get("ratelimit") ?? "") ?? [];
  const [, reset] = /;\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "") ?? [];
  if (remaining === "0" && reset !== undefined) return Number(reset) + 1;
  const named = parseRetryAfter(headers.get("retry-after"), now);
  return named === undefined ? undefined : Math.ceil(named / 1000);
}
