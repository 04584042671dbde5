import { type ChildProcess, spawn } from "node:child_process";
import type { Redis } from "ioredis";
import packageJson from "#package.json" with { type: "json" };

/** Runs one of our programs as its npm script does, under these settings alone. */
export const startProgram = (script: "start" | "worker", env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, packageJson.scripts[script].split(" ").slice(1), {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: "ignore",
  });

/** Kills it. */
export async function endProgram(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const closed = new Promise((resolve) => program.once("close", resolve));
  program.kill("SIGKILL");
  await closed;
}

/** A figure of Redis: commands so far, those of scripts too, by default. */
export async function countOf(client: Redis, name = "total_commands_processed"): Promise<number> {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(await client.info())?.[1] ?? 0);
}
