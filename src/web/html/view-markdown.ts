import { LRUCache } from "lru-cache";
import { Renderer, type TokenizerAndRendererExtension, type Tokens } from "marked";
import { escapeHtml, safeMarked } from "./safe-markdown.ts";
import { type MarkdownPart, partsOf } from "./view-parts.ts";

/** Characters of a table's cell that stay on one line: a date, a size. */
const SHORT = 14;

/** Discord's `||spoiler||`: hidden until it is pressed. A button holds no links, so they are left as text. */
const spoiler: TokenizerAndRendererExtension = {
  name: "spoiler",
  level: "inline",
  start: (source: string) => source.indexOf("||"),
  tokenizer: (source: string) => {
    const [raw, text] = /^\|\|([^\n|]{1,500})\|\|/.exec(source) ?? [];
    return raw === undefined ? undefined : { type: "spoiler", raw, text };
  },
  renderer: (token) =>
    `<button type="button" class="spoiler" aria-pressed="false">${escapeHtml(String(token["text"]))}</button>`,
};

/** Markdown as Discord reads it: a line break is one, `__x__` is underlined. Headings stand below the one that every message has. */
const marked = safeMarked({ breaks: true }).use({
  extensions: [spoiler],
  renderer: {
    heading({ tokens, depth }: Tokens.Heading) {
      const level = Math.min(6, depth + 1);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    strong({ tokens, raw }: Tokens.Strong) {
      const tag = raw.startsWith("__") ? "u" : "strong";
      return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
    },
    // What scrolls by itself must be reached without a mouse.
    code: ({ text }: Tokens.Code) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
    table(token: Tokens.Table) {
      return `<div class="scroll" tabindex="0">${Renderer.prototype.table.call(this, token)}</div>\n`;
    },
    tablecell({ tokens, header, text }: Tokens.TableCell) {
      const start = header ? "th" : text.replace(/[*`\\]/g, "").length <= SHORT ? 'td class="short"' : "td";
      return `<${start}>${this.parser.parseInline(tokens)}</${header ? "th" : "td"}>`;
    },
  },
});

/** Parts as they were drawn, for a minute: while an answer grows only its last part is new. Size in characters. */
const cache = new LRUCache<string, string>({
  maxSize: 1_000_000,
  sizeCalculation: (html, key) => html.length + key.length,
  ttl: 60_000,
  ttlAutopurge: true,
});

/** Discord's Markdown as HTML, whoever wrote it: no tag, attribute or address of the text's own. Never throws. */
export const markdownHtml = (markdown: string): string => partsOf(markdown).map(partHtml).join("");

function partHtml(part: MarkdownPart): string {
  const key = `${part.kind} ${part.markdown}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const html = drawPart(part);
  cache.set(key, html);
  return html;
}

function drawPart({ kind, markdown }: MarkdownPart): string {
  try {
    return kind === "small"
      ? `<p class="quiet">${marked.parseInline(markdown, { async: false })}</p>\n`
      : marked.parse(markdown, { async: false });
  } catch {
    // What the parser cannot take is still there to be read.
    return `<pre tabindex="0">${escapeHtml(markdown)}</pre>\n`;
  }
}
