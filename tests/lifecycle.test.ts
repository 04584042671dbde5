import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";

const LOOK_MS = 20;

/** A program that ends in order once it is told to; `slow` only when it is told twice. */
const PROGRAM = `
  import { createStop } from "#src/base/lifecycle.ts";
  const stop = createStop(60_000);
  const going = setInterval(() => {}, 1000);
  stop.signal.addEventListener("abort", () => {
    console.log("stopping");
    if (!process.env.SLOW) setTimeout(() => clearInterval(going), 100);
  });
  process.on("exit", () => console.log("ended"));
  console.log("pid " + process.pid);
`;
const ARGS = ["--import", "./src/require-node.mjs", "--input-type=module", "-e", PROGRAM];

function watch(child: ChildProcess) {
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const until = async (form: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = form.exec(said);
      if (found) return found;
      await wait(LOOK_MS);
    }
  };
  return { child, until, said: () => said, ended: once(child, "close").then(([code]: unknown[]) => code) };
}

async function start(env: Record<string, string> = {}) {
  const program = watch(
    spawn(process.execPath, ARGS, {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
  await program.until(/^pid/);
  return program;
}

describe.skipIf(process.platform === "win32")("a program that is told to end", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const)(
    "by %s ends in order, with exit code 0",
    async (signal) => {
      const { child, said, ended } = await start();
      child.kill(signal);
      expect(await ended).toBe(0);
      expect(said()).toContain("stopping");
    },
  );

  test("twice at once, as Ctrl-C reaches it from the terminal and from npm, ends in order", async () => {
    const { child, ended } = await start();
    child.kill("SIGINT");
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  test("again, while it ends, ends at once with the exit code of the signal", async () => {
    const { child, until, ended } = await start({ SLOW: "1" });
    child.kill("SIGTERM");
    await until(/stopping/);
    while (child.exitCode === null) {
      child.kill("SIGINT");
      await wait(LOOK_MS);
    }
    expect(await ended).toBe(130);
  });

  // What stands behind a command keeps the shell from becoming it.
  const shell = '"$@"; true';
  test.each([
    ["npm's shell is ended", "SIGTERM", ["-c", shell, "sh"]],
    ["npm is killed and its shell stays", "SIGKILL", ["-c", shell, "sh", "sh", "-c", shell, "sh"]],
  ] as const)("ends where %s, and only where npm started it", async (_case, signal, starter) => {
    const underShell = async (env: Record<string, string>) => {
      const npm = watch(
        spawn("sh", [...starter, process.execPath, ...ARGS], {
          env: { PATH: process.env["PATH"] ?? "", ...env },
          stdio: ["ignore", "pipe", "inherit"],
        }),
      );
      const pid = Number((await npm.until(/^pid (\d+)\n/))[1]);
      onTestFinished(() => {
        if (!npm.said().includes("ended")) process.kill(pid, "SIGKILL");
      });
      npm.child.kill(signal);
      await once(npm.child, "exit");
      return npm;
    };
    const other = await underShell({});
    const npms = await underShell({ npm_lifecycle_event: "start" });
    await npms.until(/stopping\nended\n/);
    expect(other.said()).not.toContain("stopping");
  });
});
