import { html, raw } from "hono/html";
import type { Html } from "./page.ts";
import { safeMarked } from "./safe-markdown.ts";

const marked = safeMarked({ breaks: false });

/** Markdown of ours as HTML; whatever the names and texts in it hold is shown as text. */
const blockHtml = (markdown: string): Html => raw(marked.parse(markdown, { async: false }));

/** One line of Markdown, without a paragraph around it. */
export const inlineHtml = (line: string): Html => raw(marked.parseInline(line, { async: false }));

const ITEM = "- ";

/** Lines of a section: neighbouring items are a list, a table is one piece, anything else a paragraph. */
export function linesHtml(lines: readonly string[]): Html {
  const parts: Html[] = [];
  let items: Html[] = [];
  const endList = (): void => {
    if (items.length > 0) parts.push(html`<ul>${items}</ul>\n`);
    items = [];
  };
  for (const line of lines) {
    if (line === "") continue;
    if (line.startsWith(ITEM)) {
      items.push(html`<li>${inlineHtml(line.slice(ITEM.length))}</li>\n`);
      continue;
    }
    endList();
    parts.push(
      line.startsWith("|")
        ? html`<div class="scroll" tabindex="0">${blockHtml(line)}</div>`
        : html`<p>${inlineHtml(line)}</p>\n`,
    );
  }
  endList();
  return html`${parts}`;
}
