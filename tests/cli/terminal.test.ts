import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";

/** `script` (util-linux) gives a program a terminal of its own; that of other systems is called in another way. */
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;

/** Runs `ask` on a terminal and types; gives what stands there in the end, and the exit code. */
async function onTerminal(args: string, typed: string, env: Record<string, string> = {}) {
  const program = `"${process.execPath}" --import ./src/require-node.mjs src/cli/ask.ts ${args}`;
  const child = spawn("script", ["--quiet", "--return", "--command", program, "/dev/null"], {
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", OLLAMA_HOSTS: "http://127.0.0.1:9", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  // Where nothing more is typed, `script` presses Ctrl-D.
  child.stdin.end(typed);
  const [code] = await once(child, "close");
  return { code, shown: shown.replaceAll("\r\n", "\n") };
}

test.skipIf(!hasScript)(
  "ask without a command says on a terminal what it waits for, until Ctrl-D or exit",
  async () => {
    const { code, shown } = await onTerminal("", "/model chatglm\nexit\n");
    expect(shown).toContain("输入要找的模型或命令，一行一个");
    expect(shown).toContain("The ChatGLM-6B License");
    expect(code).toBe(0);
    expect(await onTerminal("", "")).toMatchObject({ code: 0, shown: expect.stringContaining("Ctrl-D") });
  },
);

test.skipIf(!hasScript)(
  "a try without Ollama is one clear line on a terminal, and log lines are for people",
  async () => {
    const { code, shown } = await onTerminal('"/try qwen3 hello"', "");
    expect(shown.trim().split("\n")).toEqual([expect.stringContaining("没有连上 Ollama")]);
    expect(code).toBe(1);
    const more = await onTerminal('"/try qwen3 hello"', "", { LOG_LEVEL: "warn", NO_COLOR: "1" });
    expect(more.shown).toMatch(/^\d\d:\d\d:\d\d WARN {2}Ollama host is out host=/m);
  },
);
