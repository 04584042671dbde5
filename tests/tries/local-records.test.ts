import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { StoreAway } from "#src/base/store-away.ts";
import { createLocalQueue } from "#src/tries/local/queue.ts";
import { endedFor, waitingProgress, withRuns } from "#src/tries/try.ts";
import { KEEP_MS, live, newFile, open, openRaw, openSaying, textOf } from "#tests/tries/local-files.ts";
import { tryOf } from "#tests/tries/written-tries.ts";

test("what was left open by a crash is known to the next process, with what had come", async () => {
  const file = await newFile();
  const before = open(file);
  const [left, unshown, over] = [tryOf("left", "a"), tryOf("unshown", "a"), tryOf("over", "b")];
  for (const attempt of [left, unshown, over]) await before.begin(attempt);
  const half = withRuns(waitingProgress(left), (run) => ({ ...run, phase: "answering", text: "一半" }));
  await before.start("left");
  await before.save("left", half);
  for (const attempt of [unshown, over]) await before.end(attempt, endedFor(waitingProgress(attempt), "stopped"));
  await before.shown(over);
  // Without a word to the file: what was told it is there.
  const { records: after, leftOver } = openSaying(file);
  expect(leftOver.toSorted()).toEqual(["left", "unshown"]);
  const queue = createLocalQueue();
  for (const id of leftOver) await queue.postpone(id, 0);
  expect(await queue.due()).toEqual(leftOver);
  expect(await after.find("left")).toMatchObject({ kind: "try", try: left, progress: half, shown: false });
  expect((await after.look(["left"]))[0]).toMatchObject({ state: "waiting", progress: half });
  for (const attempt of [left, unshown]) {
    await after.end(attempt, endedFor(half, "interrupted"));
    await after.shown(attempt);
  }
  await after.close();
  expect(openSaying(file).leftOver).toEqual([]);
});

test("what cannot be read is left over until it is ended, and then no more", async () => {
  const file = await newFile();
  const before = open(file);
  await before.begin(tryOf("t1", "a"));
  await before.close();
  openRaw(file).exec("UPDATE records SET data = '{'");
  const { records, leftOver } = openSaying(file);
  expect(leftOver).toEqual(["t1"]);
  await records.endUnreadable("t1");
  await records.close();
  expect(openSaying(file).leftOver).toEqual([]);
});

test("what was kept long enough is deleted at the next start", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const file = await newFile();
  const before = open(file);
  await live(before, "t1", "一");
  vi.advanceTimersByTime(KEEP_MS - 1000);
  await live(before, "t2", "二");
  vi.advanceTimersByTime(2000);
  await before.close();
  const after = open(file);
  expect(await after.idsOf("a")).toEqual(["t2"]);
  expect(await after.find("t1")).toBeUndefined();
});

test("who is told to end before its runner listens is told again at the start", async () => {
  const records = open(":memory:");
  await records.begin(tryOf("t1", "a"));
  await records.cancel("t1", "stopped");
  const heard = vi.fn<(id: string, reason: string) => void>();
  records.onCancel(heard);
  await records.start("t1");
  await expect.poll(() => heard.mock.calls).toEqual([["t1", "stopped"]]);
});

describe("the file of a version before", () => {
  async function oldFile(): Promise<string> {
    const old = await newFile("mulu.db");
    const records = open(old);
    await live(records, "t1", "旧的");
    await records.recordSpeed("m", 40);
    await records.close();
    const raw = openRaw(old);
    raw.exec("PRAGMA user_version = 0");
    raw.close();
    return old;
  }

  test("is gone on with: buttons under its answers and speeds are kept", async () => {
    const old = await oldFile();
    const path = join(dirname(old), "cache.db");
    const { records, lines } = openSaying(path);
    expect(await textOf(records, "t1")).toBe("旧的");
    expect(await records.speeds()).toEqual(new Map([["m", 40]]));
    expect(lines.map(({ msg }) => msg)).toEqual(["the tries of mulu.db are kept in this file from now on"]);
    expect((await readdir(dirname(path))).filter((name) => name.startsWith("mulu"))).toEqual([]);
  });

  test("is let go while a program of that version still has it, and deleted once nothing in it is to be kept", async () => {
    const old = await oldFile();
    const other = openRaw(old);
    other.exec("BEGIN; SELECT * FROM records");
    const path = join(dirname(old), "cache.db");
    const { records, lines } = openSaying(path);
    expect(await records.find("t1")).toBeUndefined();
    expect(lines.map(({ msg }) => msg)).toEqual(["the tries of mulu.db are let go"]);
    other.exec("COMMIT");
    other.close();
    await records.close();
    expect(await readdir(dirname(path))).toContain("mulu.db");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + KEEP_MS + 1000 });
    onTestFinished(() => void vi.useRealTimers());
    await open(path).close();
    expect((await readdir(dirname(path))).filter((name) => name.startsWith("mulu"))).toEqual([]);
  });
});

