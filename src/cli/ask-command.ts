import { createInterface } from "node:readline";
import { createApp } from "#src/app.ts";
import { textIn } from "#src/base/locale.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { type TryContext, tryEnding, tryView } from "#src/chat/try/view.ts";
import { UNLIMITED, type View } from "#src/chat/view.ts";
import type { Config } from "#src/config.ts";
import { answerTyped, type Terminal } from "#src/terminal/answer.ts";
import { isLeaving } from "#src/terminal/leave.ts";
import { createLocalTries } from "#src/terminal/local-tries.ts";
import { renderView } from "#src/terminal/render.ts";
import { readArguments } from "./arguments.ts";

/** Of a terminal that does not say how wide it is, as in a container. */
const COLUMNS = 80;

/** `npm run -s ask -- "/models int4"`, or commands from stdin, one a line. Gives the exit code: 1 where one was not answered. */
export async function runAskCommand(args: string[], config: Config): Promise<number> {
  const { values, positionals } = readArguments("ask", args);
  const { stdin, stdout, stderr } = process;
  const text = textIn(config.locale);
  // What goes wrong is in the answer; LOG_LEVEL asks for more.
  const app = await createApp(config.logLevel === "info" ? { ...config, logLevel: "error" } : config, { lazy: true });
  for (const problem of app.problems) stderr.write(`${problemText(problem, text)}\n`);
  const { router, services } = app;
  const surface = { router, services, local: createLocalTries(app.outputs) };
  const style = {
    colour: stdout.isTTY && stdout.hasColors(),
    columns: stdout.isTTY ? stdout.columns || COLUMNS : Number.POSITIVE_INFINITY,
  };
  const show = (view: View): boolean =>
    stdout.write(values.json ? `${JSON.stringify(view)}\n` : `${renderView(view, style)}\n`);
  const context: TryContext = { text, room: UNLIMITED, entryOf: (id) => services.catalog.entry(id) };
  const terminal: Terminal = {
    room: UNLIMITED,
    show,
    screen: {
      write: (piece) => {
        if (!values.json) stdout.write(piece);
      },
      status: undefined,
      end: (attempt, progress) => {
        if (values.json) show(tryView(attempt, progress, context));
        else stdout.write(`\n\n${renderView(tryEnding(attempt, progress, context), style)}\n`);
      },
    },
  };
  let failed = false;
  const answer = async (line: string): Promise<void> => {
    if (line.trim() !== "" && (await answerTyped(line, surface, terminal)) !== "answered") failed = true;
  };
  if (positionals.length > 0) await answer(positionals.join(" "));
  else {
    if (stdin.isTTY) stderr.write(`${text("terminal.typeCommands")}\n`);
    for await (const line of createInterface({ input: stdin })) {
      if (isLeaving(line)) break;
      await answer(line);
    }
  }
  await app.close();
  return failed ? 1 : 0;
}
