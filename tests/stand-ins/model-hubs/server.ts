import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What a hub does in place of its answer. */
export type Fault =
  | { kind: "status"; status: number; body?: unknown; headers?: Record<string, string> }
  /** No answer, and the connection stays. */
  | { kind: "hang" }
  /** The connection ends without an answer. */
  | { kind: "drop" }
  /** Half of the answer, as if it were whole, or breaking off. */
  | { kind: "truncate"; ends?: boolean }
  /** The answer, so many ms later. */
  | { kind: "slow"; ms: number }
  /** A page with status 200, as of a portal that wants a login. */
  | { kind: "page" }
  /** The answer, with headers of its own. */
  | { kind: "headers"; headers: Record<string, string> }
  /** Sends on to itself, for ever. */
  | { kind: "loop" };

export type Answer = { status: number; body: unknown; headers?: Record<string, string> };
export type Request = {
  method: string;
  /** Path and query. */
  path: string;
  url: URL;
  headers: IncomingMessage["headers"];
  /** Of the answer; undefined where there was none. */
  status: number | undefined;
};

/** A server on loopback that answers by a function; keeps what it was asked, and can be told to fail. */
export async function startServer(answer: (request: Request) => Answer) {
  const requests: Request[] = [];
  const violations: string[] = [];
  const faults: { matches: (request: Request) => boolean; fault: Fault; left: number }[] = [];
  let isDown = false;

  const receive = (incoming: IncomingMessage, response: ServerResponse): void => {
    incoming.resume();
    if (isDown) {
      incoming.socket.destroy();
      return;
    }
    const path = incoming.url ?? "/";
    const { method = "", headers } = incoming;
    const request: Request = { method, path, url: new URL(path, url), headers, status: undefined };
    requests.push(request);
    if (method !== "GET") violations.push(`${method} ${path}`);
    if (!/^mulu\/\d/.test(headers["user-agent"] ?? "")) violations.push(`who asks is not said: ${path}`);
    const planned = faults.find(({ matches, left }) => left > 0 && matches(request));
    if (planned) planned.left -= 1;
    respond(request, response, planned?.fault);
  };

  const respond = (request: Request, response: ServerResponse, fault: Fault | undefined): void => {
    switch (fault?.kind) {
      case "hang":
        break;
      case "drop":
        response.socket?.destroy();
        break;
      case "status":
        send(request, response, { body: "", ...fault });
        break;
      case "page":
        send(request, response, {
          status: 200,
          body: "<!doctype html><p>登录",
          headers: { "content-type": "text/html" },
        });
        break;
      case "loop":
        send(request, response, { status: 307, body: "", headers: { location: request.path } });
        break;
      case "slow":
        setTimeout(() => send(request, response, answer(request)), fault.ms).unref();
        break;
      case "truncate":
        truncate(request, response, answer(request), fault.ends ?? true);
        break;
      default: {
        const given = answer(request);
        send(request, response, { ...given, headers: { ...given.headers, ...fault?.headers } });
      }
    }
  };

  const server = createServer(receive);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;

  return {
    url,
    requests,
    violations,
    /** What was asked since the last call: paths with queries. */
    asked: (() => {
      let from = 0;
      return (): string[] => {
        const since = requests.slice(from);
        from = requests.length;
        return since.map(({ path }) => path);
      };
    })(),
    /** Does this in place of the next so many answers to requests whose path has the text. */
    fail: (part: string | RegExp, fault: Fault, times = 1) => {
      const matches = ({ path }: Request): boolean =>
        typeof part === "string" ? path.includes(part) : part.test(path);
      faults.push({ matches, fault, left: times });
    },
    heal: () => void faults.splice(0),
    /** Whether connections end at once. */
    down: (down: boolean) => {
      isDown = down;
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(request: Request, response: ServerResponse, { status, body, headers = {} }: Answer): void {
  request.status = status;
  const isText = typeof body === "string";
  response.writeHead(status, {
    "content-type": isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
    ...headers,
  });
  response.end(status === 304 ? undefined : isText ? body : JSON.stringify(body));
}

function truncate(request: Request, response: ServerResponse, { status, body, headers }: Answer, ends: boolean): void {
  request.status = status;
  const whole = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": ends ? half.length : whole.length,
  });
  response.write(half, () => (ends ? response.end() : response.socket?.destroy()));
}
