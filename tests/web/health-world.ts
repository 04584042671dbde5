import { onTestFinished } from "vitest";
import { type App, createApp, forSurface } from "#src/app.ts";
import { readConfig } from "#src/config.ts";
import { createDiscord } from "#src/discord/surface.ts";
import { health } from "#src/web/health/routes.ts";
import { createSite, runServer, type SitePart } from "#src/web/http/server.ts";
import { type Bot, openDiscord } from "#tests/discord/start-bot.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { type Family, parseExposition } from "./exposition-text.ts";

const MODELS = [{ name: "glm4:9b", sizeBytes: 5.5e9, capabilities: ["completion", "tools"] }];

export type Endpoints = {
  get: (path: string, init?: RequestInit) => Promise<Response>;
  /** What a Prometheus server reads. */
  scrape: () => Promise<Map<string, Family>>;
  /** Its value; 0 for a series that is not there. */
  value: (name: string, labels?: Record<string, string>) => Promise<number>;
};

/** The app with its web server, in this process. */
export type RunningProgram = Endpoints & { app: App; stop: () => Promise<void> };

function endpointsOf(url: string): Endpoints {
  const get: Endpoints["get"] = (path, init) =>
    // One connection a request: one that is kept may be closed by the server in the moment it is used again.
    fetch(`${url}${path}`, { ...init, headers: { connection: "close", ...init?.headers } });
  const scrape = async (): Promise<Map<string, Family>> => parseExposition(await (await get("/metrics")).text());
  return { get, scrape, value: async (name, labels = {}) => readValue(await scrape(), name, labels) };
}

/** The endpoints of a bot or a worker that runs as a process, at the address that its log names. */
export async function endpointsAt(discord: Discord, program: Bot): Promise<Endpoints> {
  const address = (): string | undefined =>
    /"url":"(http:[^"]+)","msg":"(?:the page is|health and metrics are) there"/.exec(program.stderr())?.[1];
  await discord.until(() => address() !== undefined, `an address\n${program.stderr()}`);
  return endpointsOf(address() ?? "");
}

/** The program with its health endpoints on a free port, and other parts of the site; no bot. */
export async function openWatched(
  env: Record<string, string> = {},
  parts: readonly SitePart[] = [],
): Promise<RunningProgram> {
  const config = readConfig({ LOG_LEVEL: "silent", DATA_DIR: await temporaryFolder(), ...env });
  const app = await createApp(config);
  const stop = new AbortController();
  const settings = { host: "127.0.0.1", port: 0, admin: false };
  const listening = Promise.withResolvers<number>();
  const running = [
    runServer(
      createSite(forSurface(app, "web"), settings, [health, ...parts]),
      settings,
      stop.signal,
      listening.resolve,
    ),
    app.services.tries.run(stop.signal),
    app.services.fleet.run(stop.signal),
  ];
  stop.signal.addEventListener("abort", app.readiness.stopping);
  const end = async (): Promise<void> => {
    stop.abort();
    await Promise.all(running);
    await app.close();
  };
  onTestFinished(end);
  return { app, ...endpointsOf(`http://127.0.0.1:${await listening.promise}`), stop: end };
}

/** The value of the one series with these labels; of a histogram by its name with `_count` or `_sum`. */
export function readValue(families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number {
  const family = families.get(name) ?? families.get(name.replace(/_(?:count|sum)$/, ""));
  if (family === undefined) throw new Error(`there is no metric ${name}`);
  const found = family.samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length > 1) throw new Error(`${name} has ${found.length} such series`);
  return found[0]?.value ?? 0;
}

export type WatchedBot = RunningProgram & { discord: Discord; ollama: Ollama };

/** The same with a bot between Discord and Ollama. */
export async function openWatchedBot(env: Record<string, string> = {}): Promise<WatchedBot> {
  const ollama = await startOllama({ models: MODELS });
  onTestFinished(() => ollama.stop());
  const discord = await openDiscord();
  const watched = await openWatched({
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    OLLAMA_HOSTS: ollama.url,
    ...env,
  });
  const { app } = watched;
  if (app.config.discord === undefined) throw new Error("no bot is set");
  const stop = new AbortController();
  const events = { ...app.metrics.discord, connected: app.readiness.discord };
  const bot = createDiscord(
    { ...forSurface(app, "discord"), admins: app.config.admins, events },
    app.config.discord,
  ).run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await bot;
  });
  return { ...watched, discord, ollama };
}
