import { memoByObject } from "#src/base/memo.ts";

/** Names are compared without case, and `_` is as good as `-`: `MiniCPM-V-4_5` and `minicpm-v-4-5`. */
export const comparable = (text: string): string => text.toLowerCase().replaceAll("_", "-");

/** Globs as they are tried on texts: those without a star, and the pieces between the stars of the others. */
type Globs = { whole: ReadonlySet<string>; pieces: readonly (readonly string[])[] };

const readGlobs = memoByObject((globs: readonly string[]): Globs => {
  const texts = globs.map(comparable);
  return {
    whole: new Set(texts.filter((text) => !text.includes("*"))),
    pieces: texts.filter((text) => text.includes("*")).map((text) => text.split("*")),
  };
});

/**
 * Whether one of some globs (`*` for anything, also nothing) is about the whole of a text that is comparable already. The
 * list is read once: tens of thousands of models are tried on the same rules. Takes time in proportion to the text.
 */
export function fitsSomeGlob(globs: readonly string[], text: string): boolean {
  const { whole, pieces } = readGlobs(globs);
  return whole.has(text) || pieces.some((each) => fitsPieces(each, text));
}

/** Whether a glob is about the whole of a text. Without case; `_` is as good as `-`. */
export function fitsGlob(glob: string, text: string): boolean {
  const pieces = comparable(glob).split("*");
  return pieces.length === 1 ? pieces[0] === comparable(text) : fitsPieces(pieces, comparable(text));
}

function fitsPieces(pieces: readonly string[], name: string): boolean {
  const [first = ""] = pieces;
  const last = pieces.at(-1) ?? "";
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return from <= name.length - last.length;
}
