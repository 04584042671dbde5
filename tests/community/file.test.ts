import { chmod, copyFile, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SqliteFault } from "#src/base/sqlite.ts";
import { StoreAway } from "#src/base/store-away.ts";
import { backUp, backupsOf } from "#src/community/backup.ts";
import { MIGRATIONS, migrate } from "#src/community/migrations.ts";
import { openCommunityFile } from "#src/community/sqlite.ts";
import { openFile } from "#tests/community/stores.ts";
import { remountReadOnly, smallDisk, WITHOUT_MOUNT } from "#tests/small-disk.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const DAY_MS = 86_400_000;

function openRaw(path: string): DatabaseSync {
  const raw = new DatabaseSync(path);
  onTestFinished(() => void (raw.isOpen && raw.close()));
  return raw;
}

function openTold(path: string) {
  const faults: SqliteFault[] = [];
  let isWell = false;
  const store = openCommunityFile({
    path,
    onFault: (fault) => void faults.push(fault),
    onWell: () => {
      isWell = true;
    },
  });
  onTestFinished(() => store.close());
  return { store, faults, isWell: () => isWell };
}

/** A file with a block in it, that nobody has open. */
async function written(path: string): Promise<string> {
  const { store } = openTold(path);
  await store.put("blocks", "a", { reason: "刷屏" });
  await store.close();
  return path;
}
const newPath = async (): Promise<string> => join(await temporaryFolder(), "community.db");

describe("a file that is there and cannot be used refuses everything, and is left as it is", () => {
  const cases: [string, string, (path: string) => Promise<unknown>][] = [
    ["garbage", "damaged", (path) => writeFile(path, "不是数据库".repeat(1000))],
    ["cut off", "damaged", async (path) => writeFile(await written(path), "SQLite format 3\0", { flag: "w" })],
    [
      "a page of rubbish",
      "damaged",
      async (path) => {
        await written(path);
        await writeFile(path, await damagedPages(path));
      },
    ],
    ["a folder", "damaged", (path) => mkdir(path)],
    [
      "a value that is no JSON",
      "damaged",
      async (path) => openRaw(await written(path)).exec("UPDATE documents SET value = '{'"),
    ],
    [
      "tables of somebody else",
      "damaged",
      async (path) => openRaw(path).exec("CREATE TABLE x (y); PRAGMA user_version = 1"),
    ],
    ["a newer version", "newer", async (path) => openRaw(await written(path)).exec("PRAGMA user_version = 99")],
  ];
  test.each(cases)("%s: %s", async (_name, reason, make) => {
    const path = await newPath();
    await make(path);
    const before = await stat(path);
    const { store, isWell } = openTold(path);
    const asked = [
      store.get("blocks", "a"),
      store.list("blocks"),
      store.put("blocks", "b", 1),
      store.remove("blocks", "a"),
    ];
    for (const outcome of await Promise.allSettled(asked))
      expect(outcome).toMatchObject({ reason: { name: "CommunityUnusable", reason } });
    expect(isWell()).toBe(false);
    expect([(await stat(path)).ino, (await stat(path)).size]).toEqual([before.ino, before.size]);
  });

  test("a link to where nothing is: what it leads to may come back", async () => {
    const link = await newPath();
    await symlink(join(await temporaryFolder(), "not-mounted", "community.db"), link);
    await expect(openTold(link).store.list("blocks")).rejects.toMatchObject({ reason: "unreadable" });
  });

  test("it is used again once it is mended, without a restart", async () => {
    const path = await newPath();
    await writeFile(path, "垃圾".repeat(1000));
    const { store } = openTold(path);
    await expect(store.list("blocks")).rejects.toThrow("is damaged");
    await copyFile(await written(await newPath()), path);
    await expect.poll(() => store.list("blocks").catch(() => "unusable")).toMatchObject([{ key: "a" }]);
  });
});

describe("where there is no file and none can be made", () => {
  test("nothing is known, and nothing can be kept", async () => {
    const file = await newPath();
    await writeFile(file, "");
    const { store, faults } = openTold(join(file, "community.db"));
    expect(await store.list("blocks")).toEqual([]);
    expect(await store.get("blocks", "a")).toBeUndefined();
    await expect(store.put("blocks", "a", 1)).rejects.toThrow(StoreAway);
    expect(faults[0]).toMatchObject({ kind: "refused", code: "SQLITE_CANTOPEN (14)" });
  });
});

