import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { openDiscord, startBotProgram } from "#tests/discord/start-bot.ts";
import { takenPort } from "#tests/taken-port.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const NOBODY = "http://127.0.0.1:9";

/** `npm start` without a terminal. */
async function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", "./src/require-node.mjs", "src/main.ts"], {
    env: { PATH: process.env["PATH"] ?? "", OLLAMA_HOSTS: NOBODY, DATA_DIR: await temporaryFolder(), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close").then(([code]: unknown[]) => code);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return {
    ended,
    stderr: () => stderr,
    /** Waits until it has said something of this form. */
    says: async (form: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const found = form.exec(stderr);
        if (found) return found;
        const more = await Promise.race([once(child.stderr, "data"), ended.then(() => undefined)]);
        if (more === undefined && !form.test(stderr)) throw new Error(`it ended without ${form}:\n${stderr}`);
      }
    },
    stop: (): Promise<unknown> => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

test("npm start without a token and a terminal serves the page, says where, and stops when it is told to", async () => {
  const program = await start({ HTTP_PORT: "0" });
  const [, url = ""] = await program.says(/"url":"(http:\/\/127\.0\.0\.1:\d+)"/);
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(`${url}/catalog`)).status).toBe(200);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(program.stderr()).not.toContain("can use /try on your GPU");
  expect(await program.stop()).toBe(0);
});

test("a page for others is served with a warning", async () => {
  const program = await start({ HTTP_PORT: "0", HTTP_HOST: "0.0.0.0" });
  await program.says(/anyone who reaches this port can use \/try on your GPU/);
  const [, url = ""] = await program.says(/"url":"(http:\/\/localhost:\d+)"/);
  expect((await fetch(url)).status).toBe(200);
  expect(await program.stop()).toBe(0);
});

test("a port that is taken is named in one line, and the start ends where there is nothing else to run", async () => {
  const port = await takenPort();
  const program = await start({ HTTP_PORT: String(port), LOG_LEVEL: "error", DEFAULT_LOCALE: "en-US" });
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toBe(
    `Page: port ${port} of 127.0.0.1 is taken; set another HTTP_PORT or stop the program that has it\n`,
  );
});

test("with a token the bot goes on without the page", async () => {
  const port = await takenPort();
  const discord = await openDiscord();
  const bot = startBotProgram(discord, {
    HTTP_PORT: String(port),
    OLLAMA_HOSTS: NOBODY,
    DATA_DIR: await temporaryFolder(),
  });
  await discord.ready();
  await discord.until(() => bot.stderr().includes(`端口 ${port} 已被占用`), "a line about the port");
  const answer = await discord.person({ id: "300000000000000001" }).run("help", {});
  expect(answer).toBeDefined();
  expect(await bot.stop()).toBe(0);
});
