import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createApp, forSurface, runJobs } from "#src/app.ts";
import { untilFirstEnds } from "#src/base/lifecycle.ts";
import { createLog } from "#src/base/log.ts";
import { exitCodeOf } from "#src/cli/run.ts";
import type { Config } from "#src/config.ts";
import { createDiscord } from "#src/discord/surface.ts";
import { runSite } from "#src/web/site.ts";
import { type Discord, type DiscordOptions, startDiscord } from "#tests/stand-ins/discord.ts";

export type Bot = {
  /** What it logged, and why it did not start. */
  stderr: () => string;
  /** The exit code, once it has ended. */
  ended: Promise<number | null>;
  /** Tells it to stop as an operator does, and waits. */
  stop: () => Promise<number | null>;
};

/** One that is a process of its own. */
export type BotProgram = Bot & { process: ChildProcess; stdout: () => string };

/** Who ends what was opened: the test that runs, or `afterAll` for what a file's tests share. */
export type Closing = (close: () => Promise<void>) => void;

/** Discord's stand-in for one test; a violation fails that test. */
export async function openDiscord(options: DiscordOptions = {}, closing: Closing = onTestFinished): Promise<Discord> {
  const discord = await startDiscord(options);
  closing(() => discord.stop());
  return discord;
}

/** How Discord hands interactions over in this run of the tests; the same tests pass either way. */
const OVER_HTTP = process.env["MULU_TESTS"] === "http";

const settingsFor = (discord: Discord, env: Record<string, string>): Record<string, string> => ({
  DISCORD_TOKEN: discord.token,
  DISCORD_API_URL: discord.apiUrl,
  HTTP_PORT: "0",
  ...(OVER_HTTP && { DISCORD_PUBLIC_KEY: discord.publicKey }),
  ...env,
});

/** A bot in this process, against the stand-in: what `npm start` runs, without the program around it. */
export function startBot(discord: Discord, env: Record<string, string> = {}, closing: Closing = onTestFinished): Bot {
  const said = listen(discord);
  const stop = new AbortController();
  const main = (config: Config): Promise<number> => runBot(config, said.write, stop);
  const folder = mkdtempSync(join(tmpdir(), "mulu-"));
  const ended = exitCodeOf(main, { DATA_DIR: folder, ...settingsFor(discord, env) }, said);
  const end = (): Promise<number> => {
    stop.abort();
    return ended;
  };
  closing(async () => {
    await end();
    await rm(folder, { recursive: true, force: true });
    said.check();
  });
  return { stderr: said.text, ended, stop: end };
}

/** The surface, its endpoint where it has one, and what runs beside it, until the signal is raised. */
async function runBot(config: Config, write: (line: string) => boolean, stop: AbortController): Promise<number> {
  const app = await createApp(config, { keep: true, log: createLog(config, { write }) });
  if (config.discord === undefined) throw new Error("no bot is set");
  const { services, metrics, readiness } = app;
  const { signal } = stop;
  const events = { ...metrics.discord, connected: readiness.discord };
  const bot = createDiscord({ ...forSurface(app, "discord"), admins: config.admins, events }, config.discord);
  const endpoint = await bot.endpoint();
  const site = endpoint && { open: [endpoint], isNeeded: true, announce: () => {} };
  const surfaces = [bot.run(signal), ...(site ? [runSite(forSurface(app, "web"), config.http, site, signal)] : [])];
  const background = [services.tries.run(signal), services.fleet.run(signal), runJobs(app, signal)];
  await untilFirstEnds(surfaces, background, stop);
  await Promise.all([services.pictures.close(), app.close()]);
  return 0;
}

/** `npm start` as an operator runs it, against the stand-in. */
export const startBotProgram = (discord: Discord, env: Record<string, string> = {}): BotProgram =>
  startProgram("src/main.ts", discord, settingsFor(discord, env));

/** `npm run worker` likewise: it has no token of the bot. */
export const startWorker = (
  discord: Discord,
  env: Record<string, string>,
  closing: Closing = onTestFinished,
): BotProgram => startProgram("src/cli/worker.ts", discord, { DISCORD_API_URL: discord.apiUrl, ...env }, closing);

function startProgram(
  program: string,
  discord: Discord,
  env: Record<string, string>,
  closing: Closing = onTestFinished,
): BotProgram {
  const child = spawn(process.execPath, ["--import", "./src/require-node.mjs", program], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const said = listen(discord);
  child.stderr.setEncoding("utf8").on("data", said.write);
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  closing(async () => {
    child.kill("SIGKILL");
    await ended;
    said.check();
  });
  return {
    process: child,
    stderr: said.text,
    stdout: () => stdout,
    ended,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Keeps what a bot says on stderr, and tells Discord's stand-in its address where that calls it. */
function listen(discord: Discord): { write: (text: string) => boolean; text: () => string; check: () => void } {
  let stderr = "";
  return {
    write: (text) => {
      stderr += text;
      const [, url] = /"url":"(http:[^"]+)","msg":"the page is there"/.exec(text) ?? [];
      if (OVER_HTTP && url !== undefined) discord.callAt(`${url}/interactions`);
      return true;
    },
    text: () => stderr,
    /** Throws where it reported faults of its own. */
    check: () => {
      const faults = stderr
        .split("\n")
        .filter((line) => /"level":[56]0/.test(line) || /"level":40.*could not be answered/.test(line));
      if (faults.length > 0) throw new Error(`the bot reported faults of its own:\n${faults.join("\n")}`);
    },
  };
}