describe("a file that cannot be used is set aside, and everything goes on with a new one", () => {
  const unusable: [string, (path: string) => Promise<void>][] = [
    ["garbage", (path) => writeFile(path, "不是数据库".repeat(1000))],
    ["a folder", async (path) => void (await mkdir(path))],
    ["a newer version", async (path) => openRaw(path).exec("CREATE TABLE x (y); PRAGMA user_version = 99")],
    ["other tables", async (path) => openRaw(path).exec("CREATE TABLE records (y); PRAGMA user_version = 1")],
    [
      "a damaged beginning",
      async (path) => {
        const records = open(path);
        await live(records, "t1", "一");
        await records.close();
        await writeFile(path, Buffer.alloc(4000, "#"), { flag: "r+" });
      },
    ],
  ];
  test.each(unusable)("%s", async (_name, make) => {
    const path = await newFile();
    await make(path);
    const { records, lines, health } = openSaying(path);
    await live(records, "t2", "二");
    await records.close();
    expect(await textOf(open(path), "t2")).toBe("二");
    const aside = (await readdir(dirname(path))).filter((name) => name.includes("set-aside"));
    expect(aside).toHaveLength(1);
    expect(lines).toMatchObject([
      { msg: expect.stringContaining("was set aside"), file: aside[0], reason: expect.stringMatching(/./) },
    ]);
    expect(health.now().code).toBeUndefined();
  });

  test("also when it turns out while it runs; what goes on is in the new one", async () => {
    const path = await newFile();
    const { records, lines } = openSaying(path);
    await records.begin(tryOf("goes-on", "a"));
    for (let at = 0; at < 60; at += 1) await live(records, `t${at}`, "字".repeat(2000));
    const raw = openRaw(path);
    raw.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const { size } = await stat(path);
    raw.close();
    await writeFile(path, Buffer.alloc(size - 8192, "#"), { flag: "r+" });
    const isSetAside = async (): Promise<boolean> => {
      await live(records, "new", "新");
      return lines.some(({ msg }) => msg.includes("set aside"));
    };
    await expect.poll(isSetAside).toBe(true);
    await records.close();
    const after = openSaying(path);
    expect(after.leftOver).toEqual(["goes-on"]);
    expect(await textOf(after.records, "new")).toBe("新");
  });

  test("a few of them are kept, the newest, and no longer than tries are", async () => {
    const path = await newFile();
    const aside = async (): Promise<string[]> =>
      (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.set-aside-`));
    for (let at = 0; at < 5; at += 1) {
      await writeFile(path, `garbage ${at} `.repeat(500));
      await open(path).close();
    }
    expect(await aside()).toHaveLength(3);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + KEEP_MS + 1000 });
    onTestFinished(() => void vi.useRealTimers());
    await open(path).close();
    expect(await aside()).toEqual([]);
  });
});

test("what is closed keeps nothing more", async () => {
  const records = open(await newFile());
  await live(records, "t1", "一");
  await records.close();
  await expect(records.begin(tryOf("t2", "a"))).rejects.toThrow(StoreAway);
  await expect(records.find("t1")).rejects.toThrow(StoreAway);
});

test("nobody else may read what is kept, nor what SQLite has beside it", async () => {
  const path = await newFile();
  await writeFile(path, "", { mode: 0o644 });
  await chmod(path, 0o644);
  const records = open(path);
  await live(records, "t1", "一");
  for (const name of ["cache.db", "cache.db-wal", "cache.db-shm"])
    expect((await stat(join(dirname(path), name))).mode & 0o777, name).toBe(0o600);
});
