import { createAnswers } from "./chat-answers.mjs";
import { createCombobox } from "./chat-combobox.mjs";
import { keep, readKept } from "./chat-kept.mjs";
import { addMessage, answerOf, askedOf } from "./chat-messages.mjs";
import { morph } from "./chat-morph.mjs";
import { createQuestion } from "./chat-question.mjs";

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no #${id}`);
  return found;
}

const conversation = element("conversation", HTMLElement);
const form = element("ask", HTMLFormElement);
const input = element("line", HTMLTextAreaElement);
const clear = element("clear", HTMLButtonElement);
const said = element("said", HTMLElement);
const { working = "", answered = "", offline = "", broken = "" } = form.dataset;

/** Raised when the conversation is cleared: what is under way ends. */
let cleared = new AbortController();
const { messages, lines } = readKept();
/** Which of the earlier lines is shown; their number when none is. */
let recalled = lines.length;

const save = () => {
  const shown = [...conversation.children].filter((item) => item instanceof HTMLElement);
  clear.hidden = shown.length === 0;
  keep({
    lines,
    messages: shown.map((message) => ({
      asked: askedOf(message),
      html: answerOf(message).innerHTML,
      watch: message.dataset["watch"],
    })),
  });
};

const answers = createAnswers({
  conversation,
  texts: { working, answered, offline, broken },
  say: (text) => {
    said.textContent = text;
  },
  ask: createQuestion(element("question", HTMLDialogElement)),
  changed: save,
  signal: () => cleared.signal,
});
const combobox = createCombobox({ input, list: element("choices", HTMLElement), hint: element("hint", HTMLElement) });

/** @param {string} line */
const submit = (line) => {
  if (line.trim() === "") return;
  combobox.close();
  if (lines.at(-1) !== line) lines.push(line);
  recalled = lines.length;
  void answers.send(line);
};

/** @param {number} at */
const recall = (at) => {
  recalled = Math.min(Math.max(0, at), lines.length);
  input.value = lines[recalled] ?? "";
  combobox.close();
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const line = input.value;
  input.value = "";
  element("hint", HTMLElement).textContent = "";
  submit(line);
});

input.addEventListener("keydown", (event) => {
  // Enter that ends a composition is meant for the input method.
  if (event.isComposing || event.keyCode === 229) return;
  const isRecalled = input.value === (lines[recalled] ?? "");
  if (combobox.key(event)) event.preventDefault();
  else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "ArrowUp" && isRecalled && lines.length > 0) {
    event.preventDefault();
    recall(recalled - 1);
  } else if (event.key === "ArrowDown" && isRecalled && recalled < lines.length) {
    event.preventDefault();
    recall(recalled + 1);
  }
});

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button") : null;
  if (button === null) return;
  const { press, line } = button.dataset;
  if (line !== undefined) submit(line);
  else if (press !== undefined) {
    button.closest("details")?.removeAttribute("open");
    void answers.press(button);
  } else if (button.classList.contains("spoiler")) button.ariaPressed = String(button.ariaPressed !== "true");
});

// A menu that opens under the line where commands are typed would not be seen.
conversation.addEventListener(
  "toggle",
  ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.open) target.scrollIntoView({ block: "nearest" });
  },
  true,
);

clear.addEventListener("click", () => {
  cleared.abort();
  cleared = new AbortController();
  conversation.replaceChildren();
  save();
  input.focus();
});

addEventListener("pagehide", save);
for (const { asked, html, watch } of messages) {
  const message = addMessage(conversation, asked);
  morph(answerOf(message), html);
  if (watch !== undefined) {
    message.dataset["watch"] = watch;
    void answers.watch(message, watch);
  }
}
clear.hidden = messages.length === 0;
conversation.lastElementChild?.scrollIntoView();
// On a phone the keyboard would cover what there is to read.
if (matchMedia("(hover: hover)").matches) input.focus({ preventScroll: true });
