import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createApp, logProblems } from "#src/app.ts";
import { textIn } from "#src/base/locale.ts";
import { type TryContext, tryEnding, tryView } from "#src/chat/try/view.ts";
import { UNLIMITED, type View } from "#src/chat/view.ts";
import { answerTyped, type Terminal } from "#src/terminal/answer.ts";
import { createLocalTries } from "#src/terminal/local-tries.ts";
import { renderView } from "#src/terminal/render.ts";
import { run } from "./run.ts";

/** `npm run -s ask -- "/models int4"`, or commands from stdin, one a line. Exit code 1 where one was not answered. */
await run(async (config) => {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const app = await createApp(config, { lazy: true });
  logProblems(app);
  const { router, services } = app;
  const surface = { router, services, local: createLocalTries(app.outputs) };
  const { stdout } = process;
  const style = {
    colour: stdout.isTTY && stdout.hasColors(),
    columns: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
  };
  const show = (view: View): boolean =>
    stdout.write(values.json ? `${JSON.stringify(view)}\n` : `${renderView(view, style)}\n`);
  const context: TryContext = {
    text: textIn(config.locale),
    room: UNLIMITED,
    entryOf: (id) => services.catalog.entry(id),
  };
  const terminal: Terminal = {
    room: UNLIMITED,
    show,
    screen: {
      write: (text) => {
        if (!values.json) stdout.write(text);
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
  else for await (const line of createInterface({ input: process.stdin })) await answer(line);
  await app.close();
  return failed ? 1 : 0;
});
