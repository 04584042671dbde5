import type { Locale } from "#src/base/locale.ts";
import type { Conversions } from "./data.ts";

/** Stands for `chat/traditional.ts` in a browser: what is shown was converted when the site was written. */
let words = new Map<string, string>();

export function setTraditional(converted: Conversions): void {
  words = new Map(Object.entries(converted));
}

export const catalogText = (text: string, locale: Locale): string =>
  locale === "zh-TW" ? (words.get(text) ?? text) : text;
