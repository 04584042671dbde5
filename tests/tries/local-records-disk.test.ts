import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { StoreAway } from "#src/base/store-away.ts";
import { remountReadOnly, smallDisk, WITHOUT_MOUNT } from "#tests/small-disk.ts";
import { live, newFile, open, openRaw, openSaying, textOf } from "#tests/tries/local-files.ts";
import { tryOf } from "#tests/tries/written-tries.ts";

describe("while the disk takes nothing, memory has everything, and the disk gets it afterwards", () => {
  test("with a lock that somebody holds", async () => {
    const path = await newFile();
    const { records } = openSaying(path);
    await live(records, "t0", "零");
    const other = openRaw(path);
    other.exec("BEGIN IMMEDIATE");
    await live(records, "t1", "一");
    await records.begin(tryOf("t2", "b"));
    expect(await textOf(records, "t1")).toBe("一");
    expect(await textOf(records, "t0")).toBe("零");
    expect((await records.idsOf("a")).toSorted()).toEqual(["t0", "t1"]);
    expect(await records.look(["t1", "t2"])).toMatchObject([{ state: "ended", shown: true }, { state: "waiting" }]);
    other.exec("ROLLBACK");
    const ids = (): unknown[] => other.prepare("SELECT id FROM records ORDER BY id").all();
    await expect.poll(ids).toMatchObject([{ id: "t0" }, { id: "t1" }, { id: "t2" }]);
    const kept = other.prepare("SELECT progress, shown FROM records WHERE id = 't1'").get();
    expect(kept).toMatchObject({ progress: expect.stringContaining("一"), shown: 1 });
  });

  test("with a lock from before the start; what was left over is told once the file can be read", async () => {
    const path = await newFile();
    const before = open(path);
    await before.begin(tryOf("left", "a"));
    await before.close();
    const other = openRaw(path);
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE records SET ended = ended");
    const { records, leftOver, lines } = openSaying(path);
    await live(records, "t1", "一");
    expect(await textOf(records, "t1")).toBe("一");
    await expect(records.find("left")).rejects.toThrow(StoreAway);
    expect([leftOver, lines]).toEqual([[], []]);
    other.exec("ROLLBACK");
    other.close();
    await expect.poll(() => leftOver).toEqual(["left"]);
    expect(await records.find("left")).toMatchObject({ kind: "try" });
    await expect.poll(() => openRaw(path).prepare("SELECT id FROM records WHERE shown").all()).toHaveLength(1);
  });

  test.skipIf(WITHOUT_MOUNT)("when it is full: the log says so once, and when it is well again", async () => {
    const { folder, fill, free } = smallDisk();
    const path = join(folder, "cache.db");
    const { records, lines, health } = openSaying(path);
    await live(records, "t0", "零");
    await fill();
    for (const at of [1, 2, 3]) await live(records, `t${at}`, "字".repeat(20_000));
    expect(await textOf(records, "t1")).toHaveLength(20_000);
    expect(await textOf(records, "t0")).toBe("零");
    expect(lines).toMatchObject([{ file: "cache.db", reason: "SQLITE_FULL (13): database or disk is full" }]);
    expect(health.now()).toMatchObject({ code: "SQLITE_FULL (13)" });
    await free();
    await expect.poll(() => lines.at(-1)?.msg).toBe("a file of DATA_DIR is well again");
    expect(health.now().code).toBeUndefined();
    await records.close();
    expect(await textOf(open(path), "t3")).toHaveLength(20_000);
  });

  test.skipIf(WITHOUT_MOUNT)(
    "when it may only be read: what was kept cannot be asked for, and what is new goes on",
    async () => {
      const { folder } = smallDisk();
      const path = join(folder, "cache.db");
      const before = open(path);
      await live(before, "t0", "零");
      await before.close();
      remountReadOnly(folder);
      const { records, lines } = openSaying(path);
      await live(records, "t1", "一");
      expect(await textOf(records, "t1")).toBe("一");
      await expect(records.find("t0")).rejects.toThrow(StoreAway);
      expect(lines).toHaveLength(1);
      expect(lines[0]?.reason).toMatch(/^(SQLITE_\w+ \(\d+\)|EROFS): /);
    },
  );

  test("where nothing can be made at all, what is accepted is answered and forgotten with the process", async () => {
    const file = await newFile();
    await writeFile(file, "");
    const { records, lines } = openSaying(join(file, "data", "cache.db"));
    await live(records, "t1", "一");
    expect(await textOf(records, "t1")).toBe("一");
    expect(await records.find("unknown")).toBeUndefined();
    expect(await records.idsOf("a")).toEqual(["t1"]);
    expect(await records.forget("a")).toBe(1);
    expect(await records.find("t1")).toBeUndefined();
    expect(lines).toMatchObject([{ file: "cache.db", reason: expect.stringContaining("SQLITE_CANTOPEN (14)") }]);
  });

  test("what memory holds of tries that have ended is bounded; those that go on stay", async () => {
    const file = await newFile();
    await writeFile(file, "");
    const { records } = openSaying(join(file, "cache.db"));
    await records.begin(tryOf("goes-on", "a"));
    for (let at = 0; at < 1010; at += 1) await live(records, `t${at}`, "字");
    expect(await records.find("t9")).toBeUndefined();
    expect(await textOf(records, "t10")).toBe("字");
    expect(await records.find("goes-on")).toBeDefined();
    await live(records, "long", "字".repeat(20_000_000));
    expect(await records.find("t1009")).toBeUndefined();
    expect(await records.find("goes-on")).toBeDefined();
  });

  test("a person is not told that all of theirs is deleted while the file has it; it goes as soon as it can", async () => {
    const path = await newFile();
    const { records } = openSaying(path);
    await live(records, "t1", "一");
    const other = openRaw(path);
    other.exec("BEGIN IMMEDIATE");
    await expect(records.forget("a")).rejects.toThrow(StoreAway);
    expect([await records.find("t1"), await records.idsOf("a")]).toEqual([undefined, []]);
    other.exec("ROLLBACK");
    await expect.poll(() => other.prepare("SELECT id FROM records").all()).toEqual([]);
    await live(records, "t2", "二");
    expect(await records.idsOf("a")).toEqual(["t2"]);
    expect(await records.forget("a")).toBe(1);
  });

  test("what it could not even read is deleted too, as soon as it can", async () => {
    const path = await newFile();
    const before = openSaying(path).records;
    await live(before, "t1", "一");
    await before.close();
    const other = openRaw(path);
    other.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
    const { records } = openSaying(path);
    await expect(records.forget("a")).rejects.toThrow(StoreAway);
    other.exec("ROLLBACK");
    await expect.poll(() => records.idsOf("a").catch(() => "away")).toEqual([]);
    await expect.poll(() => other.prepare("SELECT id FROM records").all()).toEqual([]);
  });

  test("what it could not write by the end of the process, a stop still tries to write", async () => {
    const path = await newFile();
    const { records } = openSaying(path);
    const other = openRaw(path);
    other.exec("BEGIN IMMEDIATE");
    await live(records, "t1", "一");
    const closing = records.close();
    setImmediate(() => other.exec("ROLLBACK"));
    await closing;
    expect(await textOf(open(path), "t1")).toBe("一");
  });
});
