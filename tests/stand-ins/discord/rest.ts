import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { buffer, json } from "node:stream/consumers";
import type { Channels } from "./channels.ts";
import { commandFaults, type RegisteredCommand, readCommands } from "./command-rules.ts";
import type { Answer, Interactions } from "./interactions.ts";
import type { UploadedFile } from "./message-rules.ts";

/** Discord's REST API as far as a bot of slash commands uses it: routes, authorisation, rate limits, faults on demand. */

export type RestOptions = {
  /** The path that all of its addresses begin with; whoever asks for another one means another server. */
  root: string;
  token: string;
  application: string;
  gatewayUrl: () => string;
  interactions: Interactions;
  channels: Channels;
  violation: (fault: string) => void;
  bucket: { limit: number; windowMs: number };
  /** Serves over TLS with these. */
  certificate?: { key: string; cert: string } | undefined;
};

/** What stands before Discord answers in its place, with a page and at most a `Retry-After` of its own. */
const PAGES = {
  html: {
    type: "text/html; charset=UTF-8",
    body: "<!DOCTYPE html><title>Access denied | discord.com used Cloudflare to restrict access</title><span>Error 1015</span>",
  },
  text: { type: "text/plain; charset=UTF-8", body: "error code: 1015\n" },
};

/** `arrivedAt`: performance.now() when the first byte had come. */
export type Request = { method: string; path: string; arrivedAt: number };
type Fault = {
  matches: (request: Request, body: unknown) => boolean;
  status: number;
  /** As the header says it; undefined: it is missing. */
  retryAfter: string | undefined;
  page: keyof typeof PAGES | undefined;
  /** The request is carried out, and only its answer is lost. */
  afterwards: boolean;
  left: number;
};
type Call = Request & { status: number };
/** How many sessions a bot may still begin, and when there are new ones. */
type Sessions = { remaining: number; resetAfterMs: number };

const NOT_FOUND: Answer = { status: 404, body: { code: 0, message: "404: Not Found" } };
const API = /^\/api\/v10(\/.*?)(?:\?.*)?$/;

