import type { Context } from "hono";
import { stream } from "hono/streaming";
import type { Modal } from "#src/chat/view.ts";

/** What the page is told while it waits for an answer, a line of JSON each. */
export type Event =
  /**
   * HTML for the message that the pressed button sits on, or for the answer's own message. `seals`: it goes beneath what is
   * there, and nothing there can be pressed any more.
   */
  | { show: string; at: "pressed" | "answer"; seals?: true }
  | { ask: Modal }
  /** The answer goes on for a while, and can be watched by this id when the connection breaks. */
  | { watch: string }
  /** Nothing comes any more. */
  | { done: true };

/** The page at the other end. */
export type Subscriber = {
  /** Resolves when it is sent, or cannot be because nobody listens any more. */
  send: (event: Event) => Promise<void>;
  /** Raised when nobody listens any more. */
  gone: AbortSignal;
};

/** Proxies cut connections on which nothing is said; a blank line says nothing. */
const HEARTBEAT_MS = 15_000;
/** A reader that takes nothing for so long is gone. */
const SEND_TIMEOUT_MS = 10_000;

type Log = { error: (details: object, message: string) => void };

/** Answers a request with events as they come, until `act` has ended. */
export function streamEvents(context: Context, log: Log, act: (subscriber: Subscriber) => Promise<void>): Response {
  context.header("content-type", "application/x-ndjson; charset=utf-8");
  context.header("cache-control", "no-store");
  // nginx collects answers otherwise.
  context.header("x-accel-buffering", "no");
  return stream(
    context,
    async (out) => {
      const gone = new AbortController();
      out.onAbort(() => gone.abort());
      const write = async (line: string): Promise<void> => {
        if (gone.signal.aborted) return;
        const late = setTimeout(() => {
          gone.abort();
          out.abort();
        }, SEND_TIMEOUT_MS);
        await out.write(line);
        clearTimeout(late);
      };
      const heartbeat = setInterval(() => void write("\n"), HEARTBEAT_MS);
      try {
        await act({ send: (event) => write(`${JSON.stringify(event)}\n`), gone: gone.signal });
        await write(`${JSON.stringify({ done: true } satisfies Event)}\n`);
      } finally {
        clearInterval(heartbeat);
      }
    },
    async (error) => log.error({ err: error }, "an answer on the page broke off"),
  );
}
