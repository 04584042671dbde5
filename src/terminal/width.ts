import { createRequire } from "node:module";

/** One column or two, whatever stands beside them: ASCII, some signs, and Chinese characters with their punctuation. */
const NARROW = "\\x20-\\x7e·×–—‘’“”…≈≤≥⚠";
const PLAIN = new RegExp(`^[${NARROW}\\u3001-\\u3029\\u4e00-\\u9fff\\uff01-\\uff60]*$`);
const WIDE = new RegExp(`[^${NARROW}]`, "g");

/**
 * The columns that a text takes up on a terminal; colours take none. Nearly all of the catalog is plain, and the library
 * for the rest takes a tenth of a second to load (it makes a table of all emoji).
 */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length + (text.match(WIDE)?.length ?? 0);
  const { default: stringWidth }: typeof import("string-width") = createRequire(import.meta.url)("string-width");
  return stringWidth(text);
}

/** Breaks a text into lines of at most so many columns, which may hold colours. */
export function wrapText(text: string, columns: number): string {
  const { default: wrapAnsi }: typeof import("wrap-ansi") = createRequire(import.meta.url)("wrap-ansi");
  return wrapAnsi(text, columns, { hard: true });
}
