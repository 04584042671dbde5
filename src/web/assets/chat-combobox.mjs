import { send } from "./chat-exchange.mjs";

/**
 * @typedef {{ line: string, label: string, about: string }} Completion
 * @typedef {{ items: Completion[], needed: boolean, hint: string }} Completions
 */

/** Milliseconds between keys that count as typing on. */
const PAUSE_MS = 60;

/**
 * Completes the line while it is typed (WAI-ARIA's combobox with a list): arrows walk the list, Tab takes, Enter takes
 * what was chosen, Escape closes.
 *
 * @param {{ input: HTMLTextAreaElement, list: HTMLElement, hint: HTMLElement }} elements
 */
export function createCombobox({ input, list, hint }) {
  /** @type {Completion[]} */
  let items = [];
  /** What they complete; soon more is typed. */
  let completed = "";
  let active = -1;
  let asking = new AbortController();
  /** @type {number | undefined} */
  let pause;

  const close = () => {
    clearTimeout(pause);
    asking.abort();
    fill([]);
  };

  /** @param {Completion[]} offered */
  const fill = (offered) => {
    items = offered;
    list.replaceChildren(...items.map(optionOf));
    list.hidden = items.length === 0;
    list.scrollTop = 0;
    input.ariaExpanded = String(!list.hidden);
    choose(-1);
  };

  /** @param {number} at */
  const choose = (at) => {
    for (const option of list.querySelectorAll("[aria-selected=true]")) option.ariaSelected = "false";
    active = at;
    const option = list.children[at];
    input.setAttribute("aria-activedescendant", option?.id ?? "");
    if (option) option.ariaSelected = "true";
    option?.scrollIntoView({ block: "nearest" });
  };

  /** @param {number} at */
  const take = (at) => {
    const item = items[at];
    if (item === undefined) return;
    input.value = item.line;
    input.focus();
    void complete();
  };

  const complete = async () => {
    const { value, selectionStart } = input;
    asking.abort();
    if (!/^\s*[/／]/u.test(value) || selectionStart < value.length) {
      hint.textContent = "";
      return close();
    }
    asking = new AbortController();
    const { signal } = asking;
    try {
      /** @type {Completions} */
      const {
        items: offered,
        needed,
        hint: about,
      } = await (await send("/chat/complete", { line: value }, signal)).json();
      if (signal.aborted || document.activeElement !== input) return;
      completed = value;
      hint.textContent = about;
      fill(offered);
      if (needed && offered.length > 0) choose(0);
    } catch {
      // Whoever types goes on without; what is sent says what is wrong.
      if (!signal.aborted) close();
    }
  };

  input.addEventListener("input", (event) => {
    clearTimeout(pause);
    // What an input method composes is not typed yet.
    if (!(event instanceof InputEvent && event.isComposing)) pause = setTimeout(complete, PAUSE_MS);
  });
  input.addEventListener("compositionend", () => void complete());
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const option = target instanceof Element ? target.closest("[role=option]") : null;
    if (option) take([...list.children].indexOf(option));
  });

  /** @type {Record<string, (() => void) | undefined>} */
  const keys = {
    ArrowDown: () => choose(active + 1 < items.length ? active + 1 : 0),
    ArrowUp: () => choose(active > 0 ? active - 1 : items.length - 1),
    Tab: () => take(Math.max(0, active)),
    Enter: () => take(active),
  };

  return {
    close,
    /**
     * Whether the key was for the list.
     *
     * @param {KeyboardEvent} event
     */
    key: ({ key, shiftKey }) => {
      // What is still on its way must not open after it either.
      if (key === "Escape") close();
      const isOld = list.hidden || input.value !== completed;
      const act = isOld || shiftKey || (key === "Enter" && active < 0) ? undefined : keys[key];
      act?.();
      return act !== undefined;
    },
  };
}

/**
 * @param {Completion} item
 * @param {number} at
 */
function optionOf({ label, about }, at) {
  const option = document.createElement("li");
  option.role = "option";
  option.id = `choice-${at}`;
  option.ariaSelected = "false";
  const name = document.createElement("span");
  name.textContent = label;
  const meaning = document.createElement("small");
  meaning.textContent = about;
  option.append(name, ...(about === "" ? [] : [" ", meaning]));
  return option;
}
