import { setTimeout as wait } from "node:timers/promises";
import { type App, createApp, logProblems, runJobs } from "#src/app.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { textIn } from "#src/chat/locale.ts";
import { run } from "#src/cli/run.ts";

/** The first look at the Ollama hosts does not hold up the login; a try before it looks by itself. */
const FLEET_AFTER_MS = 500;
/** Nor does the first look for a newer catalog, whose libraries take a tenth of a second to load. */
const JOBS_AFTER_MS = 1500;
/** What has not ended this long after everything was told to stop is left behind. */
const STOP_MS = 8000;

/** `npm start`: runs what is configured until it is told to stop. */
await run(async (config) => {
  const app = await createApp(config, { keep: true });
  const { router, services, log, outputs } = app;
  const { locale, discord } = config;
  const atTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (!atTerminal && discord === undefined) {
    process.stderr.write(`${textIn(locale)("terminal.nothingToRun")}\n`);
    return 1;
  }
  if (atTerminal) process.stdout.write(`${greeting(app).join("\n")}\n\n`);
  else logProblems(app);
  // Log lines would write across the prompt; without a bot there is nothing that /status does not say. LOG_LEVEL asks for more.
  if (atTerminal && discord === undefined && config.logLevel === "info") log.level = "error";

  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  stop.signal.addEventListener("abort", () => setTimeout(() => process.exit(), STOP_MS).unref());
  // Only what runs is loaded: each surface brings libraries of its own.
  const surfaces: Promise<void>[] = [];
  if (discord) {
    const { runDiscord } = await import("#src/discord/surface.ts");
    surfaces.push(runDiscord({ router, services, log, admins: config.admins, outputs }, discord, stop.signal));
  }
  if (atTerminal) {
    const { runPrompt } = await import("#src/terminal/prompt.ts");
    const { createLocalTries } = await import("#src/terminal/local-tries.ts");
    surfaces.push(runPrompt({ router, services, local: createLocalTries(outputs) }, process, stop.signal));
  }
  const after = async (delay: number, act: () => Promise<void>): Promise<void> => {
    await wait(delay, undefined, { signal: stop.signal }).catch(() => {});
    if (!stop.signal.aborted) await act();
  };
  const background = [
    services.tries.run(stop.signal),
    after(FLEET_AFTER_MS, () => services.fleet.run(stop.signal)),
    after(JOBS_AFTER_MS, () => runJobs(app, stop.signal)).catch((error: unknown) =>
      log.error({ err: error }, "a background job ended"),
    ),
  ];
  // The first to end, well or not, ends the others: leaving the prompt stops the bot, a refused token stops both.
  await Promise.race(surfaces).finally(() => stop.abort());
  await Promise.all([...surfaces, ...background]);
  log.info("stopped");
  return 0;
});
// Connections that the libraries have not let go of must not hold the process.
process.exit();

/** What is on, what is off and why, and two things to type. */
function greeting({ config, services: { catalogInUse }, problems }: App): string[] {
  const text = textIn(config.locale);
  const { catalog, origin } = catalogInUse;
  const directory = origin ? `${origin.repository}@${origin.commit.slice(0, 7)}` : config.catalogDir;
  return [
    text("terminal.catalog", { count: catalog.entries.length, directory }),
    text(config.discord ? "terminal.discordOn" : "terminal.discordOff"),
    ...(problems.length > 0 ? [text("terminal.problems", { count: problems.length })] : []),
    ...problems.map((problem) => `  ${problemText(problem, text)}`),
    `${text("terminal.tryThese")} /models int4`,
    `${text("terminal.tryThese")} /model chatglm`,
    text("terminal.leave"),
  ];
}
