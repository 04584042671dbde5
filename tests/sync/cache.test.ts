import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openCache } from "#src/sync/observe/cache.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "mulu-cache-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

test("what was kept is there after a restart", async () => {
  const directory = join(await folder(), "data");
  const before = openCache(directory);
  before.keepReadme("a1", { text: "# 你好" });
  before.keepReadme("b2", { text: undefined });
  before.checked("QwenLM/Qwen", 17);
  before.close();
  const after = openCache(directory);
  expect(after.readme("a1")).toEqual({ text: "# 你好" });
  expect(after.readme("b2")).toEqual({ text: undefined });
  expect(after.readme("c3")).toBeUndefined();
  expect(after.lastChecked("qwenlm/qwen")).toBe(17);
  expect(after.lastChecked("a/b")).toBe(0);
  after.close();
});

test("two processes may hold it at once", async () => {
  const directory = await folder();
  const [one, other] = [openCache(directory), openCache(directory)];
  one.keepReadme("a1", { text: "one" });
  other.keepReadme("b2", { text: "other" });
  expect(one.readme("b2")).toEqual({ text: "other" });
  expect(other.readme("a1")).toEqual({ text: "one" });
  one.close();
  other.close();
});

test.each([
  ["no database", () => Buffer.from("not a database at all, but text".repeat(100))],
  ["damaged in the middle", (whole: Buffer) => Buffer.from(whole).fill(0xff, 1000, whole.length - 1000)],
  ["cut off", (whole: Buffer) => whole.subarray(0, whole.length / 2)],
  ["empty", () => Buffer.alloc(0)],
])("a file that is %s is begun anew", async (_, spoil) => {
  const directory = await folder();
  const before = openCache(directory);
  for (let index = 0; index < 100; index++) before.keepReadme(`oid${index}`, { text: "x".repeat(500) });
  before.close();
  const [name = ""] = await readdir(directory);
  await writeFile(join(directory, name), spoil(await readFile(join(directory, name))));
  const after = openCache(directory);
  expect(after.readme("oid50")).toBeUndefined();
  after.keepReadme("a1", { text: "anew" });
  expect(after.readme("a1")).toEqual({ text: "anew" });
  after.close();
});

test("where it cannot be written it is kept in memory", async () => {
  const file = join(await folder(), "file");
  await writeFile(file, "");
  const cache = openCache(join(file, "data"));
  cache.keepReadme("a1", { text: "kept" });
  expect(cache.readme("a1")).toEqual({ text: "kept" });
  cache.close();
});

test("the newest READMEs are kept, and no more than so many", () => {
  const cache = openCache(undefined);
  for (let index = 0; index < 5100; index++) cache.keepReadme(`oid${index}`, { text: String(index) });
  expect(cache.readme("oid0")).toBeUndefined();
  expect(cache.readme("oid99")).toBeUndefined();
  expect(cache.readme("oid100")).toEqual({ text: "100" });
  expect(cache.readme("oid5099")).toEqual({ text: "5099" });
  cache.close();
});

test("after it was closed it has nothing and breaks nothing", () => {
  const cache = openCache(undefined);
  cache.close();
  cache.keepReadme("a1", { text: "1" });
  expect(cache.readme("a1")).toBeUndefined();
  expect(cache.lastChecked("a/b")).toBe(0);
  cache.close();
});
