import type { Locale } from "#src/base/locale.ts";
import type { Words } from "./data.ts";

/** Stands for `chat/traditional.ts` in a browser: what is shown was converted when the site was written. */
let words: Words = {};

export function setWords(converted: Words): void {
  words = converted;
}

export const catalogText = (text: string, locale: Locale): string =>
  locale === "zh-TW" ? (words[text] ?? text) : text;
