import { html, raw } from "hono/html";
import type { ParseKeys } from "i18next";
import type { Text } from "#src/base/locale.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import { SORTS } from "#src/catalog/search/query.ts";
import { nearestOf } from "#src/chat/nearest.ts";
import type { Html } from "#src/web/html/page.ts";
import { FILTER_NAMES, type FilterName, type Filters } from "./filters.ts";
import type { ListLinks } from "./links.ts";
import { type ListParams, type ListRequest, MAX_QUERY, type RejectedParam } from "./request.ts";

/** Graphics memory that cards have, in GB. */
const CARDS_GB = [4, 6, 8, 12, 16, 24, 48, 80];

const LABELS: Record<FilterName | "q" | "vram" | "sort", ParseKeys> = {
  q: "web.list.query",
  family: "web.list.family",
  size: "facts.parameters",
  precision: "facts.precision",
  commercial: "facts.commercial",
  modality: "facts.modalities",
  domain: "facts.domain",
  year: "web.list.year",
  vram: "web.list.vram",
  sort: "web.list.sort",
};

type FormContext = {
  text: Text;
  links: ListLinks;
  filters: Filters;
  /** Whether a script answers on the page itself, so that there is nothing to send. */
  scripted?: boolean;
};

/** The form that asks for a list, filled in with what was asked; it works without scripts where a server answers. */
export function formHtml(params: ListParams, request: ListRequest, context: FormContext): Html {
  const { text, links } = context;
  const narrowed = request.sort !== undefined || FILTER_NAMES.some((name) => request.chosen[name] !== undefined);
  return html`<form class="filters" role="search" action="${links.list().replace(/\?.*$/, "")}">
<label class="query"><span>${text(LABELS.q)}</span><input type="search" name="q" value="${request.query}" maxlength="${MAX_QUERY}" placeholder="${text("web.list.placeholder")}"></label>
<label><span>${text(LABELS.vram)}</span><input type="number" name="vram" min="0.1" step="any" list="cards" value="${request.vramGb ?? ""}"></label>
<datalist id="cards">${CARDS_GB.map((gb) => html`<option value="${gb}"></option>`)}</datalist>
<p class="buttons">${context.scripted ? "" : html`<button type="submit" class="button primary">${text("web.list.submit")}</button>`} <a href="${links.list()}">${text("web.list.clear")}</a></p>
<details${narrowed ? raw(" open") : ""}><summary>${text("web.list.more")}</summary>
<div class="menus">
${FILTER_NAMES.map((name) => selectHtml(name, request, context))}
${sortHtml(request, text)}
</div></details>
${params.lang === undefined ? "" : html`<input type="hidden" name="lang" value="${params.lang}">`}
</form>`;
}

/** Links that ask for the memory of a card, beside all else that is asked. */
export const cardsHtml = (
  params: ListParams,
  request: ListRequest,
  { text, links }: Omit<FormContext, "filters">,
): Html => html`${text("web.list.fits")} ${CARDS_GB.map((gb) => cardHtml(gb, params, request, links))}`;

const selected = (is: boolean): Html | "" => (is ? raw(" selected") : "");

const selectHtml = (name: FilterName, { chosen }: ListRequest, { text, filters }: FormContext): Html =>
  html`<label><span>${text(LABELS[name])}</span><select name="${name}"><option value="">${text("web.list.all")}</option>${filters[
    name
  ].map(
    (option) =>
      html`<option value="${option.value}"${selected(option.value === chosen[name]?.value)}>${option.label(text)}</option>`,
  )}</select></label>
`;

const sortHtml = ({ sort }: ListRequest, text: Text): Html =>
  html`<label><span>${text(LABELS.sort)}</span><select name="sort"><option value="">${text("web.list.standardOrder")}</option>${SORTS.map(
    (value) =>
      html`<option value="${value}"${selected(value === sort)}>${text(`commands.models.choices.${value}`)}</option>`,
  )}</select></label>`;

function cardHtml(gb: number, params: ListParams, { vramGb }: ListRequest, links: ListLinks): Html {
  const current = gb === vramGb ? raw(' aria-current="true"') : "";
  return html`<a href="${links.list({ ...params, vram: String(gb) })}"${current}>${formatGb(gb)}</a> `;
}

/** What was chosen, as a person reads it: `家族 GLM`, `显存 ≤ 8 GB`, `「int4 商用」`. */
export function choiceText(
  name: FilterName | "q" | "vram",
  { chosen, query, vramGb }: ListRequest,
  text: Text,
): string {
  if (name === "q") return text("facts.quoted", { value: query });
  if (name === "vram") return text("web.list.fitsIn", { size: formatGb(vramGb ?? 0) });
  return `${text(LABELS[name])} ${chosen[name]?.label(text) ?? ""}`;
}

/** Why a part of an address was not followed, and what comes near to it. */
export function refusedText({ name, value }: RejectedParam, { text, filters }: FormContext): string {
  if (name === "vram") return text("web.list.refusedVram", { value });
  const offered =
    name === "sort"
      ? SORTS.map((sort) => ({ value: sort, label: text(`commands.models.choices.${sort}`) }))
      : filters[name].map((option) => ({ value: option.value, label: option.label(text) }));
  const near = nearestOf(
    value,
    offered.map((option) => option.value),
  );
  const labels = (near.length > 0 ? offered.filter((option) => near.includes(option.value)) : offered)
    .slice(0, MOST_NEAR)
    .map(({ label }) => label);
  return [
    text("web.list.refused", { name: text(LABELS[name]), value }),
    text("web.list.nearValues", { values: labels.join(text("facts.listComma")) }),
  ].join(" ");
}

const MOST_NEAR = 8;
