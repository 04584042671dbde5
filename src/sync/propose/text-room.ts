/** A part of a text. `spared`: what the text can do without, the highest number first; absent: it always stands. */
export type Part = { text: string; spared?: number };

const SEPARATOR = "\n\n";

/**
 * The parts that have something to say, one below the other, in so many characters: where they are more, parts that can be
 * spared go, the last of the highest number first, and `remark` stands in place of the first that went.
 */
export function withinRoom(parts: readonly Part[], room: number, remark: string): string {
  const shown: (Part | undefined)[] = parts.filter(({ text }) => text !== "");
  const order = [...shown.entries()]
    .flatMap(([at, part]) => (part?.spared === undefined ? [] : [{ at, spared: part.spared }]))
    .toSorted((a, b) => b.spared - a.spared || b.at - a.at);
  let length = shown.reduce((sum, part) => sum + (part?.text.length ?? 0) + SEPARATOR.length, 0);
  if (length > room) length += remark.length + SEPARATOR.length;
  for (const { at } of order) {
    if (length <= room) break;
    length -= (shown[at]?.text.length ?? 0) + SEPARATOR.length;
    shown[at] = undefined;
  }
  const first = shown.indexOf(undefined);
  return shown
    .flatMap((part, at) => (part === undefined ? (at === first ? [remark] : []) : [part.text]))
    .join(SEPARATOR)
    .toWellFormed();
}
