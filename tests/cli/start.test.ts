import { expect, test } from "vitest";
import { z } from "zod";
import { runProgram } from "#tests/run-program.ts";
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
