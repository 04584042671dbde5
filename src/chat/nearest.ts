import { distance } from "fastest-levenshtein";

/** The names that a mistyped word may stand for, by edit distance; at most three, each within 40 % of the longer one. */
export function nearestOf(word: string, names: readonly string[]): string[] {
  const typed = word.toLowerCase();
  return names
    .map((name) => ({ name, errors: name.startsWith(typed) && typed !== "" ? 0 : distance(name, typed) }))
    .filter(({ name, errors }) => errors <= Math.max(1, Math.floor(Math.max(name.length, typed.length) / 2.5)))
    .toSorted((a, b) => a.errors - b.errors)
    .slice(0, 3)
    .map(({ name }) => name);
}
