import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { LOCALES, type Locale, textIn } from "#src/base/locale.ts";
import { type Asset, assetUrl } from "#src/web/http/assets.ts";

/** HTML that is safe to send: what was put into it is escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Where a page finds the rest of the site. */
export type Surroundings = {
  asset: (name: Asset) => string;
  /** Absent where nothing answers. */
  chat?: string;
  catalog: string;
};

const ON_SERVER: Surroundings = { asset: assetUrl, chat: "/", catalog: "/catalog" };

export type Page = {
  title: string;
  locale: Locale;
  /** Which of the site's places the page belongs to, marked in the navigation. */
  place: "chat" | "catalog";
  body: Html;
  /** Files of ours that the page loads besides the style of all pages. */
  styles?: readonly Extract<Asset, `${string}.css`>[];
  /** Addresses of module scripts. */
  scripts?: readonly string[];
  /** The address of the same page in another language; by itself what is in the address besides is lost. */
  inLanguage?: (locale: Locale) => string;
  /** What search engines show of the page. */
  description?: string;
  surroundings?: Surroundings;
};

/** What each language calls itself, in short and in full. */
const LANGUAGES: Record<Locale, [short: string, full: string]> = {
  "zh-CN": ["简", "简体中文"],
  "zh-TW": ["繁", "繁體中文"],
  "en-US": ["EN", "English"],
};

/** A whole page: head, navigation, the body in `<main>`. */
export function page({
  title,
  locale,
  place,
  body,
  styles = [],
  scripts = [],
  inLanguage = (other) => `?lang=${other}`,
  description,
  surroundings: { asset, chat, catalog } = ON_SERVER,
}: Page): Html {
  const text = textIn(locale);
  const current = (is: boolean, value: "page" | "true") => (is ? raw(` aria-current="${value}"`) : "");
  const languages = LOCALES.map((other) => {
    const [short, full] = LANGUAGES[other];
    const attributes = html`href="${inLanguage(other)}" hreflang="${other}" lang="${other}" title="${full}"`;
    return html`<a ${attributes}${current(other === locale, "true")}>${short}</a>`;
  });
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${description === undefined ? "" : html`<meta name="description" content="${description}">`}
<link rel="icon" href="data:,">
${["style.css" as const, ...styles].map((name) => html`<link rel="stylesheet" href="${asset(name)}">`)}
${scripts.map((address) => html`<script type="module" src="${address}"></script>`)}
</head>
<body class="${place}">
<a class="skip" href="#main">${text("web.skip")}</a>
<header class="site">
<a class="name" href="${chat ?? catalog}">Mulu <span lang="zh">目录</span></a>
<nav class="places" aria-label="${text("web.places")}">
${chat === undefined ? "" : html`<a href="${chat}"${current(place === "chat", "page")}>${text("web.chat")}</a>`}
<a href="${catalog}"${current(place === "catalog", "page")}>${text("web.catalog")}</a>
</nav>
<nav class="languages" aria-label="${text("web.language")}">${languages}</nav>
</header>
<main id="main">${body}</main>
</body>
</html>`;
}
