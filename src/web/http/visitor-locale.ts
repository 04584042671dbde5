import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { getCookie, setCookie } from "hono/cookie";
import { LOCALES, type Locale, nearestLocale } from "#src/base/locale.ts";

const COOKIE = "mulu-lang";
const YEAR_SECONDS = 31_536_000;

/**
 * The language of one request: `?lang=` (which is kept in a cookie), else the cookie, else the first of the browser's
 * languages that is ours, else the standard one.
 */
export function visitorLocale(context: Context, standard: Locale): Locale {
  const asked = namedLocale(context.req.query("lang"));
  if (asked) setCookie(context, COOKIE, asked, { path: "/", maxAge: YEAR_SECONDS, sameSite: "Lax", httpOnly: true });
  return asked ?? namedLocale(getCookie(context, COOKIE)) ?? acceptedLocale(context) ?? standard;
}

const namedLocale = (name = ""): Locale | undefined =>
  LOCALES.find((locale) => locale.toLowerCase() === name.toLowerCase());

/** The first language of ours in the order that the browser prefers them: `zh-HK,zh;q=0.9,en;q=0.8` → zh-TW. */
function acceptedLocale(context: Context): Locale | undefined {
  const name = accepts(context, {
    header: "Accept-Language",
    supports: [...LOCALES],
    default: "",
    match: (languages) =>
      languages
        .filter(({ q }) => q > 0)
        .toSorted((a, b) => b.q - a.q)
        .map(({ type }) => nearestLocale(type))
        .find((locale) => locale !== undefined) ?? "",
  });
  return namedLocale(name);
}
