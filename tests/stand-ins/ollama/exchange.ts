import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** One request's answer, which the client may walk away from at any time. */
export type Exchange = ReturnType<typeof createExchange>;

/** `isDown`: whether a connection that closes now is the server's own doing. */
export function createExchange(response: ServerResponse, isDown: () => boolean) {
  const gone = new AbortController();
  const { signal } = gone;
  let answered = false;
  let dropped = false;
  let left = (): void => {};
  response.once("close", () => {
    if (!(answered || dropped || isDown())) left();
    gone.abort();
  });

  const write = async (text: string): Promise<void> => {
    signal.throwIfAborted();
    // Like the real server, which sends no headers before it has something to say.
    if (!response.headersSent) response.writeHead(200, { "content-type": "application/x-ndjson" });
    if (!response.write(text)) await once(response, "drain", { signal });
  };
  const send = (code: number, body: string, contentType: string): void => {
    if (signal.aborted) return;
    answered = true;
    response.writeHead(code, { "content-type": contentType }).end(body);
  };

  return {
    /** Aborted once the connection is closed, by whichever side. */
    signal,
    /** Runs when the client closes the connection before the answer is complete. */
    whenLeft: (callback: () => void): void => {
      left = callback;
    },
    /** Rejects when the connection closes first. */
    pause: (ms: number): Promise<void> => delay(ms, undefined, { signal }),
    write,
    line: (value: unknown): Promise<void> => write(`${JSON.stringify(value)}\n`),
    end: (): void => {
      answered = true;
      response.end();
    },
    send,
    json: (code: number, body: unknown): void => send(code, JSON.stringify(body), "application/json; charset=utf-8"),
    /** Breaks the connection in the middle of whatever it is. */
    drop: (): void => {
      dropped = true;
      response.destroy();
    },
  };
}