export function createRest(options: RestOptions) {
  const { interactions, channels, violation } = options;
  const commands = new Map<string, RegisteredCommand[]>();
  const calls: Call[] = [];
  const faults: Fault[] = [];
  const sessions: Sessions = { remaining: 1000, resetAfterMs: 0 };
  const buckets = new Map<string, { until: number; left: number }>();

  const registered = (scope: string): RegisteredCommand[] => commands.get(scope) ?? [];
  const overwrite = (scope: string, body: unknown): Answer => {
    const wanted = readCommands(body);
    const broken = commandFaults(wanted, scope === "global" ? "global" : "guild");
    for (const fault of broken) violation(fault);
    if (broken.length > 0) return { status: 400, body: { code: 50035, message: "Invalid Form Body" } };
    // Discord's echo carries more than was sent.
    const stored = wanted.map((command, at) => ({
      default_member_permissions: null,
      ...command,
      id: String(at + 1),
      application_id: options.application,
      version: "1",
      nsfw: false,
    }));
    commands.set(scope, stored);
    return { status: 200, body: stored };
  };

  type Route = [
    method: string,
    path: RegExp,
    authorised: boolean,
    act: (parts: string[], body: unknown, request: Request & { query: string }) => Answer,
  ];
  const routes: Route[] = [
    [
      "GET",
      /^\/gateway\/bot$/,
      true,
      () => ({ status: 200, body: gatewayInformation(options.gatewayUrl(), sessions) }),
    ],
    ["GET", /^\/applications\/@me$/, true, () => ({ status: 200, body: { id: options.application } })],
    [
      "GET",
      /^\/applications\/\d+\/commands$/,
      true,
      (_parts, _body, { query }) => ({ status: 200, body: shown(registered("global"), query) }),
    ],
    ["PUT", /^\/applications\/\d+\/commands$/, true, (_parts, body) => overwrite("global", body)],
    [
      "GET",
      /^\/applications\/\d+\/guilds\/(\d+)\/commands$/,
      true,
      ([guild = ""], _body, { query }) => ({ status: 200, body: shown(registered(guild), query) }),
    ],
    ["PUT", /^\/applications\/\d+\/guilds\/(\d+)\/commands$/, true, ([guild = ""], body) => overwrite(guild, body)],
    ["POST", /^\/channels\/(\d+)\/messages$/, true, ([channel = ""], body) => channels.post(channel, body)],
    [
      "POST",
      /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
      false,
      ([id = "", token = ""], body, { arrivedAt }) => interactions.respond(token, id, body, arrivedAt),
    ],
    [
      "GET",
      /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      false,
      ([token = "", message = ""]) => interactions.read(token, message),
    ],
    [
      "PATCH",
      /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      false,
      ([token = "", message = ""], body) => interactions.edit(token, message, body),
    ],
    [
      "DELETE",
      /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      false,
      ([token = "", message = ""]) => interactions.remove(token, message),
    ],
    [
      "DELETE",
      /^\/channels\/(\d+)\/messages\/(\d+)$/,
      true,
      ([channel = "", message = ""]) =>
        channels.hidden.has(channel)
          ? { status: 403, body: { code: 50001, message: "Missing Access" } }
          : interactions.removeAsBot(channel, message),
    ],
    ["POST", /^\/webhooks\/\d+\/([^/]+)$/, false, ([token = ""], body) => interactions.followUp(token, body)],
  ];

  const answer = (request: Request, query: string, authorization: string | undefined, body: unknown): Answer => {
    for (const [method, path, authorised, act] of routes) {
      const match = method === request.method ? path.exec(request.path) : null;
      if (match === null) continue;
      if (authorised && authorization !== `Bot ${options.token}`)
        return { status: 401, body: { code: 0, message: "401: Unauthorized" } };
      if (!authorised && authorization !== undefined)
        violation(`a token was sent to ${request.path}, where an interaction's own is enough`);
      return act(match.slice(1), body, { ...request, query });
    }
    violation(`no such route: ${request.method} ${request.path}`);
    return NOT_FOUND;
  };

  /** Each webhook token has its own bucket; acknowledgements have none. */
  const limited = ({ path }: Request): { headers: Record<string, string>; retryAfter?: number } => {
    const key = /^\/webhooks\/\d+\/[^/]+/.exec(path)?.[0];
    if (key === undefined) return { headers: {} };
    const now = Date.now();
    let bucket = buckets.get(key);
    if (bucket === undefined || bucket.until <= now)
      bucket = { until: now + options.bucket.windowMs, left: options.bucket.limit };
    buckets.set(key, bucket);
    const headers = {
      "x-ratelimit-bucket": "webhook",
      "x-ratelimit-limit": String(options.bucket.limit),
      "x-ratelimit-remaining": String(Math.max(0, bucket.left - 1)),
      "x-ratelimit-reset": String(bucket.until / 1000),
      "x-ratelimit-reset-after": String((bucket.until - now) / 1000),
    };
    if (bucket.left === 0) return { headers, retryAfter: (bucket.until - now) / 1000 };
    bucket.left -= 1;
    return { headers };
  };

  const send = (response: ServerResponse, { status, body }: Answer, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { ...(body !== undefined && { "content-type": "application/json" }), ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };

  const tooMany = (seconds: number): Answer => ({
    status: 429,
    body: { message: "You are being rate limited.", retry_after: seconds, global: false },
  });

  /** What a fault answers, whether or not the request was carried out. */
  const befall = (fault: Fault, act: () => Answer): Answer => {
    fault.left -= 1;
    if (fault.afterwards) act();
    return fault.status === 429
      ? tooMany(Number(fault.retryAfter) || 0)
      : { status: fault.status, body: { message: "injected" } };
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = incoming.url ?? "";
    if (!url.startsWith(`${options.root}/`)) return send(response, NOT_FOUND);
    const [, path = ""] = API.exec(url.slice(options.root.length)) ?? [];
    const request = { method: incoming.method ?? "", path: decodeURIComponent(path), arrivedAt: performance.now() };
    const body = request.method === "GET" ? undefined : await readBody(incoming);
    const fault = faults.find((item) => item.left > 0 && item.matches(request, body));
    const limit = limited(request);
    const act = (): Answer => answer(request, url.split("?")[1] ?? "", incoming.headers.authorization, body);
    let result: Answer;
    if (fault) {
      result = befall(fault, act);
    } else if (limit.retryAfter !== undefined) {
      result = tooMany(limit.retryAfter);
    } else {
      result = act();
    }
    calls.push({ ...request, status: result.status });
    const seconds = result.status !== 429 ? undefined : fault ? fault.retryAfter : String(limit.retryAfter ?? 1);
    const named: Record<string, string> = seconds === undefined ? {} : { "retry-after": seconds };
    const scope: Record<string, string> = result.status === 429 ? { "x-ratelimit-scope": "user" } : {};
    if (fault?.page === undefined) return send(response, result, { ...limit.headers, ...named, ...scope });
    const { type, body: page } = PAGES[fault.page];
    response.writeHead(result.status, { server: "cloudflare", "content-type": type, ...named }).end(page);
  };

  const receive = (incoming: IncomingMessage, response: ServerResponse): void => {
    handle(incoming, response).catch((error: unknown) => {
      violation(`the stand-in failed: ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  };
  const { certificate } = options;
  const server = certificate ? createSecureServer(certificate, receive) : createServer(receive);

  return {
    server,
    calls,
    commands,
    sessions,
    /** The next requests that match fail, before or after they have been carried out. */
    fail: (
      matches: (request: Request, body: unknown) => boolean,
      status: number,
      { times = 1, retryAfterSeconds = 0.2, afterwards = false } = {},
    ) => {
      faults.push({ matches, status, retryAfter: String(retryAfterSeconds), page: undefined, afterwards, left: times });
    },
    /** From now on requests that match are refused as Cloudflare or Discord does; the answer ends that. */
    refuse: (
      matches: (request: Request) => boolean,
      { status = 429, page, retryAfter }: { status?: number; page?: keyof typeof PAGES; retryAfter?: string } = {},
    ): (() => void) => {
      const fault = { matches, status, retryAfter, page, afterwards: false, left: Number.POSITIVE_INFINITY };
      faults.push(fault);
      return () => {
        fault.left = 0;
      };
    },
  };
}

/** JSON, or a form with `payload_json` and files, as clients upload them. Files are given to the body as `files`. */
async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const type = incoming.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) return json(incoming).catch(() => undefined);
  const form = await new Response(await buffer(incoming), { headers: { "content-type": type } }).formData();
  const payload: unknown = JSON.parse(String(form.get("payload_json") ?? "{}"));
  const entries = [...form.entries()].filter(([name]) => name.startsWith("files["));
  const files = await Promise.all(entries.flatMap(([, file]) => (typeof file === "string" ? [] : uploaded(file))));
  return withFiles(payload, files);
}

async function uploaded(file: File): Promise<UploadedFile> {
  const { name, type } = file;
  if (type.startsWith("text/")) return { name, text: await file.text() };
  return { name, contentType: type, data: new Uint8Array(await file.arrayBuffer()) };
}

/** A callback carries its message under `data`. */
function withFiles(payload: unknown, files: object[]): unknown {
  if (typeof payload !== "object" || payload === null) return payload;
  return "data" in payload && typeof payload.data === "object"
    ? { ...payload, data: { ...payload.data, files } }
    : { ...payload, files };
}

function gatewayInformation(url: string, { remaining, resetAfterMs }: Sessions) {
  const limit = { total: 1000, remaining, reset_after: resetAfterMs, max_concurrency: 1 };
  return { url, shards: 1, session_start_limit: limit };
}

/** Localisations are left out unless they are asked for. */
function shown(commands: RegisteredCommand[], query: string): unknown {
  if (query.includes("with_localizations=true")) return commands;
  return commands.map(
    ({ name_localizations: _names, description_localizations: _descriptions, ...command }) => command,
  );
}
