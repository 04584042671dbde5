import { code } from "#src/base/markdown.ts";
import { harmless } from "./harmless.ts";

/** UTF-16 units of a text that are looked at for each character that is shown: white space in a row counts as one. */
const LOOKED_AT = 20;

/** A text as one line of so many characters at most, without what is not seen or turns the direction of writing. */
export function visibleLine(text: string, characters: number): string {
  // The zero-width space is what makes text harmless.
  const beginning = text.slice(0, characters * LOOKED_AT);
  const line = [...beginning.replaceAll(/(?:[^\P{C}\u200b]|\s)+/gu, " ").trim()];
  const isWhole = line.length <= characters && beginning.length === text.length;
  return isWhole ? line.join("") : `${line.slice(0, characters).join("")}…`;
}

/**
 * Text from outside as code of one line and so many characters at most: no mention, no reference, no closing keyword, no
 * HTML and no box, neither in Markdown nor where the text becomes a commit's message.
 */
export function quoted(text: string, characters: number): string {
  const line = visibleLine(text, characters);
  return code(line === "" ? "?" : harmless(line));
}
