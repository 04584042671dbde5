import { stripVTControlCharacters } from "node:util";
import type { Text } from "#src/base/locale.ts";
import { textWidth } from "./width.ts";

/** What a pager writes to: a window of so many rows and columns, which may change; without rows all is written at once. */
export type Window = { write: (text: string) => unknown; rows?: number; columns?: number };

export type Pager = {
  /** Writes a text, or as much as the window holds; the rest comes with `more`. */
  show: (text: string) => void;
  /** Keeps a text that has scrolled past, if it has, so that `more` shows it from the top. */
  keep: (text: string) => void;
  /** Writes the next part; false where there is none. */
  more: () => boolean;
  /** Forgets what has not been shown. */
  drop: () => void;
};

/** Rows that a part leaves free: the line that says how much is left, and the prompt. */
const FREE_ROWS = 2;

/** Writes what is longer than the window in parts, so that nothing scrolls past the top before it was read. */
export function createPager(window: Window, text: Text, small: (line: string) => string): Pager {
  let rest: string[] = [];
  const rowsOf = (line: string): number =>
    Math.max(1, Math.ceil(textWidth(stripVTControlCharacters(line)) / (window.columns || 80)));
  const height = (): number => Math.max(3, (window.rows || Number.POSITIVE_INFINITY) - FREE_ROWS);
  const rowsOfAll = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + rowsOf(line), 0);
  const part = (): void => {
    // A part begins with text.
    rest = rest.slice(
      Math.max(
        0,
        rest.findIndex((line) => line.trim() !== ""),
      ),
    );
    let free = height();
    let taken = 0;
    for (const line of rest) {
      free -= rowsOf(line);
      // A line higher than the window is shown all the same.
      if (free < 0 && taken > 0) break;
      taken += 1;
    }
    window.write(`${rest.slice(0, taken).join("\n")}\n`);
    rest = rest.slice(taken);
    if (rest.length > 0) window.write(`${small(text("terminal.more", { count: rest.length }))}\n`);
  };
  return {
    show: (shown) => {
      const lines = shown.replace(/\n+$/, "").split("\n");
      // What comes while there is something left stands behind it.
      const waiting = rest.length > 0;
      rest.push(...(waiting ? ["", ...lines] : lines));
      if (!waiting) part();
    },
    keep: (shown) => {
      const lines = shown.replace(/\n+$/, "").split("\n");
      if (rowsOfAll(lines) <= height()) return;
      rest = lines;
      window.write(`${small(text("terminal.again", { count: lines.length }))}\n`);
    },
    more: () => {
      if (rest.length === 0) return false;
      part();
      return true;
    },
    drop: () => {
      rest = [];
    },
  };
}
