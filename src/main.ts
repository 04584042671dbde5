import { type App, createApp } from "#src/app.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { textIn } from "#src/chat/locale.ts";
import { run } from "#src/cli/run.ts";
import { runPrompt } from "#src/terminal/prompt.ts";

/** `npm start`: runs what is configured until it is told to stop. */
await run(async (config) => {
  const app = await createApp(config);
  const text = textIn(config.locale);
  if (!(process.stdin.isTTY && process.stdout.isTTY)) {
    process.stderr.write(`${text("terminal.nothingToRun")}\n`);
    return 1;
  }
  process.stdout.write(`${greeting(app).join("\n")}\n\n`);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  await runPrompt({ router: app.router, catalog: app.catalog, locale: config.locale }, process, stop.signal);
  return 0;
});

/** What is on, what is off and why, and two things to type. */
function greeting({ config, catalog, problems }: App): string[] {
  const text = textIn(config.locale);
  return [
    text("terminal.catalog", { count: catalog.entries.length, directory: config.catalogDir }),
    text("terminal.discordOff"),
    ...(problems.length > 0
      ? [
          text("terminal.problems", { count: problems.length }),
          ...problems.map((problem) => `  ${problemText(problem, text)}`),
        ]
      : []),
    `${text("terminal.tryThese")} /models int4`,
    `${text("terminal.tryThese")} /model chatglm`,
    text("terminal.leave"),
  ];
}