describe("while the disk refuses it", () => {
  test("a lock that somebody holds costs reads nothing, and writes wait for it a moment", async () => {
    const { store, path } = await openFile();
    await store.put("blocks", "a", 1);
    const other = openRaw(path);
    other.exec("BEGIN EXCLUSIVE");
    const putting = store.put("blocks", "b", 2);
    expect(await store.list("blocks")).toEqual([{ key: "a", value: 1 }]);
    other.exec("ROLLBACK");
    await putting;
    other.exec("BEGIN EXCLUSIVE");
    await expect(store.put("blocks", "c", 3)).rejects.toThrow(StoreAway);
    expect((await store.list("blocks")).map(({ key }) => key)).toEqual(["a", "b"]);
  });

  test.skipIf(WITHOUT_MOUNT)("a disk that may only be read is read", async () => {
    const { folder } = smallDisk();
    const path = await written(join(folder, "community.db"));
    remountReadOnly(folder);
    const { store, faults } = openTold(path);
    expect(await store.list("blocks")).toHaveLength(1);
    await expect(store.put("blocks", "b", 1)).rejects.toThrow(StoreAway);
    await expect(store.remove("blocks", "a")).rejects.toThrow(StoreAway);
    expect(await store.list("blocks")).toHaveLength(1);
    expect(faults.every(({ kind }) => kind === "refused")).toBe(true);
  });

  test.skipIf(WITHOUT_MOUNT)("a full disk keeps what it has, and takes more once there is room", async () => {
    const { folder, fill, free } = smallDisk();
    const { store, faults } = openTold(await written(join(folder, "community.db")));
    expect(await store.list("blocks")).toHaveLength(1);
    await fill();
    await expect(store.put("blocks", "b", "长".repeat(10_000))).rejects.toThrow(StoreAway);
    expect(await store.list("blocks")).toHaveLength(1);
    expect(faults).toMatchObject([{ code: expect.stringMatching(/^SQLITE_(FULL|IOERR)/) }]);
    await free();
    await store.put("blocks", "b", 1);
    expect(await store.list("blocks")).toHaveLength(2);
  });
});

test("nobody else may read the file, also one of before", async () => {
  const path = await written(await newPath());
  await chmod(path, 0o644);
  await openTold(path).store.list("blocks");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

describe("migrations", () => {
  const steps = [...MIGRATIONS, "ALTER TABLE documents ADD COLUMN at INTEGER", "CREATE TABLE votes (id INTEGER)"];
  const versionOf = (database: DatabaseSync): unknown => database.prepare("PRAGMA user_version").get();

  test("bring a file of any version up to date, once, with what is in it", async () => {
    const database = openRaw(await written(await newPath()));
    expect(versionOf(database)).toEqual({ user_version: MIGRATIONS.length });
    for (let times = 0; times < 2; times += 1) migrate(database, steps);
    expect(versionOf(database)).toEqual({ user_version: steps.length });
    expect(database.prepare("SELECT key, at FROM documents").all()).toEqual([{ key: "a", at: null }]);
  });

  test("are whole or not at all", async () => {
    const database = openRaw(await written(await newPath()));
    expect(() => migrate(database, [...steps, "CREATE TABLE votes (id INTEGER)"])).toThrow("already exists");
    expect(versionOf(database)).toEqual({ user_version: MIGRATIONS.length });
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'votes'").all()).toEqual([]);
  });
});

describe("backups", () => {
  const { signal } = new AbortController();
  const noon = (day: number): Date => new Date(Date.parse("2026-11-01T12:00:00Z") + day * DAY_MS);

  test("one a day where something has changed, whole, for its owner alone; the last seven are kept", async () => {
    const { store, path } = await openFile();
    expect(await backUp(path, noon(0), signal)).toBeUndefined();
    for (let day = 0; day < 10; day += 1) {
      await store.put("blocks", `day ${day}`, day);
      expect(await backUp(path, noon(day), signal)).toBe(`community-2026-11-${String(day + 1).padStart(2, "0")}.db`);
      expect(await backUp(path, noon(day), signal)).toBeUndefined();
    }
    const names = Array.from({ length: 7 }, (_, at) => `community-2026-11-${String(at + 4).padStart(2, "0")}.db`);
    expect(backupsOf(path)).toEqual(names);
    expect((await readdir(dirname(path))).toSorted()).toEqual([...names, "community.db"]);
    const newest = join(dirname(path), "community-2026-11-10.db");
    expect((await stat(newest)).mode & 0o777).toBe(0o600);
    expect(await openTold(newest).store.list("blocks")).toHaveLength(10);
    // Nothing has changed since.
    await utimes(path, new Date(0), new Date(0));
    expect(await backUp(path, noon(20), signal)).toBeUndefined();
  });

  test("a damaged file, and a disk that takes nothing, cost no backup that is there", async () => {
    const path = await written(await newPath());
    expect(await backUp(path, noon(0), signal)).toBe("community-2026-11-01.db");
    await writeFile(path, "垃圾".repeat(1000));
    await expect(backUp(path, noon(1), signal)).rejects.toThrow("SQLITE_NOTADB (26)");
    expect((await readdir(dirname(path))).toSorted()).toEqual(["community-2026-11-01.db", "community.db"]);
  });

  test("what a killed process has left half is not taken for one, and goes", async () => {
    const path = await written(await newPath());
    await writeFile(`${path}.backup.tmp`, "halb");
    expect(backupsOf(path)).toEqual([]);
    expect(await backUp(path, noon(0), signal)).toBe("community-2026-11-01.db");
    expect((await readdir(dirname(path))).toSorted()).toEqual(["community-2026-11-01.db", "community.db"]);
  });
});

/** The file with its second page overwritten. */
async function damagedPages(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return bytes.fill("#", 4096);
}
