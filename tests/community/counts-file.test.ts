import { mkdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StoreAway } from "#src/base/store-away.ts";
import { openCountsFile } from "#src/community/counts-file.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const FAR_MS = 3_600_000;

async function open({ path, everyMs = FAR_MS }: { path?: string; everyMs?: number } = {}) {
  const at = path ?? join(await temporaryFolder(), "usage.json");
  const told: string[] = [];
  const health = { fails: ({ code }: { code: string }) => void told.push(code), well: () => void told.push("well") };
  return { path: at, told, counts: openCountsFile({ path: at, everyMs, health }) };
}
const keptIn = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));

test("many counts are one write, for their owner alone, and are there for the next process", async () => {
  const { counts, path, told } = await open();
  for (let at = 0; at < 500; at += 1) await counts.put("a", at);
  expect(told).toEqual([]);
  await counts.settled();
  expect(told).toEqual(["well"]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await (await open({ path })).counts.list()).toEqual([{ key: "a", value: 499 }]);
});

test("counts are written by themselves some time later", async () => {
  const { counts, path } = await open({ everyMs: 5 });
  await counts.put("a", 1);
  await expect.poll(() => keptIn(path).catch(() => undefined)).toEqual({ a: 1 });
});

test("what is removed is gone from the file once that is settled; a disk that refuses it says so", async () => {
  const { counts, path } = await open();
  for (const key of ["a", "b", "c"]) await counts.put(key, 1);
  await counts.settled();
  await counts.remove("a");
  await counts.settled();
  expect(await keptIn(path)).toEqual({ b: 1, c: 1 });
  // A neighbour of that name is no file.
  const neighbour = `${path}.${process.pid}.tmp`;
  await mkdir(neighbour);
  await counts.remove("b");
  await expect(counts.settled()).rejects.toThrow(StoreAway);
  expect(await keptIn(path)).toEqual({ b: 1, c: 1 });
  await rmdir(neighbour).catch(() => {});
  await counts.settled();
  expect(await keptIn(path)).toEqual({ c: 1 });
});

test("where no file can be made, counts are in memory, and nothing is left that should be gone", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  const { counts, told } = await open({ path: join(file, "usage.json") });
  await counts.put("a", 1);
  await counts.settled();
  expect(told).toEqual(["EEXIST"]);
  expect(await counts.get("a")).toBe(1);
});

test("a file that cannot be read counts as none", async () => {
  const path = join(await temporaryFolder(), "usage.json");
  await writeFile(path, "[{");
  const { counts } = await open({ path });
  expect(await counts.list()).toEqual([]);
  await counts.put("a", 1);
  await counts.settled();
  expect(await keptIn(path)).toEqual({ a: 1 });
});

test("of too many keys the first are let go", async () => {
  const { counts } = await open();
  for (let at = 0; at < 20_001; at += 1) await counts.put(String(at).padStart(6, "0"), at);
  const kept = await counts.list();
  expect([kept.length, kept[0]?.value]).toEqual([20_000, 1]);
});
