import { readFileSync } from "node:fs";

/** The font that charts are drawn with; its own README says where it comes from. */
export const FONT_FILE = new URL("NotoSansSC-subset.ttf", import.meta.url);
export const FONT_FAMILY = "Noto Sans SC";
const CHARACTERS_FILE = new URL("NotoSansSC-subset.txt", import.meta.url);

/** Advance widths of U+0020 to U+007E in thousandths of the font size (table `hmtx` of the font). */
const ASCII_WIDTHS = [
  225, 343, 518, 570, 570, 939, 706, 298, 356, 356, 484, 570, 298, 357, 298, 390, 570, 570, 570, 570, 570, 570, 570,
  570, 570, 570, 298, 298, 570, 570, 570, 492, 972, 622, 667, 646, 699, 600, 566, 701, 741, 309, 549, 664, 558, 830,
  734, 754, 648, 754, 656, 608, 611, 733, 594, 894, 596, 553, 607, 356, 390, 356, 570, 562, 615, 575, 629, 517, 630,
  566, 346, 578, 621, 288, 289, 575, 298, 943, 624, 615, 630, 630, 409, 480, 396, 620, 545, 829, 526, 544, 491, 356,
  281, 356, 570,
];
/** Nothing in the font is wider, and Chinese characters are exactly as wide. */
const WIDEST = 1000;

/** Read when the first chart is drawn. */
let drawn: Set<string> | undefined;

/** Whether the font has every character of a text; what it lacks would be an empty box. */
export function canDraw(text: string): boolean {
  drawn ??= new Set(readFileSync(CHARACTERS_FILE, "utf8").replaceAll("\n", ""));
  for (const character of text) if (!drawn.has(character)) return false;
  return true;
}

/** The width of a text at a font size, in the same unit; never less than it takes. */
export function widthOf(text: string, fontSize: number): number {
  let thousandths = 0;
  for (const character of text) thousandths += ASCII_WIDTHS[(character.codePointAt(0) ?? 0) - 0x20] ?? WIDEST;
  return (thousandths * fontSize) / 1000;
}

/** Shortens a text with an ellipsis until it takes no more than a width. */
export function fitWidth(text: string, fontSize: number, width: number): string {
  if (widthOf(text, fontSize) <= width) return text;
  const kept = [...text];
  while (kept.length > 0 && widthOf(`${kept.join("").trimEnd()}…`, fontSize) > width) kept.pop();
  return `${kept.join("").trimEnd()}…`;
}
