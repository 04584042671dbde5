import { html, raw } from "hono/html";
import { type Locale, type Text, textIn } from "#src/base/locale.ts";
import { plain } from "#src/base/markdown.ts";
import type { Sort } from "#src/catalog/search/query.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { atContextText, criterionText } from "#src/chat/model/criterion-text.ts";
import { dividerText } from "#src/chat/model/divider-text.ts";
import { runnableText } from "#src/chat/model/list.ts";
import { inlineHtml } from "#src/web/html/inline-markdown.ts";
import type { Html } from "#src/web/html/page.ts";
import { FILTER_NAMES, type FilterName, type Filters } from "./filters.ts";
import { choiceText, refusedText } from "./form.ts";
import type { ListLinks } from "./links.ts";
import type { ListParams, ListRequest } from "./request.ts";
import { rowHtml } from "./row.ts";
import { plainRow, type Row, type Selection, select } from "./selection.ts";

/** What a list is drawn from and with. */
export type ListData = { catalog: Catalog; filters: Filters; locale: Locale; links: ListLinks };
type Drawing = ListData & { text: Text; params: ListParams; request: ListRequest };

/** What was found, and what is said of it; both change with the request. */
export type ListResults = { messages: Html; models: Html };

/**
 * The answer to a request. A server draws it into its page, and a static page's script draws the very same in a browser:
 * nothing here or in what this imports may need Node.js.
 */
export function listResults(params: ListParams, request: ListRequest, data: ListData): ListResults {
  const drawing = { ...data, text: textIn(data.locale), params, request };
  const selection = select(data.catalog, request);
  const rows = selection.rows.flatMap((row, at) => [
    ...(row.group === selection.rows[at - 1]?.group ? [] : dividerHtml(row, selection, drawing)),
    rowHtml(row, { ...drawing, vramGb: request.vramGb }),
  ]);
  return {
    messages: messages(selection, drawing),
    models:
      rows.length === 0 ? nearest(selection, drawing) : tableHtml(rows, memoryHeading(selection, drawing), drawing),
  };
}

/** A row that says what the rows below it have in common. */
function dividerHtml({ group }: Row, { rows: [first], found }: Selection, { text, locale }: Drawing): Html[] {
  const divider = group && dividerText(group, first?.group ?? group, found, text, locale);
  return divider === undefined
    ? []
    : [
        html`<tr class="divider"><td colspan="${COLUMNS}">${inlineHtml(divider)}</td></tr>
`,
      ];
}

/** The columns of the table. */
const COLUMNS = 6;
type Column = { label: string; sort?: Sort };

/** The memory of the ways to run it that were asked for, with their context where one was asked; else the least. */
function memoryHeading({ asksForMemory, contextTokens }: Selection, { text }: Drawing): string {
  const memory = text(asksForMemory ? "facts.vram" : "facts.leastVram");
  return contextTokens === undefined ? memory : atContextText(memory, contextTokens, text);
}

/** Rows under their headings, which lead to the same list in their order. */
function tableHtml(rows: readonly Html[], memory: string, { text, links, params, request }: Drawing): Html {
  const columns: Column[] = [
    { label: text("facts.model"), sort: "name" },
    { label: text("facts.parameters"), sort: "size" },
    { label: memory, sort: "memory" },
    { label: text("facts.context") },
    { label: `${text("facts.commercial")} · ${text("web.list.license")}` },
    { label: text("facts.released"), sort: "newest" },
  ];
  const heading = ({ label, sort }: Column): Html => {
    if (sort === undefined) return html`<th scope="col">${label}</th>`;
    const order = sort === "newest" ? "descending" : "ascending";
    const sorted = sort === request.sort ? raw(` aria-sort="${order}"`) : "";
    return html`<th scope="col"${sorted}><a href="${links.list({ ...params, sort })}">${label}</a></th>`;
  };
  return html`<table class="models">
<thead><tr>${columns.map(heading)}</tr></thead>
<tbody>
${rows}</tbody>
</table>
<p class="quiet">${text("web.list.estimated")}${request.vramGb === undefined ? ` ${text("web.list.scale")}` : ""}</p>`;
}

/** How the request was understood, what of it was not, and what stands in its way. */
function messages({ rows, found, obstacles }: Selection, drawing: Drawing): Html {
  const { text, locale, links, params, request } = drawing;
  const { criteria, ignored } = found.query;
  const count = rows.filter(({ group }) => group !== "others").length;
  const said = (list: readonly (typeof criteria)[number][]): string =>
    list.map((criterion) => criterionText(criterion, text, locale)).join(" · ");
  const lines = [
    ...(criteria.length > 0 ? [text("list.understood", { criteria: said(criteria) })] : []),
    ...(ignored.length > 0 ? [text("list.ignored", { words: ignored.map(plain).join(text("facts.listComma")) })] : []),
    ...(found.runnableFirst ? [runnableText(text)] : []),
    ...(found.emptiedBy.length > 0 && criteria.length > 1
      ? [text("list.emptiedBy", { criteria: said(found.emptiedBy) })]
      : []),
  ];
  const chosen = FILTER_NAMES.filter((name) => request.chosen[name] !== undefined);
  const removable = [...chosen, ...(request.vramGb === undefined ? [] : (["vram"] as const))];
  const without = (name: FilterName | "vram" | "q"): string => {
    const { [name]: _left, ...others } = params;
    return links.list(others);
  };
  return html`${request.refused.map((refused) => html`<p class="notice">${refusedText(refused, drawing)}</p>`)}
<p><strong>${count === 0 ? text("list.none") : text("list.heading", { count })}</strong>
${removable.map((name) => {
  const choice = choiceText(name, request, text);
  return html`<a class="choice" href="${without(name)}" aria-label="${text("web.list.remove", { choice })}">${choice} <span aria-hidden="true">×</span></a> `;
})}</p>
${lines.map((line) => html`<p>${inlineHtml(line)}</p>`)}
${obstacles.map((obstacle) => html`<p><a href="${without(obstacle.name)}">${text("web.list.obstacle", { choice: choiceText(obstacle.name, request, text), count: obstacle.without })}</a></p>`)}`;
}

/** With no hits: what comes nearest to the query. */
function nearest({ found }: Selection, drawing: Drawing): Html {
  const { text } = drawing;
  if (found.nearest.length === 0) return html``;
  const rows = found.nearest.map((entry) => rowHtml(plainRow(entry), { ...drawing, vramGb: undefined }));
  return html`<p>${text("list.nearest")}</p>
${tableHtml(rows, text("facts.leastVram"), drawing)}`;
}
