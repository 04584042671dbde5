import { type App, createApp, forSurface, logProblems, runJobs } from "#src/app.ts";
import { createStop, rejecting, startAfter, untilFirstEnds } from "#src/base/lifecycle.ts";
import { createLog } from "#src/base/log.ts";
import { logProxies, proxiesOnTheWay } from "#src/base/upstream.ts";
import { logOrigin } from "#src/cli/log-origin.ts";
import type { SettingsOrigin } from "#src/cli/read-settings.ts";
import { run } from "#src/cli/run.ts";
import type { Surface } from "#src/metrics/command-metrics.ts";
import { type LogAbovePrompt, logAbovePrompt } from "#src/terminal/log-above-prompt.ts";

/** The page's libraries do not hold up the login, nor does the first look at the hosts; a try before it looks by itself. */
const PAGE_AFTER_MS = 500;
const FLEET_AFTER_MS = 500;
/** Those of the jobs take a tenth of a second to load. */
const JOBS_AFTER_MS = 1500;
const STOP_MS = 8000;

/** `npm start`: runs what is configured until it is told to stop, or until the first surface ends. */
await run(async (config, origin) => {
  const atTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const stderr = logAbovePrompt(process.stderr);
  const app = await createApp(config, { keep: true, ...(atTerminal && { log: createLog(config, stderr) }) });
  const { services, log, readiness } = app;
  if (atTerminal) quieten(app);
  else logProblems(app);
  logOrigin(origin, log);
  logProxies(Object.values(app.upstreams), log);
  const stop = createStop(STOP_MS);
  const { signal } = stop;
  signal.addEventListener("abort", readiness.stopping);

  const bot = await openBot(app);
  const endpoint = await bot?.endpoint();
  const page = Promise.withResolvers<string>();
  const site = {
    open: endpoint ? [endpoint] : [],
    isNeeded: endpoint !== undefined || (!bot && !atTerminal),
    announce: page.resolve,
  };
  const surfaces: Record<Surface, Promise<void> | undefined> = {
    discord: bot?.run(signal),
    web: startAfter(
      bot && !endpoint && !atTerminal ? PAGE_AFTER_MS : 0,
      async () => (await import("#src/web/site.ts")).runSite(forSurface(app, "web"), config.http, site, signal),
      signal,
    ).finally(() => page.resolve("")),
    terminal: atTerminal ? openPrompt(app, { origin, page: page.promise, stderr }, signal) : undefined,
  };
  const background = [
    services.tries.run(signal),
    startAfter(FLEET_AFTER_MS, () => services.fleet.run(signal), signal),
    startAfter(JOBS_AFTER_MS, () => runJobs(app, signal), signal).catch((error: unknown) =>
      log.error({ err: error }, "a background job ended"),
    ),
  ];
  const running = Object.values(surfaces).filter((surface) => surface !== undefined);
  await Promise.race([untilFirstEnds(running, background, stop), rejecting(app.refused)]);
  await Promise.all([services.pictures.close(), app.close()]);
  log.info("stopped");
  return 0;
});
// Connections that the libraries have not let go of must not hold the process.
process.exit();

/** Only what runs is loaded: each surface brings libraries of its own. */
async function openBot(app: App) {
  const { config, metrics, readiness } = app;
  if (config.discord === undefined) return undefined;
  const { createDiscord } = await import("#src/discord/surface.ts");
  const events = { ...metrics.discord, connected: readiness.discord };
  return createDiscord({ ...forSurface(app, "discord"), admins: config.admins, events }, config.discord);
}

/** The prompt comes below the greeting, which says where the page is. */
async function openPrompt(
  app: App,
  { origin, page, stderr }: { origin: SettingsOrigin; page: Promise<string>; stderr: LogAbovePrompt },
  signal: AbortSignal,
): Promise<void> {
  const { runPrompt } = await import("#src/terminal/prompt.ts");
  const { createLocalTries } = await import("#src/terminal/local-tries.ts");
  const { greeting } = await import("#src/terminal/greeting.ts");
  const { catalogDir, discord } = app.config;
  const proxies = proxiesOnTheWay(Object.values(app.upstreams));
  const lines = greeting({
    ...app,
    proxies,
    catalogDir,
    settings: origin,
    hasBot: discord !== undefined,
    page: await page,
  });
  process.stdout.write(`${lines.join("\n")}\n\n`);
  await runPrompt(
    { ...forSurface(app, "terminal"), local: createLocalTries(app.outputs) },
    process,
    signal,
    stderr.waiting,
  );
}

/** Log lines would write across the prompt; without a bot there is nothing that /status does not say. LOG_LEVEL asks for more. */
function quieten({ config, log }: App): void {
  if (config.discord === undefined && config.logLevel === "info") log.level = "error";
}
