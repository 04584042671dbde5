import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Hono } from "hono";
import { type App, createApp, forSurface, logProblems, runJobs } from "#src/app.ts";
import { textIn } from "#src/base/locale.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { run } from "#src/cli/run.ts";
import { CannotListen } from "#src/web/http/cannot-listen.ts";

/** The first look at the Ollama hosts does not hold up the login; a try before it looks by itself. */
const FLEET_AFTER_MS = 500;
/** Nor do the libraries of the page. */
const PAGE_AFTER_MS = 500;
/** Nor does the first look for a newer catalog, whose libraries take a tenth of a second to load. */
const JOBS_AFTER_MS = 1500;
/** What has not ended this long after everything was told to stop is left behind. */
const STOP_MS = 8000;

/** `npm start`: runs what is configured until it is told to stop. */
await run(async (config) => {
  const app = await createApp(config, { keep: true });
  const { services, log, outputs, metrics, readiness } = app;
  const { discord } = config;
  const atTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (!atTerminal) logProblems(app);
  // Log lines would write across the prompt; without a bot there is nothing that /status does not say. LOG_LEVEL asks for more.
  if (atTerminal && discord === undefined && config.logLevel === "info") log.level = "error";

  const stop = new AbortController();
  stop.signal.addEventListener("abort", readiness.stopping);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  stop.signal.addEventListener("abort", () => setTimeout(() => process.exit(), STOP_MS).unref());
  // Only what runs is loaded: each surface brings libraries of its own.
  const surfaces: Promise<void>[] = [];
  const begin = (surface: Promise<void>): void => {
    // How it ended is looked at below, when all have begun.
    surface.catch(() => {});
    surfaces.push(surface);
  };
  const after = async (delay: number, act: () => Promise<void>): Promise<void> => {
    await wait(delay, undefined, { signal: stop.signal }).catch(() => {});
    if (!stop.signal.aborted) await act();
  };
  let endpoint: Hono | undefined;
  if (discord) {
    const { createDiscord } = await import("#src/discord/surface.ts");
    const events = { ...metrics.discord, connected: readiness.discord };
    const bot = createDiscord({ ...forSurface(app, "discord"), admins: config.admins, events }, discord);
    endpoint = await bot.endpoint();
    begin(bot.run(stop.signal));
  }
  const page = Promise.withResolvers<string>();
  const serving = after(discord && !endpoint && !atTerminal ? PAGE_AFTER_MS : 0, () =>
    servePage(
      app,
      { endpoint, alone: (!discord && !atTerminal) || endpoint !== undefined, tell: page.resolve },
      stop.signal,
    ),
  );
  begin(serving.finally(() => page.resolve("")));
  if (atTerminal) {
    const { runPrompt } = await import("#src/terminal/prompt.ts");
    const { createLocalTries } = await import("#src/terminal/local-tries.ts");
    const terminal = { ...forSurface(app, "terminal"), local: createLocalTries(outputs) };
    process.stdout.write(`${greeting(app, await page.promise).join("\n")}\n\n`);
    begin(runPrompt(terminal, process, stop.signal));
  }
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
  await Promise.all([services.pictures.close(), app.close()]);
  log.info("stopped");
  return 0;
});
// Connections that the libraries have not let go of must not hold the process.
process.exit();

/** Serves the page until the signal is raised, and tells its address. Without one the others go on where there are any. */
async function servePage(
  app: App,
  { endpoint, alone, tell }: { endpoint: Hono | undefined; alone: boolean; tell: (line: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const { config, log } = app;
  const text = textIn(config.locale);
  const { runSite } = await import("#src/web/site.ts");
  const listening = (url: string): void => {
    log.info({ url }, "the page is there");
    tell(text("terminal.page", { url }));
  };
  try {
    await runSite(forSurface(app, "web"), config.http, signal, { listening, open: endpoint ? [endpoint] : [] });
  } catch (error) {
    if (alone || !(error instanceof CannotListen)) throw error;
    const line = text(`web.cannotListen.${error.reason}`, error.address);
    log.warn(line);
    tell(line);
    if (!signal.aborted) await once(signal, "abort");
  }
}

/** What is on, what is off and why, and two things to type. */
function greeting({ config, services: { catalogInUse }, problems }: App, page: string): string[] {
  const text = textIn(config.locale);
  const { catalog, origin } = catalogInUse;
  const directory = origin ? `${origin.repository}@${origin.commit.slice(0, 7)}` : config.catalogDir;
  return [
    text("terminal.catalog", { count: catalog.entries.length, directory }),
    text(config.discord ? "terminal.discordOn" : "terminal.discordOff"),
    page,
    ...(problems.length > 0 ? [text("terminal.problems", { count: problems.length })] : []),
    ...problems.map((problem) => `  ${problemText(problem, text)}`),
    `${text("terminal.tryThese")} /models int4`,
    `${text("terminal.tryThese")} /model chatglm`,
    text("terminal.leave"),
  ];
}
