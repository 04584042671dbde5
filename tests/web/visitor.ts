import { onTestFinished } from "vitest";
import { z } from "zod";

const event = z.union([
  z.object({ show: z.string(), at: z.enum(["pressed", "answer"]), seals: z.literal(true).optional() }),
  z.object({ ask: z.object({ customId: z.string(), title: z.string(), label: z.string(), maxLength: z.number() }) }),
  z.object({ watch: z.string() }),
  z.object({ done: z.literal(true) }),
]);
type Event = z.infer<typeof event>;

/** One answer as the page hears it. */
type Answer = {
  status: number;
  headers: Headers;
  events: Event[];
  /** The newest HTML. */
  html: () => string;
  /** Resolves when the newest HTML has a text. */
  shows: (text: string) => Promise<void>;
  /** Resolves when the server has said all; rejects where the connection broke before. */
  end: Promise<void>;
  /** Closes the connection, as a page that is closed does. */
  leave: () => void;
};

export type Visitor = {
  /** What the server knows the visitor by. */
  cookie: () => string;
  /** Types a line. */
  say: (line: string) => Promise<Answer>;
  /** Presses a button, or chooses from a menu, of an answer by what is written on it. */
  press: (answer: Answer, label: string) => Promise<Answer>;
  send: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
};

/** A browser that has the page open, as far as the server can tell. */
export function openVisitor(url: string, headers: Record<string, string> = {}): Visitor {
  let cookie = "";
  const send: Visitor["send"] = async (path, body, more = {}) => {
    const closing = new AbortController();
    onTestFinished(() => closing.abort());
    const response = await fetch(url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        // One that is kept may be closed by the server in the moment it is used again.
        connection: "close",
        origin: url,
        "sec-fetch-site": "same-origin",
        ...headers,
        ...more,
        cookie,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
      signal: closing.signal,
    });
    cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return hear(response, () => closing.abort());
  };
  return {
    cookie: () => cookie,
    say: (line) => send("/chat/line", { line }),
    press: (answer, label) => send("/chat/press", pressOf(answer.html(), label)),
    send,
  };
}

function hear(response: Response, leave: () => void): Answer {
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  const html = (): string => events.findLast((item) => "show" in item)?.show ?? "";
  const isStream = response.headers.get("content-type")?.startsWith("application/x-ndjson") === true;
  const end = isStream ? readEvents(response, (item) => events.push(item) && call(waiting)) : Promise.resolve();
  end.catch(() => {});
  return {
    status: response.status,
    headers: response.headers,
    events,
    html,
    end,
    leave,
    shows: (text) => {
      const shown = Promise.withResolvers<void>();
      const look = (): void => {
        if (!textOf(html()).includes(text)) return;
        waiting.delete(look);
        shown.resolve();
      };
      waiting.add(look);
      look();
      const never = end.then(() => {
        if (!textOf(html()).includes(text)) throw new Error(`the answer ended without ${text}:\n${textOf(html())}`);
      });
      return Promise.race([shown.promise, never]);
    },
  };
}

const call = (listeners: Iterable<() => void>): void => {
  for (const listener of [...listeners]) listener();
};

async function readEvents(response: Response, hear: (event: Event) => void): Promise<void> {
  let rest = "";
  for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((item) => item !== "")) {
      const heard = event.parse(JSON.parse(line));
      if ("done" in heard) return;
      hear(heard);
    }
  }
  throw new Error("the connection broke");
}

/** What a person reads. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .trim();

/** The buttons of an answer by what is written on them, with what the page sends for them. */
export function buttonsOf(html: string): { label: string; id: string; values: string[] }[] {
  const found = html.matchAll(/<button type="button"[^>]*data-press="([^"]*)"(?: data-value="([^"]*)")?[^>]*>([^<]*)/g);
  return [...found].map(([, id = "", value, label = ""]) => ({
    label: textOf(label),
    id: textOf(id),
    values: value === undefined ? [] : [textOf(value)],
  }));
}

function pressOf(html: string, label: string): { id: string; values: string[] } {
  const found = buttonsOf(html).find((button) => button.label === label);
  if (found === undefined)
    throw new Error(
      `no button ${label} in ${buttonsOf(html)
        .map((button) => button.label)
        .join(", ")}`,
    );
  return { id: found.id, values: found.values };
}
