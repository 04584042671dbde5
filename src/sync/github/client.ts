import { createPrivateKey } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { App, Octokit } from "octokit";
import { type BackOff, parseRetryAfter, UpstreamPaused } from "#src/base/back-off.ts";
import type { Log } from "#src/base/log.ts";
import { fetchThrough } from "#src/base/tunnel.ts";
import type { Upstream } from "#src/base/upstream.ts";
import { VERSION } from "#src/base/version.ts";
import { explainGithubError, GithubFailure } from "./failure.ts";
import type { GithubIdentity, GithubSettings } from "./settings.ts";

export type Client = {
  octokit: Octokit;
  /** Whether requests carry an identity; without one GitHub has no GraphQL. */
  authenticated: boolean;
  /** Requests sent so far, repeated ones included. */
  requests: () => number;
  /** REST requests left in the hour, as GitHub last said. */
  remaining: () => number | undefined;
};

export type ClientOptions = {
  log: Log;
  /** Ends every request and every wait. */
  signal?: AbortSignal | undefined;
  /** `none` sends writes without a pause and repeats without waiting: for a stand-in. */
  pace?: "github" | "none";
  timeoutMs?: number;
  /** The way to GitHub, and whether it may be asked now; absent: directly, at any time. */
  upstream?: Pick<Upstream, "proxies" | "backOff"> | undefined;
};

/** The newest version of the REST API. */
const API_VERSION = "2026-03-10";
/** GitHub ends a request of its own accord after 10 s. */
const TIMEOUT_MS = 15_000;
/** A limit that lasts longer ends what is being done. */
const MAX_LIMIT_WAIT_S = 60;
/** Reads are repeated after 1 and 4 s. */
const READ_RETRIES = 2;
/** Statuses for which a repeat cannot help, or for which others wait: limits are our own business. */
const NEVER_REPEATED = [400, 401, 403, 404, 409, 410, 422, 429, 451];
const DOWNLOAD = /gzip|zip|octet-stream/;
const STATUSES_WITHOUT_BODY = new Set([204, 205, 304]);

/** A client for reading, which may be anonymous, and one for writing, absent without an identity. Throws GithubFailure. */
export async function createClients(
  config: Pick<GithubSettings, "apiUrl" | "identity">,
  options: ClientOptions,
): Promise<{ reader: Client; writer: Client | undefined }> {
  return {
    reader: await createClient("reader", config, options),
    writer: config.identity === undefined ? undefined : await createClient("writer", config, options),
  };
}

async function createClient(
  role: "reader" | "writer",
  { apiUrl, identity }: Pick<GithubSettings, "apiUrl" | "identity">,
  { log, signal, pace = "github", timeoutMs = TIMEOUT_MS, upstream }: ClientOptions,
): Promise<Client> {
  const library = await import("octokit");
  const meter = createMeter();
  const quiet = quietLog(log);
  const headers = {
    "user-agent": `mulu/${VERSION}`,
    // An older GitHub Enterprise Server refuses a version that it does not know.
    ...(apiUrl.endsWith("/api/v3") ? {} : { "x-github-api-version": API_VERSION }),
  };
  const Configured = library.Octokit.defaults({
    baseUrl: apiUrl,
    log: quiet,
    request: { fetch: meteredFetch({ meter, headers, timeoutMs, signal, upstream }), log: quiet },
    retry: { retries: READ_RETRIES, retryAfterBaseValue: pace === "none" ? 1 : 1000, doNotRetry: NEVER_REPEATED },
    // The plugin takes every query for a write and spaces them a second apart; the reader asks one at a time anyway.
    throttle:
      role === "reader" || pace === "none"
        ? { enabled: false }
        : { id: `mulu-${role}`, onRateLimit: () => false, onSecondaryRateLimit: () => false },
  });
  const octokit = await identify(library.App, Configured, identity, quiet);
  octokit.hook.wrap("request", async (request, options) => {
    // Of its own for each call: octokit notes repeats in it, and a shared one would make the next call wait for longer.
    options.request = { ...options.request, ...(isRead(options) ? {} : { retries: 0 }) };
    const ends = joined(signal, options.request.signal);
    const send = async () => {
      enter(upstream);
      return untilAborted(async () => request(options), ends);
    };
    try {
      return await send();
    } catch (error) {
      const seconds = explainGithubError(error)?.retryAfter;
      if (seconds === undefined || seconds > MAX_LIMIT_WAIT_S) throw error;
      log.debug({ seconds }, "GitHub asks to wait");
      await wait(pace === "none" ? 1 : seconds * 1000, undefined, { signal: ends }).catch(() => ends.throwIfAborted());
      return send();
    }
  });
  return {
    octokit,
    authenticated: identity !== undefined,
    requests: () => meter.requests,
    remaining: () => meter.remaining,
  };
}

