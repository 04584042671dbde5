import traditional from "opencc-js/dict/TSCharacters";
import { Converter, type ConverterFunction } from "opencc-js/t2cn";

/** Characters that are written differently in simplified Chinese. */
const TRADITIONAL = new Set(traditional.split("|").map((pair) => pair.split(" ")[0] ?? ""));

/** Made when the first traditional text comes: its tables take 18 MB, and many processes never see any. */
let toSimplified: ConverterFunction | undefined;

function simplify(text: string): string {
  for (const character of text) {
    if (!TRADITIONAL.has(character)) continue;
    toSimplified ??= Converter({ from: "twp", to: "cn" });
    return toSimplified(text);
  }
  return text;
}

/** Text as it is compared: half-width, lower case, simplified characters. Length may change. */
export function fold(text: string): string {
  return simplify(text.normalize("NFKC").toLowerCase());
}

/** A name as it is compared: folded, and without the spaces, hyphens and underscores that people leave out. */
export function foldName(name: string): string {
  return fold(name).replace(/[\s_\-–—]+/gu, "");
}

const HAN = /\p{Script=Han}/u;
export const isHan = (character: string): boolean => HAN.test(character);
