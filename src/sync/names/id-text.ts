/**
 * How ids of models stand in a text. All of this looks at each character a bounded number of times, so that a README
 * made to be slow is not.
 */

/** Hugging Face allows 96 characters for a name; ModelScope says no limit. */
const MAX_PART = 120;

const isLetterOrDigit = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const isMark = (character: string): boolean => character === "_" || character === "." || character === "-";

/** Whether a character can stand in an organisation's or a model's name. */
export const isPartCharacter = (character: string): boolean =>
  character !== "" && (isLetterOrDigit(character.charCodeAt(0)) || isMark(character));

/** A part of an id: its text, and the index behind it. */
export type Part = { text: string; end: number };

/** The part that begins at an index, `\_` of Markdown as `_`; undefined where none does or it is too long for one. */
export function partAt(text: string, start: number): Part | undefined {
  if (!isLetterOrDigit(text.charCodeAt(start))) return undefined;
  let part = "";
  let end = start;
  for (; part.length <= MAX_PART; end += 1) {
    if (text.charAt(end) === "\\" && isMark(text.charAt(end + 1))) end += 1;
    const character = text.charAt(end);
    if (!isPartCharacter(character)) return { text: part, end };
    part += character;
  }
  return undefined;
}

/** The part that ends before an index, as in `Qwen/` before the slash; undefined where none does. */
export function partBefore(text: string, end: number): { text: string; start: number } | undefined {
  let start = end;
  while (start > 0 && end - start <= MAX_PART && isPartCharacter(text.charAt(start - 1))) start -= 1;
  if (start === end || end - start > MAX_PART || !isLetterOrDigit(text.charCodeAt(start))) return undefined;
  return { text: text.slice(start, end), start };
}

/** Second parts of hub addresses that are a page of an organisation or of a file, not a model. */
const PAGES = new Set(
  "activity blob blog collections datasets discussions files followers models organization organizations papers posts resolve settings spaces studios summary tree".split(
    " ",
  ),
);
const FILE =
  /\.(?:py|md|sh|jsonl?|ya?ml|txt|ipynb|csv|tsv|png|jpe?g|gif|svg|webp|pdf|cpp|cc?|cu|h|hpp|js|ts|html?|toml|cfg|ini|zip|tar|gz|tgz|whl|bin|safetensors|ckpt|pth?|onnx|lock|log|mp[34]|wav|rst|diff|patch)$/i;
const PLACEHOLDER =
  /(?:^|[-_.])x{2,}[bk]?(?:$|[-_.])|^(?:your|my|some)[-_]|^(?:model|repo|path|name|id)(?:[-_]?(?:name|path|id|dir|size))?$/i;
const SIZE_ALONE = /^\d+(?:[._]\d+)?[bmkt]?$/i;

/**
 * The name of a model from what stands behind its organisation in a text: without `.git`, `/` and the full stop of a
 * sentence. Undefined for a page of the hub, a file, a placeholder such as `Qwen3-{size}`, a name that goes on as an
 * address writes it (`a%2Fb`), and one that is only a size. `next` is what stands right behind it.
 */
export function modelNameFrom(part: string, next: string): string | undefined {
  let end = part.length;
  while (part.charAt(end - 1) === ".") end -= 1;
  const isCut = part.length - end > 1 || "{$…".includes(next.charAt(0) || " ") || /^%(?:7b|2[def]|5f)/i.test(next);
  const name = part.slice(0, end).replace(/\.git$/i, "");
  if (isCut || name === "" || /[-_]$/.test(name)) return undefined;
  if (PAGES.has(name.toLowerCase()) || FILE.test(name) || PLACEHOLDER.test(name) || SIZE_ALONE.test(name))
    return undefined;
  return name;
}
