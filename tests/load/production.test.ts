import { execFile } from "node:child_process";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const run = promisify(execFile);

/** What the container image holds: these files, and `npm ci --omit=dev`. */
const SHIPPED = ["package.json", "package-lock.json", "src", "commands", "jobs", "catalog"];

it("runs with production dependencies alone", async () => {
  const folder = await temporaryFolder();
  for (const name of SHIPPED) await cp(name, join(folder, name), { recursive: true });
  const env = process.env;
  await run("npm", ["ci", "--omit=dev", "--ignore-scripts"], { cwd: folder, env });
  const start = ["--import", "./src/require-node.mjs"];
  const ask = await run(process.execPath, [...start, "src/cli/ask.ts", "/compare chatglm-6b qwen3"], {
    cwd: folder,
    env,
  });
  expect(ask.stdout).toContain("ChatGLM-6B");
  const sync = run(process.execPath, [...start, "src/cli/sync.ts", "--dry-run"], {
    cwd: folder,
    env: { ...env, GITHUB_API_URL: "http://127.0.0.1:1" },
  });
  await expect(sync).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("连不上 127.0.0.1:1") });
}, 180_000);
