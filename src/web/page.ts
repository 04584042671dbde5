import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { Locale } from "#src/chat/locale.ts";
import { textIn } from "#src/chat/locale.ts";
import { assetUrl } from "./assets.ts";

/** HTML that is safe to send: what was put into it is escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export type Page = {
  title: string;
  locale: Locale;
  /** Which of the site's places the page belongs to, marked in the navigation. */
  place: "chat" | "catalog";
  body: Html;
  /** Scripts of ours that the page loads. */
  scripts?: readonly "chat.mjs"[];
};

/** A whole page: head, navigation, the body in `<main>`. */
export function page({ title, locale, place, body, scripts = [] }: Page): Html {
  const text = textIn(locale);
  const current = (name: Page["place"]) => (name === place ? raw(' aria-current="page"') : "");
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetUrl("style.css")}">
${scripts.map((name) => html`<script type="module" src="${assetUrl(name)}"></script>`)}
</head>
<body>
<header class="site"><a class="name" href="/">Mulu <span lang="zh">目录</span></a>
<nav><a href="/"${current("chat")}>${text("web.chat")}</a> <a href="/catalog"${current("catalog")}>${text("web.catalog")}</a></nav>
</header>
<main>${body}</main>
</body>
</html>`;
}
