import { createInterface, type Interface } from "node:readline/promises";
import { textIn } from "#src/base/locale.ts";
import { tryEnding, tryStatus } from "#src/chat/try/view.ts";
import { type Modal, type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import type { Try } from "#src/tries/try.ts";
import { answerTyped, OPERATOR, pressChoice, type Terminal, type TerminalApp } from "./answer.ts";
import { completer } from "./complete.ts";
import { type Choice, choicesOf, renderMarkdown, renderView, type TerminalStyle } from "./render.ts";

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
  const text = textIn(app.services.locale);
  const style = (): TerminalStyle => ({ colour: output.hasColors?.() ?? false, columns: output.columns || 80 });
  let choices: Choice[] = [];
  let question: Modal | undefined;
  let running: Try | undefined;
  const offer = (view: View): void => {
    choices = choicesOf(view);
    if (choices.length === 0) return;
    const list = choices.map(({ label }, at) => `\`${at + 1}\` ${label.replaceAll("`", "")}`).join(" · ");
    output.write(`${renderMarkdown(`-# ${text("terminal.choose")}${list}`, style())}\n`);
  };
  const show = (view: View): void => {
    output.write(renderView(view, style()));
    offer(view);
    output.write("\n");
  };
  let lastStatus = "";
  const terminal: Terminal = {
    room: ROOM,
    show,
    screen: {
      write: (piece) => output.write(piece),
      status: (attempt, progress) => {
        running = attempt;
        // One line a phase; counting along would fill the screen.
        const status = [progress.restarted, ...progress.runs.flatMap(({ phase, stage }) => [phase, stage])].join();
        if (status !== lastStatus) output.write(`${renderMarkdown(tryStatus(attempt, progress, text), style())}\n`);
        lastStatus = status;
      },
      end: (attempt, progress) => {
        const view = tryEnding(attempt, progress, { text, entryOf: (id) => app.services.catalog.entry(id) });
        output.write(`\n${renderView(view, style())}`);
        offer(view);
        output.write("\n");
        running = undefined;
        lastStatus = "";
      },
    },
    ask: (modal) => {
      question = modal;
      output.write(`${modal.label}：\n`);
    },
  };
  const lines = createInterface({
    input,
    output,
    prompt: "mulu> ",
    historySize: 200,
    removeHistoryDuplicates: true,
    completer: (line: string) => completer(line, app),
    signal,
  });
  const interrupt = (): void => {
    // Ctrl-C stops an answer, else clears what is typed; on an empty line it leaves, as shells do on Ctrl-D.
    if (running) void app.services.tries.stop(running.id, OPERATOR).catch(() => {});
    else if (lines.line === "") lines.close();
    else lines.write(null, { ctrl: true, name: "u" });
  };
  lines.on("SIGINT", interrupt);
  const answer = async (line: string): Promise<void> => {
    const asked = question;
    question = undefined;
    if (asked) {
      await pressChoice({ customId: asked.customId, chosen: [line] }, app, terminal);
      return;
    }
    const number = /^\s*\d+\s*$/.test(line) ? Number(line) : undefined;
    const choice = number === undefined ? undefined : choices[number - 1];
    if (choice !== undefined) await pressChoice(choice, app, terminal);
    else if (number !== undefined) output.write(`${text("terminal.noNumber", { number })}\n`);
    else if (line.trim() !== "") await answerTyped(line, app, terminal);
  };
  await takeLines(lines, answer);
  output.write(`${text("terminal.bye")}\n`);
}

async function takeLines(lines: Interface, answer: (line: string) => Promise<void>): Promise<void> {
  let open = true;
  lines.once("close", () => {
    open = false;
  });
  lines.prompt();
  for await (const line of lines) {
    await answer(line);
    if (open) lines.prompt();
  }
}
