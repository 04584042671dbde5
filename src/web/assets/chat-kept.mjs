/**
 * What this tab has said and heard, kept until it is closed, so that a way to the catalog and back loses nothing.
 *
 * @typedef {{ asked: string, html: string, watch?: string | undefined }} KeptMessage
 * @typedef {{ messages: KeptMessage[], lines: string[] }} Kept
 */

const KEY = "mulu-chat";
const MOST_MESSAGES = 40;
const MOST_LINES = 100;

/** @returns {Kept} */
export function readKept() {
  try {
    /** @type {Partial<Kept>} */
    const { messages = [], lines = [] } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    return { messages, lines };
  } catch {
    return { messages: [], lines: [] };
  }
}

/**
 * The oldest messages make room where the browser has no more.
 *
 * @param {Kept} kept
 */
export function keep({ messages, lines }) {
  for (let count = Math.min(messages.length, MOST_MESSAGES); count >= 0; count = Math.floor(count / 2)) {
    const kept = { messages: count === 0 ? [] : messages.slice(-count), lines: lines.slice(-MOST_LINES) };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
      return;
    } catch {
      if (count === 0) return;
    }
  }
}
