import { Converter } from "opencc-js/t2cn";

const toSimplified = Converter({ from: "twp", to: "cn" });

/** Text as it is compared: half-width, lower case, simplified characters. Length may change. */
export function fold(text: string): string {
  return toSimplified(text.normalize("NFKC").toLowerCase());
}

/** A name as it is compared: folded, and without the spaces, hyphens and underscores that people leave out. */
export function foldName(name: string): string {
  return fold(name).replace(/[\s_\-–—]+/gu, "");
}

export const isHan = (character: string): boolean => /\p{Script=Han}/u.test(character);
