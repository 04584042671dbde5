import { setTimeout as wait } from "node:timers/promises";
import { UpstreamPaused } from "#src/base/back-off.ts";
import type { Log } from "#src/base/log.ts";
import { networkFault } from "#src/base/network-fault.ts";
import { fetchThrough } from "#src/base/tunnel.ts";
import type { Upstream } from "#src/base/upstream.ts";
import { VERSION } from "#src/base/version.ts";
import { HubFailure, type HubFailureKind } from "./failure.ts";
import type { HubName } from "./hub.ts";
import { redirectTarget } from "./redirect.ts";
import { refusalKind, saidIn, secondsToWait } from "./refusal.ts";

export type HubClientOptions = {
  log: Log;
  /** Ends every request and every wait. */
  signal?: AbortSignal | undefined;
  /** `none` repeats without waiting: for a stand-in. */
  pace?: "hub" | "none" | undefined;
  timeoutMs?: number | undefined;
  /** The way to the hub, and whether it may be asked now; absent: directly, at any time. */
  upstream?: Pick<Upstream, "proxies" | "backOff"> | undefined;
};

/** One question. */
export type HubQuestion = {
  /** From the configured address on, or a whole one of it. */
  path: string;
  /** The largest body that is read. */
  maxBytes: number;
  /** What an answer was marked with that is still kept here. */
  etag?: string | undefined;
  /** Called before each request that is sent; what it throws ends the question. */
  beforeRequest?: (() => void) | undefined;
};

export type HubAnswer =
  | { changed: false }
  | {
      changed: true;
      body: string;
      etag: string | undefined;
      /** The address of the next page, as the hub names it: only one of the configured address. */
      next: string | undefined;
    };

/** Asks one hub, one question at a time. */
export type HubClient = {
  hub: HubName;
  /** Host and port of the configured address. */
  host: string;
  /** Throws HubFailure, and what the signal was raised with. */
  get: (question: HubQuestion) => Promise<HubAnswer>;
  fail: (kind: HubFailureKind, detail: string) => HubFailure;
  /** Asks no more in this run: the hub said so otherwise than by a status. */
  stop: (failure: HubFailure) => void;
  /** Requests sent so far, repeated ones and redirects included. */
  requests: () => number;
};

const TIMEOUT_MS = 30_000;
const TOO_LATE = "it took too long";
const MAX_REDIRECTS = 5;
/** Pauses before a request is repeated that was not answered, or by a server out of order. */
const REPEAT_AFTER_S = [1, 4];
/** A limit that lasts longer ends what is asked of this hub. */
const MAX_LIMIT_WAIT_S = 60;
/** What is waited where the hub names no time. */
const UNNAMED_LIMIT_WAIT_S = 5;
/** Questions in a row to which there was no answer: then the hub is away for the run. */
const MAX_UNANSWERED = 3;
const MAX_REFUSAL_BYTES = 20_000;

type Received = { status: number; headers: Headers; body: string; url: URL; sentToken: boolean };

