import { z } from "zod";
import { parseRetryAfter } from "#src/base/back-off.ts";
import { ProxyFailure } from "#src/base/tunnel.ts";

/**
 * Why GitHub could not be asked: no connection; the proxy on the way did not make one; token or app refused; not
 * allowed; not there, or withheld; no such branch in the repository; no requests left; out of order or too slow.
 */
export type GithubFailureKind =
  | "offline"
  | "proxy"
  | "token"
  | "forbidden"
  | "notFound"
  | "noBranch"
  | "limit"
  | "unavailable";

/** GitHub did not do what was asked. Texts for people: `github.<kind>` with `host`. Holds no header and no token. */
export class GithubFailure extends Error {
  override name = "GithubFailure";
  readonly kind: GithubFailureKind;
  readonly host: string;
  /** What GitHub, or what is before it, said: one line. */
  readonly detail: string;
  /** Seconds until GitHub takes requests again, where it said so. */
  readonly retryAfter: number | undefined;
  constructor(kind: GithubFailureKind, { host = "GitHub", detail = "", retryAfter }: FailureDetails = {}) {
    super([`${host}: ${kind}`, ...(detail === "" ? [] : [detail])].join(": "));
    this.kind = kind;
    this.host = host;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

type FailureDetails = { host?: string | undefined; detail?: string; retryAfter?: number | undefined };

/** Characters that are kept of what GitHub or a proxy says, on one line. */
const MAX_DETAIL_CHARACTERS = 200;
/** What GitHub asks to wait at least where it names no time. */
const SECONDARY_LIMIT_WAIT_S = 60;

/** What octokit throws, told by its fields: loading octokit only to compare classes would cost every start. */
const requestError = z.object({
  name: z.literal("HttpError"),
  message: z.string(),
  status: z.number(),
  request: z.object({ url: z.string() }),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }).optional(),
  cause: z.unknown().optional(),
});
type RequestError = z.infer<typeof requestError>;

/** The failure behind an error from a client of ours; undefined where the error is none of GitHub's. */
export function explainGithubError(error: unknown): GithubFailure | undefined {
  if (error instanceof GithubFailure) return error;
  const parsed = requestError.safeParse(error);
  if (!parsed.success) return undefined;
  const { request, message } = parsed.data;
  const kind = kindOf(parsed.data);
  return new GithubFailure(kind, {
    host: URL.parse(request.url)?.host,
    detail: oneLine(message),
    retryAfter: kind === "limit" ? waitOf(parsed.data) : undefined,
  });
}

function kindOf({ status, request, response, cause, message }: RequestError): GithubFailureKind {
  if (response === undefined) return unansweredKind(cause);
  // An installation that does not exist is as wrong an identity as a wrong token.
  if (status === 401 || request.url.includes("/app/installations/")) return status >= 500 ? "unavailable" : "token";
  if (status === 429 || (status === 403 && isLimit(response.headers, message))) return "limit";
  if (status === 404 || status === 410 || status === 451 || (status === 403 && isBlocked(response.data)))
    return "notFound";
  return status >= 500 ? "unavailable" : "forbidden";
}

function unansweredKind(cause: unknown): GithubFailureKind {
  if (!(cause instanceof Error)) return "offline";
  if (cause.name === "TimeoutError") return "unavailable";
  return cause instanceof ProxyFailure ? "proxy" : unansweredKind(cause.cause);
}

const isLimit = (headers: Record<string, unknown>, message: string): boolean =>
  headers["x-ratelimit-remaining"] === "0" || "retry-after" in headers || /rate limit|abuse detection/i.test(message);

/** Taken down after a complaint: GitHub answers 403 or 451, and says why in `block`. */
const isBlocked = (data: unknown): boolean => z.object({ block: z.object({}) }).safeParse(data).success;

function waitOf({ response }: RequestError): number {
  const headers = response?.headers ?? {};
  const named = parseRetryAfter(String(headers["retry-after"] ?? ""), Date.now());
  if (named !== undefined) return Math.ceil(named / 1000);
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && Number.isFinite(reset))
    return Math.max(0, Math.ceil(reset - Date.now() / 1000) + 1);
  return SECONDARY_LIMIT_WAIT_S;
}

/** Control characters would reach a terminal. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_DETAIL_CHARACTERS);
