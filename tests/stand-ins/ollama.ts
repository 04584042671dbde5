import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { chatBody, deleteBody, pullBody, showBody } from "./ollama/bodies.ts";
import { createChat } from "./ollama/chat.ts";
import { createExchange, type Exchange } from "./ollama/exchange.ts";
import type { Answer } from "./ollama/faults.ts";
import { createLibrary, type InstalledModel } from "./ollama/library.ts";
import { createPulls } from "./ollama/pull.ts";

export type OllamaOptions = {
  models?: InstalledModel[];
  /** OLLAMA_NUM_PARALLEL: chats per model at once; further ones wait. */
  slots?: number;
  version?: string;
  /** OLLAMA_CONTEXT_LENGTH. */
  contextLength?: number;
};

export type Ollama = Awaited<ReturnType<typeof startOllama>>;

const JSON_TYPE = "application/json; charset=utf-8";

type Route = [method: string, path: string, act: (exchange: Exchange, body: string) => Promise<void> | void];

/**
 * Ollama on loopback: its HTTP API with models that say what a script has. What a client does that a correct one never
 * does is kept in `violations`; `stop` throws when there are any.
 */
export async function startOllama({ models = [], slots = 1, version = "0.14.2", contextLength }: OllamaOptions = {}) {
  const violations: string[] = [];
  const calls: { method: string; path: string }[] = [];
  const library = createLibrary(models, contextLength);
  const chat = createChat(library, slots);
  const pulls = createPulls(library);
  const underWay = new Set<Promise<void>>();
  const instead = new Map<string, Answer>();
  let isDown = false;

  /** A route whose body is parsed first. */
  const takes =
    <Body>(path: string, schema: z.ZodType<Body>, act: (exchange: Exchange, body: Body) => Promise<void> | void) =>
    (exchange: Exchange, body: string): Promise<void> | void => {
      const parsed = schema.safeParse(parseJson(body));
      if (parsed.success) return act(exchange, parsed.data);
      const fault = z.prettifyError(parsed.error);
      violations.push(`${path}: ${fault}`);
      exchange.json(400, { error: fault });
    };
  const notFound = (exchange: Exchange, name: string): void =>
    exchange.json(404, { error: `model '${name}' not found` });

  const routes: Route[] = [
    ["GET", "/", (exchange) => exchange.send(200, "Ollama is running", "text/plain; charset=utf-8")],
    ["GET", "/api/version", (exchange) => exchange.json(200, { version })],
    ["GET", "/api/tags", (exchange) => exchange.json(200, library.tags())],
    ["GET", "/api/ps", (exchange) => exchange.json(200, library.ps())],
    [
      "POST",
      "/api/show",
      takes("/api/show", showBody, (exchange, { model: name }) => {
        const model = library.find(name);
        if (model === undefined) notFound(exchange, name);
        else if (model.cloud) {
          // The real one asks its cloud, which takes as long as that takes.
          violations.push(`/api/show of a cloud stub: ${name}`);
          exchange.json(502, {
            error: `Post "https://ollama.com/api/show": dial tcp: lookup ollama.com: no such host`,
          });
        } else exchange.json(200, library.show(model));
      }),
    ],
    ["POST", "/api/chat", takes("/api/chat", chatBody, chat.handle)],
    ["POST", "/api/pull", takes("/api/pull", pullBody, pulls.handle)],
    [
      "DELETE",
      "/api/delete",
      takes("/api/delete", deleteBody, (exchange, { model: name }) => {
        if (library.remove(name)) exchange.send(200, "", "text/plain; charset=utf-8");
        else notFound(exchange, name);
      }),
    ],
  ];

  const handle = async (incoming: IncomingMessage, exchange: Exchange): Promise<void> => {
    const { method = "", url: path = "" } = incoming;
    calls.push({ method, path });
    const answer = instead.get(path) ?? instead.get("*");
    if (answer !== undefined) return exchange.send(answer.code, answer.body, answer.contentType ?? JSON_TYPE);
    // Every GET route answers HEAD as well; Node leaves the body out.
    const asked = method === "HEAD" ? "GET" : method;
    const samePath = routes.filter(([, known]) => known === path);
    const route = samePath.find(([known]) => known === asked);
    if (route === undefined) {
      violations.push(`no such route: ${method} ${path}`);
      const [code, reason] = samePath.length > 0 ? [405, "405 method not allowed"] : [404, "404 page not found"];
      return exchange.send(code, reason, "text/plain");
    }
    const [, , act] = route;
    await act(exchange, await text(incoming));
  };

  const receive = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange = createExchange(response, () => isDown);
    try {
      await handle(incoming, exchange);
    } catch (error) {
      // Whoever is gone needs no answer, and every wait for one ends with an error.
      if (exchange.signal.aborted || !incoming.complete) return;
      violations.push(`the stand-in failed: ${error instanceof Error ? error.stack : String(error)}`);
      exchange.drop();
    }
  };

  const server = createServer((incoming, response) => {
    const work = receive(incoming, response).finally(() => underWay.delete(work));
    underWay.add(work);
  });
  // Ollama keeps idle connections for good.
  server.keepAliveTimeout = 0;
  const listen = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    isDown = false;
  };
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand-in has no port");
  const { port } = address;

  /** Breaks every connection and takes no new one, as when the program is killed; nothing stays in memory. */
  const down = async (): Promise<void> => {
    if (isDown) return;
    isDown = true;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
    await Promise.all(underWay);
    library.unload();
  };

  return {
    url: `http://127.0.0.1:${port}`,
    violations,
    /** Answers whatever is asked under a path (`*`: all others) with this, as an emulation or a proxy does; undefined: as Ollama. */
    answer: (path: string, answer: Answer | undefined): void => {
      if (answer === undefined) instead.delete(path);
      else instead.set(path, answer);
    },
    /** What `/api/tags` answers, to be changed. */
    tags: library.tags,
    /** Every request, in order, whatever came of it. */
    calls,
    /** What each chat answers from now on. */
    script: chat.script,
    /** The chats that were well-formed, in order. */
    requests: chat.requests,
    /** Chats that hold a slot. */
    running: chat.slots.running,
    maxRunning: chat.slots.maxRunning,
    /** Chats that wait for a slot. */
    waiting: chat.slots.waiting,
    open: chat.open,
    maxOpen: chat.maxOpen,
    pulls,
    /** Another program holds a slot until the answer is called. */
    hold: chat.hold,
    loaded: library.loaded,
    reloads: library.reloads,
    unload: library.unload,
    install: library.install,
    remove: library.remove,
    setModels: library.setModels,
    down,
    /** Listens again on the same port. */
    up: () => listen(port),
    stop: async (): Promise<void> => {
      await down();
      if (violations.length > 0) throw new Error(`Ollama would object:\n${violations.join("\n")}`);
    },
  };
}

/** What is no JSON is no body. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
