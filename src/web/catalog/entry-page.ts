import { html } from "hono/html";
import { type Locale, type Text, textIn } from "#src/base/locale.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { byNewest } from "#src/catalog/search/names.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { about } from "#src/chat/model/list.ts";
import { modelSections, type Section } from "#src/chat/model/sections.ts";
import { summaryText } from "#src/chat/traditional.ts";
import { clip, UNLIMITED } from "#src/chat/view.ts";
import { inlineHtml, linesHtml } from "#src/web/html/inline-markdown.ts";
import { type Html, page } from "#src/web/html/page.ts";
import type { Links } from "./links.ts";
import { memoryBars } from "./memory-bars.ts";
import { entryPermitHtml } from "./row.ts";
import { variantTable } from "./variants.ts";

export type EntryContext = { catalog: Catalog; locale: Locale; links: Links };

/** Characters of a description that search engines show. */
const DESCRIPTION = 160;

/** Sections of an entry's page in the order in which they come; each is named in addresses (`#downloads`). */
const SECTIONS = [
  "overview",
  "training",
  "variants",
  "papers",
  "downloads",
  "requirements",
  "ollama",
  "license",
  "demos",
  "links",
  "notes",
  "sources",
] as const;

type PageSection = { id: string; title: string; content: Html };

/** All that is known of one entry. */
export function entryPage(entry: Entry, context: EntryContext): Html {
  const { locale, links } = context;
  const text = textIn(locale);
  const summary = summaryText(entry, locale);
  const parts = sectionsOf(entry, locale, text);
  return page({
    title: text("web.entry.title", { name: entry.name }),
    description: clip(summary, DESCRIPTION),
    locale,
    place: "catalog",
    styles: ["catalog.css", "catalog-entry.css"],
    inLanguage: links.inLanguage,
    surroundings: links,
    body: html`<article class="entry">
<p class="crumbs quiet"><a href="${links.list()}">${text("web.catalog")}</a> › <a href="${links.list({ family: entry.family })}">${entry.family}</a></p>
<h1>${entry.name}</h1>
<p class="quiet"><code>${entry.id}</code> · ${about(entry, { text })} · ${entryPermitHtml(entry, { text, locale })}</p>
${entry.unreviewed ? html`<p class="notice">⚠ ${text("marks.unreviewed")}</p>` : ""}
${entry.confidence === "secondary" ? html`<p class="notice">⚠ ${text("marks.secondary")}</p>` : ""}
<p class="summary">${summary}</p>
<nav class="contents" aria-label="${text("web.entry.sections")}">${parts.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
${parts.map(({ id, title, content }) => html`<section id="${id}"><h2>${title}</h2>\n${content}</section>\n`)}
<p><a href="${links.entryJson(entry.id)}">${text("web.entry.data")}</a></p>
</article>
${familyHtml(entry, context, text)}`,
  });
}

/** The sections of `/model`; memory is drawn first, and variants stand in a table. */
function sectionsOf(entry: Entry, locale: Locale, text: Text): PageSection[] {
  const named = new Map(SECTIONS.map((name) => [text(`sections.${name}`), name]));
  const sections = modelSections(entry, { locale, text, room: UNLIMITED }).flatMap((section): PageSection[] => {
    const id = named.get(section.title);
    if (id === undefined) return [];
    return [{ id, title: section.title, content: contentOf(id, section, entry, locale, text) }];
  });
  const bars = memoryBars(entry, locale);
  const [overview, ...others] = sections;
  return [
    ...(overview ? [overview] : []),
    ...(bars !== undefined ? [{ id: "memory", title: text("web.entry.memory"), content: bars }] : []),
    ...others,
  ];
}

function contentOf(id: (typeof SECTIONS)[number], { lines }: Section, entry: Entry, locale: Locale, text: Text): Html {
  if (id === "variants") return variantTable(entry, { text, locale });
  if (id === "overview" || id === "training" || id === "license") return factList(lines, text);
  return linesHtml(lines);
}

/** Lines of `label: value` as a list of terms; a line without a label is a remark on the one before. */
function factList(lines: readonly string[], text: Text): Html {
  const [, between = ""] = /^L(.*)V$/u.exec(text("facts.pair", { label: "L", value: "V" })) ?? [];
  const facts = lines.map((line) => {
    const fact = line.replace(/^- /, "");
    const at = fact.indexOf(between);
    return at < 0 ? { value: fact } : { label: fact.slice(0, at), value: fact.slice(at + between.length) };
  });
  return html`<dl>${facts.map(({ label, value }) => html`${label === undefined ? "" : html`<dt>${inlineHtml(label)}</dt>`}<dd>${inlineHtml(value)}</dd>\n`)}</dl>`;
}

/** The entries before and after this one in its family, and all of the family. */
function familyHtml(entry: Entry, { catalog, links }: EntryContext, text: Text): Html | "" {
  const family = catalog.entries.filter((other) => other.family === entry.family).toSorted(byNewest);
  if (family.length < 2) return "";
  const at = family.indexOf(entry);
  const step = (other: Entry | undefined, label: string, rel: "prev" | "next"): Html | "" =>
    other === undefined
      ? ""
      : html`<a class="${rel}" rel="${rel}" href="${links.entry(other.id)}"><small>${label}</small> ${other.name}</a>`;
  return html`<aside class="family">
<h2>${text("web.entry.familyHeading", { family: entry.family })}</h2>
<nav class="steps" aria-label="${text("web.entry.familyHeading", { family: entry.family })}">${step(family[at + 1], text("web.entry.older"), "prev")}${step(family[at - 1], text("web.entry.newer"), "next")}</nav>
<ul>${family.map((other) => html`<li>${other === entry ? html`<strong>${other.name}</strong>` : html`<a href="${links.entry(other.id)}">${other.name}</a>`} <small>${about(other, { text })}</small></li>\n`)}</ul>
</aside>`;
}
