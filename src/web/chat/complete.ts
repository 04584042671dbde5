import type { Completions as LineCompletions } from "#src/chat/line/complete.ts";
import { LIMITS } from "#src/chat/view.ts";

/** What the page shows while a line is typed: whole lines, how each is called, and what it means. */
type Completions = {
  items: { line: string; label: string; about: string }[];
  /** Whether Enter takes the first, because the line would be of no use without one of them. */
  needed: boolean;
  hint: string;
};

/** Completions of a line as whole lines, as many as Discord shows, of which one takes the place of what was typed. Values give way to options. */
export function wholeLines(line: string, { items, needed, hint }: LineCompletions): Completions {
  const options = items.filter(({ kind }) => kind === "option");
  const others = items.filter(({ kind }) => kind !== "option").slice(0, LIMITS.suggestions - options.length);
  return {
    items: [...others, ...options].map(({ kind, replaces, text, label, about }) => {
      const head = kind === "command" ? "" : line.slice(0, line.length - replaces.length);
      return { line: `${head}${text}${kind === "value" ? " " : ""}`, label, about };
    }),
    needed,
    hint,
  };
}
