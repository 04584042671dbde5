import { html } from "hono/html";
import { textIn } from "#src/base/locale.ts";
import { about } from "#src/chat/model/list.ts";
import { clip } from "#src/chat/view.ts";
import { type Html, page } from "#src/web/html/page.ts";
import type { EntryContext } from "./entry-page.ts";

const NEAR = 10;
/** Characters of what was asked for that are said again. */
const SHOWN = 60;

/** For an id that the catalog does not have: what comes near to it. */
export function missingPage(id: string, { catalog, locale, links }: EntryContext): Html {
  const text = textIn(locale);
  const near = catalog.names.near(id, NEAR);
  return page({
    title: text("web.missing.title"),
    locale,
    place: "catalog",
    styles: ["catalog.css"],
    inLanguage: links.inLanguage,
    surroundings: links,
    body: html`<h1>${text("web.missing.title")}</h1>
<p>${text("web.missing.text", { name: clip(id, SHOWN) })}</p>
${
  near.length === 0
    ? ""
    : html`<p>${text("list.nearest")}</p>
<ul>${near.map((entry) => html`<li><a href="${links.entry(entry.id)}">${entry.name}</a> <small>${about(entry, { text })}</small></li>\n`)}</ul>`
}
<p><a href="${links.list()}">${text("web.missing.all")}</a></p>`,
  });
}

/** For an address that no page has, where nobody can say what comes near to it. */
export function pageMissing({ locale, links }: Pick<EntryContext, "locale" | "links">): Html {
  const text = textIn(locale);
  return page({
    title: text("web.missing.page"),
    locale,
    place: "catalog",
    styles: ["catalog.css"],
    inLanguage: links.inLanguage,
    surroundings: links,
    body: html`<h1>${text("web.missing.page")}</h1>
<p><a href="${links.list()}">${text("web.missing.all")}</a></p>`,
  });
}
