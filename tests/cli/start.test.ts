import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { runProgram } from "#tests/run-program.ts";
import { takenPort } from "#tests/taken-port.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

/** What only tries, bots, pages, the sync and entries that the cache does not know need. */
const SELDOM = [
  ..."octokit @octokit discord.js @discordjs/core ioredis bullmq hono ollama prom-client node-cron".split(" "),
  ..."js-yaml yaml marked string-width wrap-ansi".split(" "),
].map((name) => `/node_modules/${name}/`);
const SELDOM_ROOMS = [
  "catalog/entry/schema",
  "tries/tries",
  "inference/fleet",
  "chart/pictures",
  "metrics/metrics",
  "sync/",
  "web/site",
].map((name) => `/src/${name}`);

async function loadedBy(line: string, env: Record<string, string>): Promise<{ stdout: string; loaded: string[] }> {
  const { code, stdout, stderr } = await runProgram("src/cli/ask.ts", [line], {
    env: { NODE_OPTIONS: "--import=./tests/loaded-modules.mjs", ...env },
  });
  expect(code, stderr).toBe(0);
  const told = /^loaded (.+)$/m.exec(stderr)?.[1] ?? "[]";
  return { stdout, loaded: z.array(z.string()).parse(JSON.parse(told)) };
}

test("a question to the catalog loads what it needs; the second one not even what reads YAML", async () => {
  const env = { NODE_COMPILE_CACHE: await temporaryFolder() };
  const first = await loadedBy("/models int4", env);
  expect(first.loaded.some((url) => url.includes("/node_modules/js-yaml/"))).toBe(true);
  // A Redis for tries is nothing to a question that begins none.
  const second = await loadedBy("/models int4", { ...env, REDIS_URL: "redis://127.0.0.1:9" });
  expect(second.stdout).toBe(first.stdout);
  expect(second.loaded.some((url) => url.endsWith("/commands/models.ts"))).toBe(true);
  expect(second.loaded.filter((url) => [...SELDOM, ...SELDOM_ROOMS].some((part) => url.includes(part)))).toEqual([]);
});

test("npm start reads the .env of its folder as Windows writes it, and its log names the file and what is overridden", async () => {
  const folder = await temporaryFolder();
  const env = { HTTP_PORT: String(await takenPort()), CATALOG_DIR: resolve("catalog"), DATA_DIR: folder };
  const text = "\ufeffDEFAULT_LOCALE=en\r\nHTTP_PORT=8787\r\nBOT_TOKEN=hunter2\r\n";
  await writeFile(join(folder, ".env"), Buffer.from(text, "utf16le"));
  const { code, stderr } = await runProgram("src/main.ts", [], { env, folder });
  const lines = stderr.trim().split("\n");
  expect(JSON.parse(lines[0] ?? "").msg).toMatch(/BOT_TOKEN is not a setting of Mulu.+DISCORD_TOKEN/);
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ file: join(folder, ".env"), overridden: ["HTTP_PORT"] });
  // In the language of the file. A port in use may be free the next time.
  expect(lines.at(-1)).toMatch(/^Page: port \d+ of 127\.0\.0\.1 is taken/);
  expect(code).toBe(1);
  expect(stderr).not.toContain("hunter2");
});

test("a worker that lacks a setting ends with 78", async () => {
  const { code, stderr } = await runProgram("src/cli/worker.ts", [], { folder: await temporaryFolder() });
  expect([code, stderr.split("\n").length]).toEqual([78, 2]);
});