/** A client for one hub. The token goes to `url` and to no other host. */
export function createHubClient(
  hub: HubName,
  { url: base, token: configuredToken }: { url: string; token?: string | undefined },
  { log, signal, pace = "hub", timeoutMs = TIMEOUT_MS, upstream }: HubClientOptions,
): HubClient {
  const configured = new URL(base);
  const { origin, host } = configured;
  const send = upstream === undefined ? fetch : fetchThrough(upstream.proxies);
  let token = configuredToken;
  let requests = 0;
  let limits = 0;
  let unanswered = 0;
  let stopped: HubFailure | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const hidden = configuredToken === undefined ? [] : [configuredToken];

  const fail = (kind: HubFailureKind, detail: string): HubFailure =>
    new HubFailure(hub, kind, { host, detail, hidden });
  const pause = async (seconds: number): Promise<void> => {
    await wait(pace === "none" ? 1 : seconds * 1000, undefined, { signal }).catch(() => signal?.throwIfAborted());
  };
  const stop = (failure: HubFailure): HubFailure => {
    if (stopped === undefined)
      log.warn({ hub, host, reason: failure.message }, "the hub is not asked again in this run");
    stopped ??= failure;
    return failure;
  };

  function enter(): void {
    try {
      upstream?.backOff.enter();
    } catch (error) {
      if (error instanceof UpstreamPaused) throw fail("limit", error.message);
      throw error;
    }
  }

  async function sendOnce(url: URL, question: HubQuestion, isFirst: boolean): Promise<Received> {
    signal?.throwIfAborted();
    enter();
    question.beforeRequest?.();
    const sentToken = token !== undefined && url.origin === origin;
    const headers = headersOf(sentToken ? token : undefined, isFirst ? question.etag : undefined);
    requests += 1;
    try {
      return { ...(await receive(url, headers, question.maxBytes)), url, sentToken };
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof HubFailure ? error : fail("away", faultOf(error));
    }
  }

  async function receive(
    url: URL,
    headers: Record<string, string>,
    maxBytes: number,
  ): Promise<Pick<Received, "status" | "headers" | "body">> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException(TOO_LATE, "TimeoutError")), timeoutMs);
    try {
      const ends = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
      const response = await send(url.href, { redirect: "manual", signal: ends, headers });
      const { text, isWhole } = await bodyOf(response, response.ok ? maxBytes : MAX_REFUSAL_BYTES);
      if (!isWhole && response.ok) throw fail("unreadable", `the answer is larger than ${maxBytes} bytes`);
      return { status: response.status, headers: response.headers, body: text };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Redirects are followed here, as the token must not go along to another host. */
  async function follow(question: HubQuestion): Promise<Received> {
    let url = new URL(/^https?:/.test(question.path) ? question.path : base + question.path);
    // What was kept while another address was configured may name that one.
    if (url.origin !== origin) throw fail("unreadable", `it is on another host (${url.host})`);
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const received = await sendOnce(url, question, hops === 0);
      const location = received.headers.get("location");
      if (received.status < 300 || received.status >= 400 || received.status === 304 || location === null)
        return received;
      const target = redirectTarget(location, url, configured);
      if (target === undefined) throw fail("unreadable", "it redirects to where nobody is to follow");
      url = target;
    }
    throw fail("unreadable", `it redirects more than ${MAX_REDIRECTS} times`);
  }

  /** The same question again, where it was not answered or the server is out of order. */
  async function persist(question: HubQuestion): Promise<Received> {
    for (let attempt = 0; ; attempt++) {
      const pauseSeconds = REPEAT_AFTER_S[attempt];
      try {
        const received = await follow(question);
        if (refusalOf(received) !== "away" || pauseSeconds === undefined) return received;
      } catch (error) {
        if (!(error instanceof HubFailure) || !isWorthRepeating(error) || pauseSeconds === undefined) throw error;
      }
      await pause(pauseSeconds ?? 0);
    }
  }

  async function limited(question: HubQuestion, received: Received): Promise<Received> {
    limits += 1;
    const named = secondsToWait(received.headers, Date.now());
    const seconds = named ?? UNNAMED_LIMIT_WAIT_S;
    const failure = fail("limit", saidIn(received));
    if (limits > 1 || seconds > MAX_LIMIT_WAIT_S) {
      upstream?.backOff.refused(`${host} answered 429`, named === undefined ? undefined : named * 1000);
      throw stop(failure);
    }
    log.debug({ hub, seconds }, "the hub asks to wait");
    await pause(seconds);
    const again = await persist(question);
    return again.status === 429 ? limited(question, again) : again;
  }

  async function ask(question: HubQuestion): Promise<HubAnswer> {
    if (stopped) throw stopped;
    let received = await persist(question);
    if (received.status === 429) received = await limited(question, received);
    upstream?.backOff.answered();
    const kind = refusalOf(received);
    if (kind === "token") {
      log.warn({ hub, host }, "the hub does not accept the token: it is asked without");
      token = undefined;
      return ask(question);
    }
    if (kind !== undefined) throw fail(kind, `${received.status} ${saidIn(received)}`);
    if (received.status === 304) return { changed: false };
    const { headers, body, url } = received;
    const next = nextPage(headers, url);
    // What is behind it is not known, so that this is no whole answer.
    if (next && next.origin !== origin) throw fail("unreadable", `its next page is on another host (${next.host})`);
    return { changed: true, body, etag: headers.get("etag") ?? undefined, next: next?.href };
  }

  async function counted(question: HubQuestion): Promise<HubAnswer> {
    try {
      const answer = await ask(question);
      unanswered = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof HubFailure)) throw error;
      unanswered = error.kind === "away" ? unanswered + 1 : 0;
      if (unanswered >= MAX_UNANSWERED) stop(error);
      throw error;
    }
  }

  return {
    ...{ hub, host, fail, requests: () => requests },
    stop: (failure) => void stop(failure),
    get: (question) => {
      const mine = turn.then(
        () => counted(question),
        () => counted(question),
      );
      turn = mine;
      return mine;
    },
  };
}

/** Who was slow once would hold up the run three times. */
const isWorthRepeating = ({ kind, detail }: HubFailure): boolean => kind === "away" && detail !== TOO_LATE;

/** What a status means in place of an answer; undefined where it is one. */
function refusalOf(received: Received): HubFailureKind | undefined {
  const { status, sentToken } = received;
  if (status === 304 || (status >= 200 && status < 300)) return undefined;
  return status < 400 ? "unreadable" : refusalKind(received, sentToken);
}

const headersOf = (token: string | undefined, etag: string | undefined): Record<string, string> => ({
  accept: "application/json, text/plain;q=0.9, */*;q=0.1",
  "user-agent": `mulu/${VERSION}`,
  ...(token !== undefined && { authorization: `Bearer ${token}` }),
  ...(etag !== undefined && { "if-none-match": etag }),
});

/** Text of a body, or its beginning where it is larger. */
async function bodyOf(response: Response, maxBytes: number): Promise<{ text: string; isWhole: boolean }> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    parts.push(part);
    if (bytes > maxBytes) break;
  }
  return { text: Buffer.concat(parts).toString("utf8", 0, maxBytes), isWhole: bytes <= maxBytes };
}

/** The address in `Link: <address>; rel="next"`. */
function nextPage(headers: Headers, url: URL): URL | undefined {
  const [, address] = /<([^<>]*)>\s*;(?:[^,<]*;)?\s*rel="?next"?/.exec(headers.get("link") ?? "") ?? [];
  return address === undefined ? undefined : (URL.parse(address, url) ?? undefined);
}

function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return networkFault(error.cause instanceof Error ? error.cause : error);
}
