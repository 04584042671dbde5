import { clearScreenDown, cursorTo, type Interface, moveCursor } from "node:readline";

/** DECSC and DECRC of VT100. */
const [SAVE_CURSOR, RESTORE_CURSOR] = ["\u001b7", "\u001b8"];

/** A prompt that waits for a line, and where it is drawn. */
type Prompt = {
  lines: Pick<Interface, "getCursorPos" | "getPrompt" | "line" | "cursor">;
  output: NodeJS.WritableStream;
};

/** Where the log of a program with a prompt is written to. */
export type LogAbovePrompt = {
  isTTY: boolean;
  write: (line: string) => void;
  /** The prompt that waits for a line; undefined while an answer is printed. */
  waiting: (prompt: Prompt | undefined) => void;
};

/** Lines of the log on the terminal of a prompt: each stands above what is being typed, which is drawn again below it. */
export function logAbovePrompt(stderr: { isTTY?: boolean; write: (text: string) => unknown }): LogAbovePrompt {
  let prompt: Prompt | undefined;
  return {
    isTTY: stderr.isTTY === true,
    write: (line) => {
      if (prompt === undefined) return void stderr.write(line);
      const { lines, output } = prompt;
      const { rows } = lines.getCursorPos();
      moveCursor(output, 0, -rows);
      cursorTo(output, 0);
      clearScreenDown(output);
      stderr.write(line);
      // As readline drew it, which goes on from there; its own way of drawing counts rows only since it last did.
      const { line: typed, cursor } = lines;
      const rest = typed.slice(cursor);
      output.write(`${lines.getPrompt()}${typed.slice(0, cursor)}${rest && `${SAVE_CURSOR}${rest}${RESTORE_CURSOR}`}`);
    },
    waiting: (next) => {
      prompt = next;
    },
  };
}
