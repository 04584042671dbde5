import type { Context } from "hono";
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

/** `zh-HK,zh;q=0.9,en;q=0.8`: in the order that the browser prefers them. */
function acceptedLocale(context: Context): Locale | undefined {
  const header = context.req.header("accept-language") ?? "";
  const wishes = header.split(",").map((wish) => {
    const [name = "", ...parameters] = wish.split(";").map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
    return { name, quality: Number(quality) || 0 };
  });
  const wanted = wishes.filter(({ quality }) => quality > 0).toSorted((a, b) => b.quality - a.quality);
  for (const { name } of wanted) {
    const locale = nearestLocale(name);
    if (locale) return locale;
  }
  return undefined;
}
