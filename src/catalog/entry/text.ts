import traditional from "opencc-js/dict/TSCharacters";
import { Converter, type ConverterFunction } from "opencc-js/t2cn";

/** Characters that are written differently in simplified Chinese, with how. */
const SIMPLIFIED = new Map(
  traditional.split("|").map((pair): [string, string] => {
    const [character = "", simplified = ""] = pair.split(" ");
    return [character, simplified];
  }),
);

/** The test for any of them is compiled once and costs a tenth of looking each character up. */
const TRADITIONAL = new RegExp(
  `[${[...SIMPLIFIED.keys()].filter((character) => character.length === 1).join("")}]`,
  "g",
);

/** Whether a text has characters that simplified Chinese writes differently. */
export const hasTraditional = (text: string): boolean => text.search(TRADITIONAL) >= 0;

/** Most of what is typed and nearly all names: nothing but the case can differ. */
const ASCII = /^[\t-~]*$/;

/** Made when the first traditional text comes: its tables take 18 MB, and many processes never see any. */
let toSimplified: ConverterFunction | undefined;

function simplify(text: string): string {
  if (!hasTraditional(text)) return text;
  toSimplified ??= Converter({ from: "twp", to: "cn" });
  return toSimplified(text);
}

/** Text as it is compared: half-width, lower case, simplified characters and words (`記憶體` → `内存`). Length may change. */
export function fold(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : simplify(text.normalize("NFKC").toLowerCase());
}

/**
 * Text of the catalog as it is compared with folded text. It is written in simplified Chinese, so a stray traditional
 * character (`昇腾`) is replaced by itself; that needs no tables of words.
 */
export function foldStored(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const folded = text.normalize("NFKC").toLowerCase();
  return folded.replace(TRADITIONAL, (character) => SIMPLIFIED.get(character) ?? character);
}

/** A name as it is compared: folded, and without the spaces, hyphens and dots in the middle that people leave out. */
export function foldName(name: string): string {
  return fold(name).replace(/[\s_\-–—·・]+/gu, "");
}

/** The common Chinese characters, as a part of a character class. */
export const HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff";
const HAN_CHARACTER = new RegExp(`^[${HAN}]`);
/** Whether a text begins with a Chinese character. */
export const isHan = (text: string): boolean => HAN_CHARACTER.test(text);
