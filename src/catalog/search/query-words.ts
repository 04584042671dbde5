import type { Card } from "#src/catalog/entry/reference.ts";
import { isHan } from "#src/catalog/entry/text.ts";
import type { WordCriterion } from "./criteria.ts";
import type { FullText } from "./full-text.ts";
import type { Names } from "./names.ts";
import { isForeign, PARTICLES, SEPARATORS } from "./vocabulary.ts";

/** The names, the text and the cards of the catalog in whose words a query is read. */
export type QueryContext = { names: Names; text: FullText; cards: readonly Card[] };
type WordContext = Omit<QueryContext, "cards">;
/** Words of a query; the known ones occur in the catalog or stand for a name of it. */
type Words = { known: WordCriterion[]; unknown: WordCriterion[] };

const PLAIN_WORD = /\p{Script=Han}+|[\p{L}\p{N}]+(?:[.+#/_-][\p{L}\p{N}]+)*/gu;
const SCRIPTS_MEET = /(?<=\p{Script=Han})(?=[^\p{Script=Han}])|(?<=[^\p{Script=Han}])(?=\p{Script=Han})/u;

/** The words in what patterns left of a query: Latin ones as they stand, Chinese ones as the catalog has them. */
export function wordsOf(folded: string, context: WordContext): Words {
  const words: Words = { known: [], unknown: [] };
  for (const run of (folded.match(PLAIN_WORD) ?? []).flatMap((word) => word.split(SCRIPTS_MEET))) {
    const found = isHan(run) ? chinese(run, context) : latin(run, context);
    words.known.push(...found.known);
    words.unknown.push(...found.unknown);
  }
  return words;
}

const wordOf = (word: string, named: WordCriterion["named"] = [], typed = word): WordCriterion => ({
  kind: "word",
  word,
  typed,
  named,
});

function latin(word: string, { names, text }: WordContext): Words {
  if (isForeign(word)) return { known: [{ ...wordOf(word), foreign: true }], unknown: [] };
  const named = names.meant(word);
  if (named.length > 0 || text.occurs(word)) return { known: [wordOf(word, named)], unknown: [] };
  return corrected(word, names);
}

function corrected(word: string, names: Names): Words {
  const meant = names.isBase(word) ? undefined : names.correct(word);
  return meant === undefined
    ? { known: [], unknown: [wordOf(word)] }
    : { known: [wordOf(meant, names.meant(meant), word)], unknown: [] };
}

function chinese(run: string, context: WordContext): Words {
  const pieces = run.split(SEPARATORS).filter((piece) => piece !== "");
  const words = pieces.map((piece) => wordsInPiece(piece, context));
  return { known: words.flatMap(({ known }) => known), unknown: words.flatMap(({ unknown }) => unknown) };
}

const AROUND = new RegExp(`^[${PARTICLES}]+|[${PARTICLES}]+$`, "gu");

/** `用工具` is about 工具, but 智能体 and 上海 are words: particles at the ends go only where the rest is known. */
function wordsInPiece(piece: string, context: WordContext): Words {
  const { names, text } = context;
  const bare = piece.replace(AROUND, "");
  const entire = [bare, piece].find((word) => text.occurs(word));
  if (entire !== undefined) return { known: [wordOf(entire, names.meant(entire))], unknown: [] };
  const [kept, whole] = [split(bare, context), split(piece, context)];
  const best = kept.known.length > 0 ? kept : whole;
  if (best.known.length > 0) return best;
  const meant = corrected(piece, names);
  return meant.known.length > 0 || bare === "" ? { ...meant, unknown: [] } : { known: [], unknown: [wordOf(bare)] };
}

/** Splits a text from left to right into the longest words that occur in the catalog; nothing where most does not. */
function split(piece: string, { names, text }: WordContext): Words {
  const known: WordCriterion[] = [];
  const unknown: string[] = [];
  for (let rest = piece; rest !== ""; ) {
    const word = longestKnown(rest, text);
    if (word === undefined) unknown.push(rest.slice(0, 1));
    else known.push(wordOf(word, names.meant(word)));
    rest = rest.slice(word?.length ?? 1);
  }
  const meaningless = unknown.filter((character) => PARTICLES.includes(character));
  return unknown.length - meaningless.length >= piece.length / 2 ? { known: [], unknown: [] } : { known, unknown: [] };
}

function longestKnown(text: string, index: FullText): string | undefined {
  for (let length = index.knownLength(text); length > 1; length--) {
    const word = text.slice(0, length);
    if (index.occurs(word)) return word;
  }
  return undefined;
}
