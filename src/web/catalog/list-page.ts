import { html, raw } from "hono/html";
import { type Locale, type Text, textIn } from "#src/base/locale.ts";
import { plain } from "#src/base/markdown.ts";
import type { Sort } from "#src/catalog/search/query.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { criterionText } from "#src/chat/model/criterion-text.ts";
import { dividerText } from "#src/chat/model/divider-text.ts";
import { inlineHtml } from "#src/web/html/inline-markdown.ts";
import { type Html, page } from "#src/web/html/page.ts";
import { FILTER_NAMES, type FilterName, type Filters } from "./filters.ts";
import { choiceText, formHtml, refusedText } from "./form.ts";
import type { Links } from "./links.ts";
import { type ListParams, type ListRequest, readRequest } from "./request.ts";
import { rowHtml } from "./row.ts";
import { plainRow, type Row, type Selection, select } from "./selection.ts";

export type ListContext = { catalog: Catalog; filters: Filters; locale: Locale; links: Links };
/** What a list is drawn with. */
export type ListPageContext = ListContext & { text: Text; params: ListParams; request: ListRequest };

/** The whole list, or what an address asks of it. */
export function listPage(params: ListParams, context: ListContext): Html {
  const drawn = listPageContext(params, context);
  const { request } = drawn;
  const selection = select(context.catalog, request);
  const rows = selection.rows.flatMap((row, at) => [
    ...(row.group === selection.rows[at - 1]?.group ? [] : dividerHtml(row, selection, drawn)),
    rowHtml(row, { ...drawn, vramGb: request.vramGb }),
  ]);
  return listFrame(
    drawn,
    html`${formHtml(params, request, drawn)}
${messages(selection, drawn)}
${rows.length === 0 ? nearest(selection, drawn) : tableHtml(rows, selection.asksForMemory, drawn)}`,
  );
}

/** A row that says what the rows below it have in common. */
function dividerHtml({ group }: Row, { rows: [first], found }: Selection, { text, locale }: ListPageContext): Html[] {
  const divider = group && dividerText(group, first?.group ?? group, found, text, locale);
  return divider === undefined
    ? []
    : [
        html`<tr class="divider"><td colspan="${COLUMNS}">${inlineHtml(divider)}</td></tr>
`,
      ];
}

export const listPageContext = (params: ListParams, context: ListContext): ListPageContext => ({
  ...context,
  text: textIn(context.locale),
  params,
  request: readRequest(params, context.filters),
});

/** The page around a list: its title, and what holds for all of it. */
export function listFrame(
  { catalog, filters, locale, links }: ListContext,
  content: Html,
  scripts: ["catalog.mjs"] | [] = [],
): Html {
  const text = textIn(locale);
  const { entries } = catalog;
  return page({
    title: text("web.list.title"),
    description: text("web.list.description", { count: entries.length }),
    locale,
    place: "catalog",
    styles: ["catalog.css"],
    scripts,
    inLanguage: links.inLanguage,
    surroundings: links,
    body: html`<h1>${text("web.list.title")}</h1>
<p class="quiet">${text("web.list.size", { count: entries.length, families: filters.family.length })} · <a href="${links.json}">${text("web.list.data")}</a></p>
${content}`,
  });
}

/** The columns of the table. */
const COLUMNS = 6;
type Column = { label: string; sort?: Sort };

/**
 * Rows under their headings, which lead to the same list in their order. `asked`: whether the memory is that of a way to
 * run it that was asked for, and not the least.
 */
export function tableHtml(
  rows: readonly Html[],
  asked: boolean,
  { text, links, params, request }: ListPageContext,
): Html {
  const columns: Column[] = [
    { label: text("facts.model"), sort: "name" },
    { label: text("facts.parameters"), sort: "size" },
    { label: text(asked ? "facts.vram" : "facts.leastVram"), sort: "memory" },
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
function messages({ rows, found, obstacles }: Selection, drawn: ListPageContext): Html {
  const { text, locale, links, params, request } = drawn;
  const { criteria, ignored } = found.query;
  const count = rows.filter(({ group }) => group !== "others").length;
  const said = (list: readonly (typeof criteria)[number][]): string =>
    list.map((criterion) => criterionText(criterion, text, locale)).join(" · ");
  const lines = [
    ...(criteria.length > 0 ? [text("list.understood", { criteria: said(criteria) })] : []),
    ...(ignored.length > 0 ? [text("list.ignored", { words: ignored.map(plain).join(text("facts.listComma")) })] : []),
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
  return html`${request.refused.map((refused) => html`<p class="notice">${refusedText(refused, drawn)}</p>`)}
<div class="messages" role="status">
<p><strong>${count === 0 ? text("list.none") : text("list.heading", { count })}</strong>
${removable.map((name) => {
  const choice = choiceText(name, request, text);
  return html`<a class="choice" href="${without(name)}" aria-label="${text("web.list.remove", { choice })}">${choice} <span aria-hidden="true">×</span></a> `;
})}</p>
${lines.map((line) => html`<p>${inlineHtml(line)}</p>`)}
${obstacles.map((obstacle) => html`<p><a href="${without(obstacle.name)}">${text("web.list.obstacle", { choice: choiceText(obstacle.name, request, text), count: obstacle.without })}</a></p>`)}
</div>`;
}

/** With no hits: what comes nearest to the query. */
function nearest({ found }: Selection, drawn: ListPageContext): Html | "" {
  const { text } = drawn;
  if (found.nearest.length === 0) return "";
  const rows = found.nearest.map((entry) => rowHtml(plainRow(entry), { ...drawn, vramGb: undefined }));
  return html`<p>${text("list.nearest")}</p>
${tableHtml(rows, false, drawn)}`;
}
