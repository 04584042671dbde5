import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { type Discord, type DiscordOptions, startDiscord } from "#tests/stand-ins/discord.ts";

export type Bot = {
  process: ChildProcess;
  stderr: () => string;
  stdout: () => string;
  /** The exit code, once it has ended. */
  ended: Promise<number | null>;
  /** Tells it to stop as an operator does, and waits. */
  stop: () => Promise<number | null>;
};

/** Discord's stand-in for one test; a violation fails that test. */
export async function openDiscord(options: DiscordOptions = {}): Promise<Discord> {
  const discord = await startDiscord(options);
  onTestFinished(() => discord.stop());
  return discord;
}

/** How Discord hands interactions over in this run of the tests; the same tests pass either way. */
const OVER_HTTP = process.env["MULU_TESTS"] === "http";

/** `npm start` as an operator runs it, against the stand-in. */
export function startBot(discord: Discord, env: Record<string, string> = {}): Bot {
  const settings = { HTTP_PORT: "0", ...(OVER_HTTP && { DISCORD_PUBLIC_KEY: discord.publicKey }), ...env };
  return startProgram("src/main.ts", discord, { DISCORD_TOKEN: discord.token, ...settings });
}

/** `npm run worker` likewise: it has no token of the bot. */
export const startWorker = (discord: Discord, env: Record<string, string>): Bot =>
  startProgram("src/cli/worker.ts", discord, env);

function startProgram(program: string, discord: Discord, env: Record<string, string>): Bot {
  const child = spawn(process.execPath, ["--import", "./src/require-node.mjs", program], {
    env: { PATH: process.env["PATH"] ?? "", DISCORD_API_URL: discord.apiUrl, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    const [, url] = /"url":"(http:[^"]+)","msg":"the page is there"/.exec(text) ?? [];
    if (OVER_HTTP && url !== undefined) discord.callAt(`${url}/interactions`);
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
    const faults = stderr
      .split("\n")
      .filter((line) => /"level":[56]0/.test(line) || line.includes("could not be answered"));
    if (faults.length > 0) throw new Error(`the bot reported faults of its own:\n${faults.join("\n")}`);
  });
  return {
    process: child,
    stderr: () => stderr,
    stdout: () => stdout,
    ended,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
