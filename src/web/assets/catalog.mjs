// Of the static pages, where no server answers: shows the form and filters and sorts the rows of the list.

/** Menus whose choices one way to run a model must meet together, by their place in `data-offers`. */
const JOINT = /** @type {const} */ ({ size: 1, precision: 2 });
/** The menus that are about the model as a whole. */
const MENUS = /** @type {const} */ (["family", "commercial", "modality", "domain", "year"]);

/** @typedef {[gb: number | null, sizes: string[], precisions: string[]]} Offer */
/** @typedef {{ row: HTMLTableRowElement, at: number, name: string, words: string, offers: Offer[] }} Model */

const asking = document.querySelector("#asking");
const form = asking?.querySelector("form");
const body = document.querySelector(".models tbody");
const count = document.querySelector("#count");
const none = document.querySelector("#none");

/** @type {Model[]} */
const models = [...(body?.querySelectorAll("tr") ?? [])].map((row, at) => {
  const name = row.querySelector("th a")?.textContent ?? "";
  return {
    row,
    at,
    name,
    words: fold(`${name} ${row.dataset["names"] ?? ""}`),
    offers: JSON.parse(row.dataset["offers"] ?? "[]"),
  };
});

/** @param {string} text */
function fold(text) {
  return text.normalize("NFKC").toLowerCase();
}

/**
 * @param {Model} model
 * @param {Record<string, string>} asked
 */
function meets({ row, words, offers }, asked) {
  const wanted = fold(asked["q"] ?? "").split(/\s+/);
  if (!wanted.every((word) => words.includes(word))) return false;
  const holds = (/** @type {string} */ name) =>
    asked[name] === undefined || (row.dataset[name] ?? "").split("|").includes(asked[name]);
  if (!MENUS.every(holds)) return false;
  const vram = Number(asked["vram"] ?? Number.NaN);
  const { size, precision } = asked;
  if (Number.isNaN(vram) && precision === undefined) return holds("size");
  return offers.some(
    (offer) =>
      (Number.isNaN(vram) || (offer[0] !== null && offer[0] <= vram)) &&
      (size === undefined || offer[JOINT.size].includes(size)) &&
      (precision === undefined || offer[JOINT.precision].includes(precision)),
  );
}

/** A figure of a row; what is not stated comes last. @param {Model} model @param {string} name */
const figure = ({ row }, name) => Number(row.dataset[name] || Number.POSITIVE_INFINITY);

/** @type {Record<string, (a: Model, b: Model) => number>} */
const ORDERS = {
  memory: (a, b) => compare(figure(a, "gb"), figure(b, "gb")),
  size: (a, b) => compare(figure(a, "billions"), figure(b, "billions")),
  name: (a, b) => a.name.localeCompare(b.name, "en"),
  newest: (a, b) => (b.row.dataset["released"] ?? "").localeCompare(a.row.dataset["released"] ?? "", "en"),
};

/** Two infinite figures are equal. @param {number} a @param {number} b */
function compare(a, b) {
  return a === b ? 0 : a - b;
}

/** What the form asks, without what is left empty. */
function askedNow() {
  if (!form) return {};
  const pairs = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ""));
}

/** @param {Element} link @param {Record<string, string>} asked */
function markCurrent(link, asked) {
  if (!(link instanceof HTMLAnchorElement)) return;
  const [[name = "", value = ""] = []] = new URLSearchParams(link.search);
  const current = asked[name] === value;
  const heading = link.closest("th");
  if (heading) heading.ariaSort = current ? (value === "newest" ? "descending" : "ascending") : null;
  else link.ariaCurrent = current ? "true" : null;
}

function show() {
  const asked = askedNow();
  let shown = 0;
  for (const model of models) {
    model.row.hidden = !meets(model, asked);
    if (!model.row.hidden) shown += 1;
  }
  const order = ORDERS[asked["sort"] ?? ""];
  const sorted = models.toSorted((a, b) => order?.(a, b) || a.at - b.at);
  body?.append(...sorted.map(({ row }) => row));
  if (count) count.textContent = `${shown} / ${models.length}`;
  if (none instanceof HTMLElement) none.hidden = shown > 0;
  for (const link of document.querySelectorAll(".models thead a, .cards a")) markCurrent(link, asked);
  const search = new URLSearchParams(asked).toString();
  history.replaceState(null, "", search === "" ? location.pathname : `?${search}`);
}

/** Puts what an address asks for into the form; a value that is not offered asks for nothing. @param {string} search */
function fill(search) {
  for (const [name, value] of new URLSearchParams(search)) {
    const field = form?.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
    if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.value = "";
  }
}

if (form && asking instanceof HTMLElement) {
  fill(location.search);
  asking.hidden = false;
  // Headings and cards are links to the same page with one thing more; here they keep what is asked already.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest(".models thead a, .cards a") : undefined;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fill(link.search);
    show();
  });
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}
