import { html } from "hono/html";
import { textIn } from "#src/base/locale.ts";
import { type Html, page } from "#src/web/html/page.ts";
import { cardsHtml, formHtml } from "./form.ts";
import type { Links } from "./links.ts";
import { type ListData, listResults } from "./list-results.ts";
import { type ListParams, readRequest } from "./request.ts";

export type ListContext = ListData & {
  links: Links;
  /** The script that answers where no server does (`assets/catalog.mjs`), and attributes that tell it what it needs. */
  scripted?: { script: string; attributes: Html };
};

/** The whole list, or what an address asks of it. */
export function listPage(params: ListParams, context: ListContext): Html {
  const { catalog, filters, locale, links, scripted } = context;
  const text = textIn(locale);
  const { entries } = catalog;
  const request = readRequest(params, filters);
  const { messages, models } = listResults(params, request, context);
  const form = html`${formHtml(params, request, { text, links, filters, scripted: scripted !== undefined })}
<p class="cards">${cardsHtml(params, request, { text, links })}</p>`;
  return page({
    title: text("web.list.title"),
    description: text("web.list.description", { count: entries.length }),
    locale,
    place: "catalog",
    styles: ["catalog.css"],
    scripts: scripted === undefined ? [] : [scripted.script],
    inLanguage: links.inLanguage,
    surroundings: links,
    body: html`<h1>${text("web.list.title")}</h1>
<p class="quiet">${text("web.list.size", { count: entries.length, families: filters.family.length })} · <a href="${links.json}">${text("web.list.data")}</a></p>
${scripted === undefined ? form : html`<div id="asking" hidden${scripted.attributes}>${form}<p id="failed" class="notice" role="alert" hidden>${text("web.list.unavailable")}</p></div>`}
<div class="messages" role="status">${messages}</div>
<div id="models"${scripted === undefined ? "" : html` tabindex="-1"`}>${models}</div>`,
  });
}
