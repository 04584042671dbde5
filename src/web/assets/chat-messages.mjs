import { morph } from "./chat-morph.mjs";

/** Pixels from the end of the page within which somebody reads along. */
const NEAR_END = 150;

/**
 * A new message under the others: what was asked, and room for the answer.
 *
 * @param {Element} conversation
 * @param {string} asked
 */
export function addMessage(conversation, asked) {
  const message = document.createElement("article");
  message.className = "message";
  message.tabIndex = -1;
  const heading = document.createElement("h2");
  heading.className = "asked";
  heading.textContent = asked;
  const answer = document.createElement("div");
  answer.className = "answer";
  message.append(heading, answer);
  conversation.append(message);
  return message;
}

/** @param {Element} message */
export const answerOf = (message) => message.querySelector(".answer") ?? message;

/** @param {Element} message */
export const askedOf = (message) => message.querySelector(".asked")?.textContent ?? "";

/**
 * Shows an answer, or a newer state of it. Whoever reads along at the end of the page stays there; the focus stays with
 * the control that it was on.
 *
 * @param {HTMLElement} message
 * @param {string} html
 */
export function show(message, html) {
  const root = document.documentElement;
  const first = answerOf(message).childElementCount === 0 || message.querySelector(".working") !== null;
  const atEnd = root.scrollHeight - window.scrollY - window.innerHeight < NEAR_END;
  const focus = focusIn(message);
  morph(answerOf(message), html);
  focus?.restore();
  if (first) message.scrollIntoView({ block: message.offsetHeight > window.innerHeight / 2 ? "start" : "end" });
  else if (atEnd) window.scrollTo({ top: root.scrollHeight, behavior: "instant" });
}

/**
 * Takes the controls of an answer away and says why beneath it.
 *
 * @param {HTMLElement} message
 * @param {string} html Made by our server.
 */
export function seal(message, html) {
  const answer = answerOf(message);
  for (const button of answer.querySelectorAll("[data-press]")) (button.closest(".row") ?? button).remove();
  ([...answer.querySelectorAll(".card")].at(-1) ?? answer).insertAdjacentHTML("beforeend", html);
  message.focus({ preventScroll: true });
}

/**
 * A line that says that something is under way, or what went wrong.
 *
 * @param {HTMLElement} message
 * @param {"working" | "trouble"} kind
 * @param {string} text
 */
export function note(message, kind, text) {
  answerOf(message).querySelector(".working")?.remove();
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  answerOf(message).append(line);
  line.scrollIntoView({ block: "nearest" });
}

/**
 * Where the focus is in a message, to find it again in what takes its place: on the control of the same name, else on
 * one beside it (“next” on the last page), else on the message.
 *
 * @param {HTMLElement} message
 */
function focusIn(message) {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || active === message || !message.contains(active)) return undefined;
  const name = active.textContent;
  return {
    restore: () => {
      if (document.activeElement === active) return;
      const named = [...message.querySelectorAll("button, summary")].find((item) => item.textContent === name);
      const beside = [...(named?.parentElement?.children ?? [])];
      const [target = message] = [named, ...beside].filter(
        (item) => item instanceof HTMLElement && !item.matches(":disabled"),
      );
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    },
  };
}
