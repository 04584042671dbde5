import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { StoreAway } from "#src/base/store-away.ts";
import { createLocalQueue } from "#src/tries/local/queue.ts";
import { type LocalRecords, openRecords } from "#src/tries/local/records.ts";
import { endedFor, waitingProgress, withRuns } from "#src/tries/try.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { tryOf } from "#tests/tries/written-tries.ts";

const KEEP_MS = 3_600_000;

const newFile = async (): Promise<string> => join(await temporaryFolder(), "data", "mulu.db");
function open(path: string): LocalRecords {
  const records = openRecords(path, { keepMs: KEEP_MS });
  onTestFinished(() => records.close());
  return records;
}
/** The database as another program has it. */
function openRaw(path: string): DatabaseSync {
  const raw = new DatabaseSync(path);
  onTestFinished(() => void (raw.isOpen && raw.close()));
  return raw;
}

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
  await before.close();
  const after = open(file);
  expect(after.unfinished().toSorted()).toEqual(["left", "unshown"]);
  expect(await createLocalQueue({ leftOver: after.unfinished() }).due()).toEqual(after.unfinished());
  expect(await after.find("left")).toMatchObject({ kind: "try", try: left, progress: half, shown: false });
  expect((await after.look(["left"]))[0]).toMatchObject({ state: "waiting", progress: half });
  for (const attempt of [left, unshown]) {
    await after.end(attempt, endedFor(half, "interrupted"));
    await after.shown(attempt);
  }
  expect(after.unfinished()).toEqual([]);
});

test("a file of the version before is used on: its speeds are kept, its tries and their tokens are gone", async () => {
  const file = await newFile();
  await open(file).close();
  const old = openRaw(file);
  old.exec(`
    DROP TABLE records;
    CREATE TABLE tries (
      id TEXT PRIMARY KEY, person TEXT NOT NULL, created INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
      data TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '', thinking TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX tries_person ON tries (person);
    CREATE INDEX tries_created ON tries (created);
    INSERT INTO tries (id, person, created, data) VALUES ('t1', 'a', 1, '{"token":"secret"}');
    INSERT INTO speeds VALUES ('m', 40);
  `);
  old.close();
  const records = open(file);
  expect(await records.speeds()).toEqual(new Map([["m", 40]]));
  expect([await records.find("t1"), records.unfinished()]).toEqual([undefined, []]);
  await records.begin(tryOf("t1", "a"));
  await records.close();
  expect(await open(file).find("t1")).toMatchObject({ kind: "try" });
});

test("what cannot be read is left over until it is ended, and then no more", async () => {
  const file = await newFile();
  const records = open(file);
  await records.begin(tryOf("t1", "a"));
  openRaw(file).exec("UPDATE records SET data = '{'");
  expect(records.unfinished()).toEqual(["t1"]);
  await records.endUnreadable("t1");
  expect(records.unfinished()).toEqual([]);
});

test("what was kept long enough is deleted at the next start", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const file = await newFile();
  const before = open(file);
  await before.begin(tryOf("t1", "a"));
  vi.advanceTimersByTime(KEEP_MS - 1000);
  await before.begin(tryOf("t2", "a"));
  vi.advanceTimersByTime(2000);
  await before.close();
  expect(await open(file).idsOf("a")).toEqual(["t2"]);
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

test("a database that is closed, or that another program has to itself, is away", async () => {
  const file = await newFile();
  const records = open(file);
  const attempt = tryOf("t1", "a");
  const other = openRaw(file);
  other.exec("BEGIN EXCLUSIVE");
  const before = performance.now();
  await expect(records.begin(attempt)).rejects.toThrow(StoreAway);
  // Meanwhile the process does nothing else: not even Discord is answered.
  expect(performance.now() - before).toBeLessThan(1500);
  other.exec("ROLLBACK");
  await records.begin(attempt);
  await records.close();
  const asked = [
    records.find("t1"),
    records.look(["t1"]),
    records.begin(attempt),
    records.save("t1", waitingProgress(attempt)),
    records.end(attempt, waitingProgress(attempt)),
    records.speeds(),
  ];
  for (const outcome of await Promise.allSettled(asked))
    expect(outcome).toMatchObject({ reason: { name: "StoreAway", cause: { code: "ERR_INVALID_STATE" } } });
});
