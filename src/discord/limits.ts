import { DefaultRestOptions, type RESTOptions } from "discord.js";
import { z } from "zod";
import { type Pause, parseRetryAfter, UpstreamPaused } from "#src/base/back-off.ts";
import type { Upstream } from "#src/base/upstream.ts";
import type { DiscordAction, DiscordEvents } from "#src/metrics/discord-metrics.ts";

type MakeRequest = RESTOptions["makeRequest"];
type Answer = Awaited<ReturnType<MakeRequest>>;

/** Longer waits are ours: the client would hold the request for as long, and knows no timer beyond 24 days. */
const CLIENT_WAITS_MS = 60_000;
const ROUTE_MOST_MS = 24 * 3_600_000;
/** Nor are ours shorter than that. */
const ROUTE_LEAST_MS = 60_000;
/** The client's wait is at least so long, and twice as long each time that Discord limits the same route again. */
const CLIENT_LEAST_MS = 250;
/** A route that is limited so often in a row is kept back by us. */
const IN_ROW_MOST = 5;
/** Routes that are kept back at a time; each is forgotten once its time has come. */
const ROUTES_MAX = 10_000;

/**
 * Sends a request to Discord unless Discord wants to be left alone. The client's own rule is to send again at once where an
 * answer 429 names no time, or one that it cannot read, which is what Cloudflare's pages do; a pause keeps back all of
 * the process, a long limit of Discord's own the one route. Both throw UpstreamPaused, without waiting.
 */
export function limitedRequest(
  { backOff, log }: Upstream,
  responded: DiscordEvents["responded"] = () => {},
): MakeRequest {
  const routes = new Map<string, Pause>();
  const countRow = createRows();
  /** When a limit of a kind of request is said again, in ms since 1970. */
  const sayAgainAt = new Map<DiscordAction, number>();

  const keepBack = (
    route: string,
    kind: { method: string; action: DiscordAction },
    { reason, ms }: OneKind,
  ): UpstreamPaused => {
    const now = Date.now();
    for (const [name, { until }] of routes) if (until <= now || routes.size >= ROUTES_MAX) routes.delete(name);
    const pause = { reason, until: now + Math.min(Math.max(ms, ROUTE_LEAST_MS), ROUTE_MOST_MS) };
    routes.set(route, pause);
    // Interactions have a route each: of each kind one is said, without the path, which may hold a token.
    const isKnown = (sayAgainAt.get(kind.action) ?? 0) > now;
    if (!isKnown) sayAgainAt.set(kind.action, now + ROUTE_LEAST_MS);
    log[isKnown ? "debug" : "warn"](
      { reason, ...kind, until: new Date(pause.until).toISOString() },
      "Discord limits one kind of request: it is not sent until then",
    );
    return new UpstreamPaused(pause, now);
  };

  return async (url, init) => {
    const { pathname } = new URL(url);
    const method = init.method ?? "GET";
    const route = `${method} ${pathname}`;
    const held = routes.get(route);
    if (held && held.until > Date.now()) throw new UpstreamPaused(held, Date.now());
    backOff.enter();
    const answer = await DefaultRestOptions.makeRequest(url, init);
    const action = actionOf(method, pathname);
    responded(action, answer.status);
    const before = countRow(route, answer.status === 429);
    const limit = await limitOf(answer, before, Date.now());
    if (limit === undefined) {
      backOff.answered();
      return answer;
    }
    if (limit.everything) throw backOff.refused(limit.reason, limit.ms);
    backOff.answered();
    throw keepBack(route, { method, action }, limit);
  };
}

/** Counts how often each route was limited in a row; gives how often it was just before. */
function createRows(): (route: string, isLimited: boolean) => number {
  const rows = new Map<string, number>();
  return (route, isLimited) => {
    const before = rows.get(route) ?? 0;
    rows.delete(route);
    if (rows.size >= ROUTES_MAX) rows.clear();
    if (isLimited) rows.set(route, before + 1);
    return before;
  };
}

type OneKind = { everything: false; reason: string; ms: number };
type Limit = { everything: true; reason: string; ms: number | undefined } | OneKind;

/**
 * What an answer forbids; undefined where nothing, or where the client keeps to it by itself. `before`: how often this
 * route was limited just before.
 */
async function limitOf(answer: Answer, before: number, now: number): Promise<Limit | undefined> {
  const { status, headers } = answer;
  dropAbsurd(headers);
  const header = headers.get("retry-after");
  const named = parseRetryAfter(header, now);
  const isPage = !/\bjson\b/.test(headers.get("content-type") ?? "");
  if (isPage && (status === 429 || status === 403)) {
    const [code] = /\b10\d\d\b/.exec(await answer.text()) ?? [];
    return { everything: true, reason: `Discord answered ${status} with a page${code ? ` (${code})` : ""}`, ms: named };
  }
  if (isPage && status < 500 && /\bhtml\b/.test(headers.get("content-type") ?? ""))
    throw new Error(`what answers in place of Discord is a page (${status})`);
  if (status !== 429) return undefined;
  const isClients = named !== undefined && named <= CLIENT_WAITS_MS && Number.isFinite(Number(header));
  if (!isClients || before >= IN_ROW_MOST)
    return statedLimit(await answer.json().catch(() => undefined), headers, named);
  raiseWait(headers, named, CLIENT_LEAST_MS * 2 ** before);
  return undefined;
}

const limitBody = z.object({ retry_after: z.number().positive(), global: z.boolean().optional() });

/** What Discord itself says with a 429, in the header or in its JSON. */
function statedLimit(answer: unknown, headers: Answer["headers"], named: number | undefined): Limit {
  const { data: body } = limitBody.safeParse(answer);
  const ms = named ?? (body && body.retry_after * 1000);
  if (ms === undefined) return { everything: true, reason: "Discord answered 429 and named no time", ms };
  const everything = headers.has("x-ratelimit-global") || body?.global === true;
  return { everything, reason: `Discord answered 429${everything ? "" : " for one kind of request"}`, ms };
}

/** Makes the client's wait at least so long, in ms: it goes by either header, and takes a thousandth of a second literally. */
function raiseWait(headers: Answer["headers"], namedMs: number, leastMs: number): void {
  const seconds = Math.max(namedMs, leastMs) / 1000;
  headers.set("retry-after", String(seconds));
  const reset = headers.get("x-ratelimit-reset-after");
  if (reset !== null && Number(reset) < seconds) headers.set("x-ratelimit-reset-after", String(seconds));
}

/** The client waits in a tight loop for what is no time, or further away than its timers reach. */
function dropAbsurd(headers: Answer["headers"]): void {
  const seconds = headers.get("x-ratelimit-reset-after");
  if (seconds !== null && !(Number(seconds) >= 0 && Number(seconds) <= ROUTE_MOST_MS / 1000))
    headers.delete("x-ratelimit-reset-after");
}

/** What a request does, by its path, in which `/api/v10` comes first. */
function actionOf(method: string, pathname: string): DiscordAction {
  const [, kind] = /\/v\d+\/(interactions|webhooks)\//.exec(pathname) ?? [];
  if (kind === "interactions") return "acknowledge";
  if (kind === undefined) return "other";
  return method === "PATCH" ? "edit" : method === "POST" ? "follow_up" : "other";
}
