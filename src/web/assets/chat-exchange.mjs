/** @typedef {{ customId: string, title: string, label: string, maxLength: number }} Question */
/**
 * What the server says while it answers: HTML to show on the pressed message (or, where it seals that, beneath it) or on a new one, a question for the person,
 * or under which id an answer that goes on can be watched again.
 *
 * @typedef {{ show: string, at: "pressed" | "answer", seals?: true } | { ask: Question } | { watch: string } | { done: true }} Event
 */

/** Something that went wrong on the way; `message` is for the person, where the server gave one. */
export class ExchangeError extends Error {
  /**
   * @param {"offline" | "broken"} kind
   * @param {string} [message]
   */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/** Milliseconds before each attempt to go on with an answer whose connection broke. */
const AGAIN_AFTER_MS = [300, 1500, 4000];

/**
 * Sends something and hears the answer to its end. An answer that can be watched goes on after its connection broke.
 * Throws ExchangeError; what comes when the signal is raised is nobody's business any more.
 *
 * @param {string} path
 * @param {object} body
 * @param {(event: Event) => void} hear
 * @param {AbortSignal} signal
 */
export async function exchange(path, body, hear, signal) {
  /** @type {string | undefined} */
  let watched;
  const listen = (/** @type {Event} */ event) => {
    if ("watch" in event) watched = event.watch;
    hear(event);
  };
  if (await heard(await send(path, body, signal), listen)) return;
  for (const delay of AGAIN_AFTER_MS) {
    if (watched === undefined || signal.aborted) break;
    await new Promise((resolve) => setTimeout(resolve, delay));
    const ended = await send("/chat/watch", { id: watched }, signal).then(
      (response) => heard(response, listen),
      (/** @type {unknown} */ error) => {
        if (error instanceof ExchangeError && error.kind === "offline") return false;
        throw error;
      },
    );
    if (ended) return;
  }
  if (!signal.aborted) throw new ExchangeError("broken");
}

/**
 * Throws ExchangeError where no answer comes, or none that is one.
 *
 * @param {string} path
 * @param {object} body
 * @param {AbortSignal} signal
 */
export async function send(path, body, signal) {
  const headers = { "content-type": "application/json" };
  // Where a table would not fit, the server says the same in lines.
  const narrow = matchMedia("(max-width: 40rem)").matches;
  const request = { method: "POST", headers, body: JSON.stringify({ ...body, narrow }), signal };
  const response = await fetch(path, request).catch(() => {
    throw new ExchangeError("offline");
  });
  if (!response.ok) throw new ExchangeError("broken", await response.text().catch(() => ""));
  return response;
}

/**
 * Whether the server said that this is all.
 *
 * @param {Response} response
 * @param {(event: Event) => void} hear
 */
async function heard(response, hear) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = (await reader?.read().catch(() => undefined)) ?? { done: true, value: "" };
    if (done) return false;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") continue;
      /** @type {Event} */
      const event = JSON.parse(line);
      if ("done" in event) return true;
      hear(event);
    }
  }
}
