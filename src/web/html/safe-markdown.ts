import { html } from "hono/html";
import { Marked, type Tokens } from "marked";

/** Text as HTML that shows it. */
export const escapeHtml = (text: string): string => String(html`${text}`);

/** Addresses that a page may lead to; `javascript:` and the like stay text. */
export const isWebAddress = (href: string): boolean => ["http:", "https:"].includes(URL.parse(href)?.protocol ?? "");

/** A link to another site, which learns nothing of this one. The label is HTML already. */
export const linkHtml = (href: string, label: string, attributes = ""): string =>
  `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow"${attributes}>${label}</a>`;

/**
 * A Markdown parser that knows no HTML: tags are text like any other. Merely escaping them where they are printed is not
 * enough, because after a `<pre>` marked hands on all that follows as it is.
 */
export function safeMarked(options: { breaks: boolean }): Marked {
  return new Marked({
    async: false,
    gfm: true,
    ...options,
    tokenizer: {
      html: () => undefined,
      tag: () => undefined,
      // Definitions of links would vanish from the text.
      def: () => undefined,
    },
    renderer: {
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
      // Pictures of other sites would tell them who reads what.
      image: ({ text }: Tokens.Image) => escapeHtml(text),
      link({ href, tokens }: Tokens.Link) {
        const label = this.parser.parseInline(tokens);
        return isWebAddress(href) ? linkHtml(href, label) : label;
      },
      checkbox: ({ checked }: Tokens.Checkbox) => (checked ? "☑ " : "☐ "),
    },
  });
}
