import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { openHubCache } from "#src/sync/hubs/cache.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const text = z.string();

test("what was kept is there after a restart, by its name in any case, and nobody else may read it", async () => {
  const directory = await temporaryFolder();
  const before = openHubCache(directory);
  before.keep("facts", "huggingface:Qwen/Qwen4", "你好");
  before.close();
  const after = openHubCache(directory);
  expect(after.read("facts", "huggingface:qwen/qwen4", text)).toBe("你好");
  expect(after.read("listing", "huggingface:qwen/qwen4", text)).toBeUndefined();
  for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o077).toBe(0);
  after.close();
});

test("what has another form than is asked for counts as not kept", () => {
  const cache = openHubCache(undefined);
  cache.keep("facts", "a", { form: 0 });
  expect(cache.read("facts", "a", z.object({ form: z.literal(1) }))).toBeUndefined();
  cache.close();
});

test("so much of each kind is kept, the newest, and of other kinds nothing is lost", () => {
  const cache = openHubCache(undefined);
  cache.keep("facts", "early", "early");
  for (let index = 0; index < 501; index++) cache.keep("collection", `c${index}`, String(index));
  expect(cache.read("collection", "c0", text)).toBeUndefined();
  expect(cache.read("collection", "c1", text)).toBe("1");
  expect(cache.read("collection", "c500", text)).toBe("500");
  expect(cache.read("facts", "early", text)).toBe("early");
  cache.close();
});

test("a file that is no database is begun anew; after it was closed it has nothing and breaks nothing", async () => {
  const directory = await temporaryFolder();
  await writeFile(join(directory, "hub-cache.sqlite"), "no database".repeat(500));
  const cache = openHubCache(directory);
  cache.keep("facts", "a", "kept");
  expect(cache.read("facts", "a", text)).toBe("kept");
  cache.close();
  cache.keep("facts", "a", "later");
  expect(cache.read("facts", "a", text)).toBeUndefined();
});
