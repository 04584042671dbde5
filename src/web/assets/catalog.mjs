// Of the static pages, where no server answers: shows the form and answers it with the server's own search, which is loaded
// when somebody asks something.

/** @typedef {import("./list.mjs").Ask} Ask */

const asking = document.querySelector("#asking");
const form = asking?.querySelector("form");
const failed = document.querySelector("#failed");
/** Parts of the page that change with the answer, by their names in it. */
const parts = /** @type {const} */ ({ cards: ".cards", messages: ".messages", models: "#models" });

/** @type {Promise<Ask> | undefined} */
let opened;

/** The list, ready to answer; after a failure the next call tries again. */
function open() {
  opened ??= load().catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** @returns {Promise<Ask>} */
async function load() {
  const { root = "", list = "", words } = asking instanceof HTMLElement ? asking.dataset : {};
  const [{ openList }, data, converted] = await Promise.all([
    import("./list.mjs"),
    json(list),
    words === undefined ? undefined : json(words),
  ]);
  return openList(data, { locale: document.documentElement.lang, root, words: converted });
}

/** @param {string} address */
async function json(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return response.json();
}

let asked = 0;

/** Answers what the search part of an address asks; of several questions only the last. @param {string} search */
async function show(search) {
  asked += 1;
  const question = asked;
  document.querySelector("#models")?.setAttribute("aria-busy", "true");
  const answer = await open()
    .then(async (ask) => {
      // What is typed meanwhile comes first: an answer may take a tenth of a second.
      await new Promise((resolve) => setTimeout(resolve));
      return question === asked ? ask(search) : undefined;
    })
    .catch((error) => console.error(error));
  if (question !== asked) return;
  document.querySelector("#models")?.removeAttribute("aria-busy");
  if (failed instanceof HTMLElement) failed.hidden = answer !== undefined;
  if (answer === undefined) return;
  for (const [name, selector] of Object.entries(parts)) {
    const part = document.querySelector(selector);
    if (part) replace(part, answer[/** @type {keyof typeof parts} */ (name)]);
  }
  history.replaceState(null, "", answer.search === "" ? location.pathname : answer.search);
  for (const link of document.querySelectorAll(".languages a"))
    if (link instanceof HTMLAnchorElement) link.search = answer.search;
}

/**
 * Puts new content into a part of the page. Who is on a link there stays on it; where it is gone, on the list.
 *
 * @param {Element} part
 * @param {string} html Made by the server's own templates, which escape whatever they are given.
 */
function replace(part, html) {
  const focused = part.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
  part.innerHTML = html;
  if (focused === undefined) return;
  const same = [...part.querySelectorAll("a")].find((link) => link.textContent === focused);
  const next = same ?? document.querySelector("#models");
  if (next instanceof HTMLElement) next.focus();
}

/** What the form asks, as the search part of an address. */
function formSearch() {
  const pairs = form ? [...new FormData(form)].map(([name, value]) => [name, String(value)]) : [];
  return `?${new URLSearchParams(pairs)}`;
}

/** Puts what an address asks for into the form; what is not offered is said in the answer. @param {string} search */
function fill(search) {
  const params = new URLSearchParams(search);
  for (const field of form?.elements ?? []) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue;
    const value = params.get(field.name) ?? "";
    if (field instanceof HTMLInputElement) field.value = value;
    else choose(field, value);
  }
}

/** @param {HTMLSelectElement} menu @param {string} value */
function choose(menu, value) {
  const at = [...menu.options].findIndex((option) => option.value.toLowerCase() === value.toLowerCase());
  menu.selectedIndex = Math.max(0, at);
  const details = menu.closest("details");
  if (details && at > 0) details.open = true;
}

/** The page without its question; a folder and the list in it are the same page. @param {Location | HTMLAnchorElement} at */
const pageOf = ({ origin, pathname }) => origin + pathname.replace(/index\.html$/, "");

/** What a link to this very page asks. @param {EventTarget | null} target */
function questionOf(target) {
  const link = target instanceof Element ? target.closest("main a") : undefined;
  return link instanceof HTMLAnchorElement && pageOf(link) === pageOf(location) ? link.search : undefined;
}

if (form && asking instanceof HTMLElement) {
  fill(location.search);
  asking.hidden = false;
  form.addEventListener("focusin", () => void open().catch(() => undefined), { once: true });
  form.addEventListener("input", () => void show(formSearch()));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const search = questionOf(event.target);
    if (search === undefined) return;
    event.preventDefault();
    fill(search);
    void show(search);
  });
  if (location.search !== "") void show(location.search);
}