/** Throws GithubFailure while GitHub wants to be left alone. */
function enter(upstream: ClientOptions["upstream"]): void {
  try {
    upstream?.backOff.enter();
  } catch (error) {
    if (!(error instanceof UpstreamPaused)) throw error;
    throw new GithubFailure("limit", { detail: error.message, retryAfter: Math.ceil(error.retryAfter / 1000) });
  }
}

/** Begins a pause where an answer is a page, which comes from what stands before GitHub, or names no time that is near. */
function keepAway({ status, headers }: Response, backOff: BackOff): void {
  const isPage = !/\bjson\b/.test(headers.get("content-type") ?? "");
  const named = parseRetryAfter(headers.get("retry-after"), Date.now());
  // The hour's quota is used up, or a short wait asked for: both are kept to where the requests are made.
  const isUsual =
    !isPage && (headers.get("x-ratelimit-remaining") === "0" || (named ?? Infinity) <= MAX_LIMIT_WAIT_S * 1000);
  if (status !== 429 && !(status === 403 && isPage)) backOff.answered();
  else if (!isUsual) backOff.refused(`GitHub answered ${status}${isPage ? " with a page" : ""}`, named);
}

async function identify(
  AppClass: typeof App,
  Configured: typeof Octokit,
  identity: GithubIdentity | undefined,
  log: ReturnType<typeof quietLog>,
): Promise<Octokit> {
  if (identity === undefined) return new Configured();
  if (identity.kind === "token") return new Configured({ auth: identity.token });
  const { appId, privateKey, installationId } = identity;
  try {
    createPrivateKey(privateKey);
  } catch {
    throw new GithubFailure("token", { detail: "GITHUB_APP_PRIVATE_KEY is no private key" });
  }
  return new AppClass({ appId, privateKey, Octokit: Configured, log }).getInstallationOctokit(Number(installationId));
}

type Meter = { requests: number; remaining: number | undefined };
const createMeter = (): Meter => ({ requests: 0, remaining: undefined });

type FetchParts = Pick<ClientOptions, "signal" | "upstream"> & {
  meter: Meter;
  headers: Record<string, string>;
  timeoutMs: number;
};

/**
 * Sends with a time limit, and reads the body at once: octokit takes one that breaks off for an empty one. A download
 * streams on past the limit.
 */
function meteredFetch({ meter, headers: ownHeaders, timeoutMs, signal, upstream }: FetchParts): typeof fetch {
  const send = upstream === undefined ? fetch : fetchThrough(upstream.proxies);
  return async (input, init) => {
    const ends = joined(signal, init?.signal);
    // An AbortError is the one error that octokit never repeats.
    if (ends.aborted) throw new DOMException("stopped", "AbortError");
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException("GitHub took too long", "TimeoutError")), timeoutMs);
    try {
      meter.requests += 1;
      const response = await send(input, {
        ...init,
        headers: { ...Object.fromEntries(new Headers(init?.headers)), ...ownHeaders },
        signal: AbortSignal.any([ends, late.signal]),
      });
      if (upstream) keepAway(response, upstream.backOff);
      const { headers, status, statusText } = response;
      const remaining = Number(headers.get("x-ratelimit-remaining") ?? Number.NaN);
      if (headers.get("x-ratelimit-resource") === "core" && Number.isFinite(remaining)) meter.remaining = remaining;
      if (DOWNLOAD.test(headers.get("content-type") ?? "")) return response;
      const body = await response.arrayBuffer();
      return new Response(STATUSES_WITHOUT_BODY.has(status) ? null : body, { headers, status, statusText });
    } finally {
      clearTimeout(timer);
    }
  };
}

const joined = (...signals: unknown[]): AbortSignal =>
  AbortSignal.any(signals.filter((item) => item instanceof AbortSignal));

/** A write may have been carried out although its answer was lost, so only reads are repeated. */
const isRead = ({ method, query }: { method?: string; query?: unknown }): boolean =>
  method === "GET" || method === "HEAD" || (typeof query === "string" && !/^\s*mutation\b/.test(query));

/** Does the work, or leaves it behind when the signal is raised: a wait inside octokit cannot be ended. */
async function untilAborted<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    over.abort();
  }
}

/** Octokit's own remarks, which may come with whole requests: their text only. */
function quietLog(log: Log) {
  const debug = (message: string): void => log.debug({ octokit: message }, "octokit");
  return { debug, info: debug, warn: debug, error: debug };
}
