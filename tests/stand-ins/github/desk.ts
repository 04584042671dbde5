import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, answerOrRefusal, json } from "./answer.ts";
import { type Api, answerCodeload, type Host, type Incoming } from "./api.ts";
import type { createFaults } from "./faults.ts";
import { graphqlBody, operationKind } from "./graphql.ts";
import type { Hub } from "./hub.ts";
import type { Fault, Received } from "./types.ts";

type Parts = { hub: Hub; faults: ReturnType<typeof createFaults>; api: Api; stallMs: number };

const API_VERSIONS = ["2022-11-28", "2026-03-10"];
/** How many requests GitHub takes from one client at a time. */
const MAX_CONCURRENT = 100;
const SECONDARY_LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/** Takes every request, lets faults befall it, and sends what came of it. */
export function createDesk({ hub, faults, api, stallMs }: Parts) {
  const requests: Received[] = [];
  const underWay = new Set<Promise<void>>();
  let lastId = 0;

  const answer = (request: Incoming, fault: Fault | undefined): Promise<Answer> =>
    answerOrRefusal(async () => {
      if (fault === "secondary-limit" || underWay.size > MAX_CONCURRENT) {
        return json(403, { message: SECONDARY_LIMIT }, { "retry-after": "1" });
      }
      return request.host === "api" ? api(request, fault) : answerCodeload(hub, request);
    });

  const read = async (host: Host, incoming: IncomingMessage): Promise<Incoming> => {
    const { method = "", headers } = incoming;
    const { pathname: path, search, searchParams: query } = new URL(incoming.url ?? "/", "http://stand-in");
    const body = parseJson(await text(incoming));
    const asked = path === "/graphql" ? graphqlBody.safeParse(body) : undefined;
    const graphql = asked?.success ? operationKind(asked.data.query) : undefined;
    if (headers["user-agent"] === undefined) hub.violation(`no user-agent: ${method} ${path}`);
    const isVersioned = host === "api" && path !== "/graphql";
    if (isVersioned && !API_VERSIONS.includes(String(headers["x-github-api-version"]))) {
      hub.violation(`no x-github-api-version, or one there is not: ${method} ${path}`);
    }
    const authorized = headers.authorization !== undefined;
    return {
      host,
      method,
      path,
      search,
      query,
      headers,
      body,
      authorized,
      ...(graphql === undefined ? {} : { graphql }),
    };
  };

  const handle = async (host: Host, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (faults.isCrashed()) return void response.destroy();
    const request = await read(host, incoming);
    if (faults.isCrashed()) return void response.destroy();
    const { method, path, search, graphql, authorized, body } = request;
    requests.push({ method, path, search, authorized, ...(graphql === undefined ? {} : { graphql }) });
    const known = { method, path, body, ...(graphql === undefined ? {} : { graphql }) };
    const id = ++lastId;
    const fault = faults.fate(known);
    await faults.runHooks(known);
    if (fault === "502") return send(response, id, badGateway());
    if (fault === "drop-before") return void response.destroy();
    if (fault === "stall") return stall(response, stallMs);
    const answered = await answer(request, fault);
    if (fault === "502-after") return send(response, id, badGateway());
    if (fault === "drop-after") return void response.destroy();
    if (fault === "stall-after") return stall(response, stallMs);
    send(response, id, answered);
  };

  const receive = (host: Host, incoming: IncomingMessage, response: ServerResponse): void => {
    const work = handle(host, incoming, response)
      .catch((error: unknown) => {
        response.destroy();
        // Whoever is gone needs no answer.
        if (!incoming.complete) return;
        hub.violation(`the stand-in failed: ${error instanceof Error ? error.stack : String(error)}`);
      })
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };

  return {
    receive,
    requests,
    idle: async (): Promise<void> => {
      await Promise.all(underWay);
    },
  };
}

function badGateway(): Answer {
  return json(502, { message: "Server Error" });
}

async function stall(response: ServerResponse, stallMs: number): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  await delay(stallMs, undefined, { signal: gone.signal }).catch(() => undefined);
  response.destroy();
}

function send(response: ServerResponse, id: number, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, { "x-github-request-id": `STANDIN:${id}`, ...headers }).end(body);
}

function parseJson(body: string): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
