import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { exitCodeOf, type Streams } from "#src/cli/run.ts";
import type { Config } from "#src/config.ts";

export type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs one of our programs as its npm script does, with nothing of this process's settings, in a folder, until it ends. */
export function runProgram(
  program: string,
  args: string[] = [],
  { input = "", env = {}, folder = "." }: { input?: string; env?: Record<string, string>; folder?: string } = {},
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ["--import", pathToFileURL("src/require-node.mjs").href, resolve(program), ...args],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  child.stdin.on("error", () => {}).end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, ...output }));
  });
}

type Command = (args: string[], config: Config, streams: Streams) => Promise<number>;

/** Runs what one of our programs does in this process, under these settings alone, until it ends. */
export async function runCommand(
  command: Command,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Ended> {
  const output = { stdout: "", stderr: "" };
  const into = (name: keyof typeof output): Streams[typeof name] => ({
    write: (text) => {
      output[name] += text;
      return true;
    },
  });
  const streams = { stdout: into("stdout"), stderr: into("stderr") };
  const code = await exitCodeOf((config) => command(args, config, streams), env, streams.stderr);
  return { code, ...output };
}
