import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createApp, logProblems } from "#src/app.ts";
import { UNLIMITED, type View } from "#src/chat/view.ts";
import { answerLine } from "#src/terminal/answer-line.ts";
import { renderView } from "#src/terminal/render.ts";
import { run } from "./run.ts";

/** `npm run -s ask -- "/models int4"`, or commands from stdin, one a line. Exit code 1 where one was not answered. */
await run(async (config) => {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const app = await createApp(config);
  logProblems(app);
  const surface = { router: app.router, catalog: app.catalog, locale: config.locale };
  const { stdout } = process;
  const paper = {
    colour: stdout.isTTY && stdout.hasColors(),
    columns: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
  };
  const show = (view: View): boolean =>
    stdout.write(values.json ? `${JSON.stringify(view)}\n` : `${renderView(view, paper)}\n`);
  let failed = false;
  const answer = async (line: string): Promise<void> => {
    if (line.trim() !== "" && (await answerLine(line, surface, UNLIMITED, show)) !== "answered") failed = true;
  };
  if (positionals.length > 0) await answer(positionals.join(" "));
  else for await (const line of createInterface({ input: process.stdin })) await answer(line);
  return failed ? 1 : 0;
});
