import { chmod, lstat, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareDataDir } from "#src/base/data-dir.ts";
import { takeLock } from "#src/base/file-lock.ts";
import { writePrivateFile } from "#src/base/write-file.ts";
import { remountReadOnly, smallDisk, WITHOUT_MOUNT } from "#tests/small-disk.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
async function folderWith(mode: number, ...files: string[]): Promise<string> {
  const folder = join(await temporaryFolder(), "data");
  await mkdir(folder);
  for (const file of files) {
    await writeFile(join(folder, file), "");
    await chmod(join(folder, file), 0o644);
  }
  await chmod(folder, mode);
  return folder;
}

describe("a folder where nothing can be kept", () => {
  test("is none, or below what is none", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    expect(prepareDataDir(file)).toEqual({ kind: "notFolder", code: "EEXIST" });
    expect(prepareDataDir(join(file, "a", "b"))).toEqual({ kind: "notFolder", code: "ENOTDIR" });
  });

  test("is a link to where nothing is", async () => {
    const link = join(await temporaryFolder(), "link");
    await symlink(join(link, "..", "gone", "data"), link);
    expect(prepareDataDir(link)).toEqual({ kind: "notFolder", code: "ENOENT" });
  });

  test.skipIf(WITHOUT_MOUNT)("is on a disk that may only be read, or cannot be made there", () => {
    const { folder } = smallDisk();
    remountReadOnly(folder);
    expect(prepareDataDir(folder)).toEqual({ kind: "notWritable", code: "EROFS" });
    expect(prepareDataDir(join(folder, "a", "b"))).toEqual({ kind: "notMade", code: "EROFS" });
  });
});

describe("who may read", () => {
  test("a folder that is made: its owner alone", async () => {
    const folder = join(await temporaryFolder(), "a", "b");
    expect(prepareDataDir(folder)).toBeUndefined();
    expect(await modeOf(folder)).toBe("700");
  });

  test("a folder of before, made as the system makes them: likewise, with what Mulu has in it", async () => {
    const ours = [
      "mulu.db",
      "mulu.db-wal",
      "catalog.json",
      "community-2026-11-28.db",
      "sync.lock",
      "sync-cache.sqlite",
      "hub-cache.sqlite",
    ];
    const folder = await folderWith(0o755, ...ours);
    expect(prepareDataDir(folder)).toBeUndefined();
    for (const name of ours) expect([name, await modeOf(join(folder, name))]).toEqual([name, "600"]);
    expect(await modeOf(folder)).toBe("700");
  });

  test.each([
    ["of a mode that somebody has chosen", 0o750, "catalog.json"],
    ["with something else in it", 0o755, "holiday.jpg"],
  ])("a folder %s: as before", async (_name, mode, file) => {
    const folder = await folderWith(mode, "cache.db", file);
    prepareDataDir(folder);
    expect(await modeOf(folder)).toBe(mode.toString(8));
    expect(await modeOf(join(folder, "cache.db"))).toBe("600");
    expect(await modeOf(join(folder, file))).toBe(file === "holiday.jpg" ? "644" : "600");
  });

  test("what a link in it leads to: as before", async () => {
    const folder = await folderWith(0o700);
    const outside = join(folder, "..", "outside");
    await writeFile(outside, "");
    await chmod(outside, 0o644);
    await symlink(outside, join(folder, "catalog.json"));
    prepareDataDir(folder);
    expect((await lstat(join(folder, "catalog.json"))).isSymbolicLink()).toBe(true);
    expect(await modeOf(outside)).toBe("644");
  });
});

test("a file is written whole and for its owner alone, or not at all", async () => {
  const path = join(await temporaryFolder(), "data", "sync.json");
  await writePrivateFile(path, "{}");
  expect(await modeOf(path)).toBe("600");
  await mkdir(join(path, "..", "folder"));
  await expect(writePrivateFile(join(path, "..", "folder"), "{}")).rejects.toThrow();
});

describe("a lock", () => {
  test("is one's alone until it is released", async () => {
    const path = join(await temporaryFolder(), "tries.lock");
    const lock = takeLock(path);
    if (lock === "taken") throw new Error("somebody has it");
    expect(takeLock(path)).toBe("taken");
    expect(takeLock(path)).toBe("taken");
    lock.release();
    const again = takeLock(path);
    expect(again).not.toBe("taken");
    if (again !== "taken") again.release();
  });

  test("of what is no file says why it cannot be had", async () => {
    expect(() => takeLock(join("/dev/null", "tries.lock"))).toThrow("unable to open database file");
  });
});
