import { createInterface } from "node:readline/promises";
import { textIn } from "#src/chat/locale.ts";
import { type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import { answerLine, pressChoice, type TerminalApp } from "./answer-line.ts";
import { completeLine } from "./complete-line.ts";
import { type Choice, choicesOf, type Paper, renderMarkdown, renderView } from "./render.ts";

const PAGE = 15;
const ROOM: Room = { ...UNLIMITED, listLength: PAGE };

type Output = NodeJS.WritableStream & { hasColors?: () => boolean; columns?: number };
type Streams = { stdin: NodeJS.ReadableStream; stdout: Output };

/** A prompt that takes slash commands until the person leaves (Ctrl-D) or the signal is raised. */
export async function runPrompt(
  app: TerminalApp,
  { stdin: input, stdout: output }: Streams,
  signal: AbortSignal,
): Promise<void> {
  const text = textIn(app.locale);
  const paper = (): Paper => ({ colour: output.hasColors?.() ?? false, columns: output.columns || 80 });
  let choices: Choice[] = [];
  const show = (view: View): void => {
    choices = choicesOf(view);
    output.write(`${renderView(view, paper())}`);
    if (choices.length > 0) {
      const list = choices.map(({ label }, at) => `\`${at + 1}\` ${label.replaceAll("`", "")}`).join(" · ");
      output.write(`${renderMarkdown(`-# ${text("terminal.choose")}${list}`, paper())}\n`);
    }
    output.write("\n");
  };
  const lines = createInterface({
    input,
    output,
    prompt: "mulu> ",
    historySize: 200,
    removeHistoryDuplicates: true,
    completer: (line: string) => completeLine(line, app),
    signal,
  });
  // Ctrl-C clears what is typed; on an empty line it leaves, as shells do on Ctrl-D.
  lines.on("SIGINT", () => (lines.line === "" ? lines.close() : lines.write(null, { ctrl: true, name: "u" })));
  let open = true;
  lines.once("close", () => {
    open = false;
  });
  lines.prompt();
  for await (const line of lines) {
    const number = /^\s*\d+\s*$/.test(line) ? Number(line) : undefined;
    const choice = number === undefined ? undefined : choices[number - 1];
    if (choice !== undefined) await pressChoice(choice, app, ROOM, show);
    else if (number !== undefined) output.write(`${text("terminal.noNumber", { number })}\n`);
    else if (line.trim() !== "") await answerLine(line, app, ROOM, show);
    if (open) lines.prompt();
  }
  output.write(`${text("terminal.bye")}\n`);
}
