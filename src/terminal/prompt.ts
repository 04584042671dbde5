import { createInterface, type Interface } from "node:readline/promises";
import { textIn } from "#src/base/locale.ts";
import { isSlashCommand } from "#src/chat/line/words.ts";
import { tryEnding, tryStatus } from "#src/chat/try/view.ts";
import { type Modal, type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import type { Try } from "#src/tries/try.ts";
import { answerTyped, OPERATOR, pressChoice, type Terminal, type TerminalApp } from "./answer.ts";
import { completer } from "./complete.ts";
import { isLeaving } from "./leave.ts";
import type { LogAbovePrompt } from "./log-above-prompt.ts";
import { createPager } from "./pager.ts";
import { type Choice, choicesOf, renderMarkdown, renderView, type TerminalStyle } from "./render.ts";

/** Entries of a list where the height of the window is not known, and the fewest and most where it is. */
const PAGE = { standard: 15, least: 4, most: 25 };
/** Rows of a list that are no entries: its heading, the head of the table, the prompt. */
const ROWS_AROUND = 7;
/** Rows that an entry takes with its numbered choice: its line in a table, or its facts below its name where that is too wide. */
const ROWS_OF_ENTRY = { wide: 1.25, narrow: 3.4 };
/** Columns from which most lists are tables. */
const WIDE = 140;

type Output = NodeJS.WritableStream & { hasColors?: () => boolean; columns?: number; rows?: number };
type Streams = { stdin: NodeJS.ReadableStream; stdout: Output };
type Waiting = LogAbovePrompt["waiting"];

/** Lists as long as the window holds with the numbered choices below them. */
function roomOf({ rows, columns = 0 }: Output): Room {
  const each = columns >= WIDE ? ROWS_OF_ENTRY.wide : ROWS_OF_ENTRY.narrow;
  const fitting = rows ? Math.floor((rows - ROWS_AROUND) / each) : PAGE.standard;
  return { ...UNLIMITED, listLength: Math.min(PAGE.most, Math.max(PAGE.least, fitting)) };
}

/**
 * A prompt that takes commands, words to look for and numbers of choices, until the person leaves (`exit`, Ctrl-D) or the
 * signal is raised.
 */
export async function runPrompt(
  app: TerminalApp,
  { stdin: input, stdout: output }: Streams,
  signal: AbortSignal,
  waiting: Waiting = () => {},
): Promise<void> {
  const text = textIn(app.services.locale);
  const style = (): TerminalStyle => ({ colour: output.hasColors?.() ?? false, columns: output.columns || 80 });
  const small = (line: string): string => renderMarkdown(`-# ${line}`, style());
  const pager = createPager(output, text, small);
  let choices: Choice[] = [];
  /** Pages are counted in entries: those of the list that is shown stay as long as they were. */
  let room = roomOf(output);
  let question: Modal | undefined;
  let running: Try | undefined;
  const withChoices = (view: View): string => {
    choices = choicesOf(view);
    const list = choices.map(({ label }, at) => `\`${at + 1}\` ${label.replaceAll("`", "")}`).join(" · ");
    return `${renderView(view, style())}${list === "" ? "" : `${small(`${text("terminal.choose")}${list}`)}\n`}`;
  };
  const show = (view: View): void => pager.show(withChoices(view));
  let lastStatus = "";
  let streamed = "";
  const terminal = (): Terminal => ({
    room,
    show,
    screen: {
      write: (piece) => {
        streamed += piece;
        output.write(piece);
      },
      status: (attempt, progress) => {
        running = attempt;
        // One line a phase; counting along would fill the screen.
        const status = [progress.restarted, ...progress.runs.flatMap(({ phase, stage }) => [phase, stage])].join();
        if (status !== lastStatus) output.write(`${renderMarkdown(tryStatus(attempt, progress, text), style())}\n`);
        lastStatus = status;
      },
      end: (attempt, progress) => {
        const ending = `\n${withChoices(
          tryEnding(attempt, progress, { text, entryOf: (id) => app.services.catalog.entry(id) }),
        )}`;
        output.write(ending);
        pager.keep(streamed + ending);
        running = undefined;
        lastStatus = "";
        streamed = "";
      },
    },
    ask: (modal) => {
      question = modal;
      output.write(`${text("terminal.question", { label: modal.label })}\n`);
    },
  });
  const lines = createInterface({
    input,
    output,
    prompt: "mulu> ",
    historySize: 200,
    removeHistoryDuplicates: true,
    completer: (line: string) => completer(line, app),
    signal,
  });
  const stopAnswer = (): void => {
    if (running) void app.services.tries.stop(running.id, OPERATOR).catch(() => {});
  };
  const cancelQuestion = (): void => {
    question = undefined;
    output.write(`${text("terminal.cancelled")}\n`);
  };
  const interrupt = (): void => {
    // Ctrl-C stops an answer, else clears what is typed; on an empty line it leaves, as shells do on Ctrl-D.
    if (running) stopAnswer();
    else if (lines.line !== "") lines.write(null, { ctrl: true, name: "u" });
    else if (question) {
      cancelQuestion();
      lines.prompt();
    } else lines.close();
  };
  lines.on("SIGINT", interrupt);
  // Whoever leaves does not wait for the end of an answer.
  lines.once("close", stopAnswer);
  const press = async (choice: Pick<Choice, "customId" | "chosen">): Promise<void> => {
    await pressChoice(choice, app, terminal());
  };
  /** A number opens what it stands for on the screen. */
  const choose = async (number: number): Promise<void> => {
    const choice = choices[number - 1];
    if (choice === undefined) output.write(`${text("terminal.noNumber", { number })}\n`);
    else await press(choice);
  };
  const act = async (line: string): Promise<void> => {
    pager.drop();
    if (isLeaving(line)) return lines.close();
    const number = /^\s*\d{1,4}\s*$/.test(line.normalize("NFKC")) ? Number(line.normalize("NFKC")) : undefined;
    if (number !== undefined) return choose(number);
    room = roomOf(output);
    await answerTyped(line, app, terminal());
  };
  const answer = async (line: string): Promise<void> => {
    const asked = question;
    if (line.trim() === "") return asked ? cancelQuestion() : void pager.more();
    question = undefined;
    await (asked && !isSlashCommand(line) ? press({ customId: asked.customId, chosen: [line] }) : act(line));
  };
  await takeLines(lines, answer, (isWaiting) => waiting(isWaiting ? { lines, output } : undefined));
  output.write(`${text("terminal.bye")}\n`);
}

async function takeLines(
  lines: Interface,
  answer: (line: string) => Promise<void>,
  waiting: (isWaiting: boolean) => void,
): Promise<void> {
  let open = true;
  lines.once("close", () => {
    open = false;
    waiting(false);
  });
  const prompt = (): void => {
    lines.prompt();
    waiting(true);
  };
  prompt();
  for await (const line of lines) {
    // What is printed from here on is the answer.
    waiting(false);
    await answer(line);
    if (open) prompt();
  }
}
