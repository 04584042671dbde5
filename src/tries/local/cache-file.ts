import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { inTransaction, openPrivate, sqliteFault } from "#src/base/sqlite.ts";

/** A try as it is kept: what JSON has of it, and what is asked for. */
const row = z.object({
  id: z.string(),
  person: z.string(),
  /** ms since 1970. */
  created: z.number(),
  data: z.string(),
  progress: z.string(),
  ended: z.number(),
  shown: z.number(),
});
export type Row = z.infer<typeof row>;

const idRows = z.array(z.object({ id: z.string() }));
const speedRows = z.array(z.object({ model: z.string(), tokens_per_second: z.number() }));
const versionRow = z.object({ user_version: z.int() });

/** What one batch writes: the newest state of tries, and of speeds. What is forgotten, up to a time in ms, is deleted first. */
export type Batch = {
  removed: Iterable<string>;
  forgotten: Iterable<readonly [person: string, until: number]>;
  rows: Iterable<Row>;
  speeds: Iterable<readonly [model: string, tokensPerSecond: number]>;
};

export type CacheFile = {
  find: (id: string) => Row | undefined;
  idsOf: (person: string) => { id: string; created: number }[];
  /** Ids of tries whose last word was not shown, oldest first. */
  unfinished: () => string[];
  speeds: () => [model: string, tokensPerSecond: number][];
  /** Whole or not at all. */
  write: (batch: Batch) => void;
  /** Deletes what was kept before a time, in ms since 1970. */
  expire: (before: number) => void;
  close: () => void;
};

/** Files of another version are not read: what they hold may vanish. */
const VERSION = 1;

/**
 * Without waiting for the disk: after a power failure the file may be damaged, and then it is set aside. The table `tries`
 * is of a version before, whose places no surface can find any more.
 */
const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;
  DROP TABLE IF EXISTS tries;
  CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, created INTEGER NOT NULL, data TEXT NOT NULL,
    progress TEXT NOT NULL DEFAULT '', ended INTEGER NOT NULL DEFAULT 0, shown INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS records_person ON records (person);
  CREATE INDEX IF NOT EXISTS records_created ON records (created);
  CREATE TABLE IF NOT EXISTS speeds (model TEXT PRIMARY KEY, tokens_per_second REAL NOT NULL) STRICT;
  PRAGMA user_version = ${VERSION};
`;

/** Name of the file in versions before, whose tables are these. */
const FORMER_NAME = "mulu.db";
const ASIDE = ".set-aside-";
const MOST_ASIDE = 3;

export class OtherVersion extends Error {
  override name = "OtherVersion";
}

/**
 * Opens (and makes) the file. Throws what `sqliteFault` explains where the disk refuses it for now, and everything else
 * where the file must be set aside.
 */
export function openCacheFile(path: string): CacheFile {
  const database = openPrivate(path);
  try {
    return fileOf(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function fileOf(database: DatabaseSync): CacheFile {
  const { user_version } = versionRow.parse(database.prepare("PRAGMA user_version").get());
  if (user_version !== 0 && user_version !== VERSION) throw new OtherVersion(`it is of version ${user_version}`);
  database.exec(SCHEMA);
  const find = database.prepare("SELECT * FROM records WHERE id = ?");
  const put = database.prepare(
    "INSERT OR REPLACE INTO records VALUES ($id, $person, $created, $data, $progress, $ended, $shown)",
  );
  const idsOf = database.prepare("SELECT id, created FROM records WHERE person = ? ORDER BY created");
  const forget = database.prepare("DELETE FROM records WHERE person = ? AND created <= ?");
  const remove = database.prepare("DELETE FROM records WHERE id = ?");
  const unfinished = database.prepare("SELECT id FROM records WHERE ended = 0 OR shown = 0 ORDER BY created");
  const expire = database.prepare("DELETE FROM records WHERE created < ?");
  const putSpeed = database.prepare("INSERT OR REPLACE INTO speeds VALUES (?, ?)");
  const speeds = database.prepare("SELECT model, tokens_per_second FROM speeds");
  return {
    find: (id) => row.safeParse(find.get(id)).data,
    idsOf: (person) => z.array(row.pick({ id: true, created: true })).parse(idsOf.all(person)),
    unfinished: () => idRows.parse(unfinished.all()).map(({ id }) => id),
    speeds: () => speedRows.parse(speeds.all()).map(({ model, tokens_per_second }) => [model, tokens_per_second]),
    write: ({ forgotten, removed, rows, speeds: newest }) => {
      inTransaction(database, () => {
        for (const [person, until] of forgotten) forget.run(person, until);
        for (const id of removed) remove.run(id);
        for (const each of rows) put.run(each);
        for (const [model, speed] of newest) putSpeed.run(model, speed);
      });
    },
    expire: (before) => void expire.run(before),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** Whether a file that could not be opened has to make room: it is damaged, of another version, or no file at all. */
export function mustMakeRoom(error: unknown, path: string): boolean {
  const fault = sqliteFault(error);
  return fault === undefined || fault.kind === "damaged" || (fault.kind === "refused" && isFolder(path));
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Renames a file that cannot be used, with the time; of those before some are kept. Gives the new name. What SQLite has
 * beside it goes: it would be taken for that of a new file. Throws where the folder does not allow it.
 */
export function setAside(path: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const to = `${path}${ASIDE}${time}-${randomUUID().slice(0, 4)}`;
  renameSync(path, to);
  for (const beside of ["-wal", "-shm"]) rmSync(`${path}${beside}`, { force: true });
  for (const old of setAsideOf(path).slice(0, -MOST_ASIDE)) rmSync(old, { recursive: true, force: true });
  return basename(to);
}

/** What was set aside, oldest first. */
function setAsideOf(path: string): string[] {
  const folder = dirname(path);
  const names = readdirSync(folder).filter((name) => name.startsWith(`${basename(path)}${ASIDE}`));
  return names.toSorted().map((name) => join(folder, name));
}

/** Tries are kept for so many hours: after them goes what was set aside, and a file of a version before that was left. */
export function removeOld(path: string, before: number): void {
  const former = ["", "-wal", "-shm"].map((end) => join(dirname(path), `${FORMER_NAME}${end}`));
  for (const old of [...setAsideOf(path), ...former]) {
    const found = statSync(old, { throwIfNoEntry: false });
    if (found && found.mtimeMs < before) rmSync(old, { recursive: true, force: true });
  }
}

/**
 * Goes on with the file of a version before, where there is one and none of this. True where it does. Throws where that
 * file cannot be used: it is left as it is.
 */
export function takeOver(path: string): boolean {
  const former = join(dirname(path), FORMER_NAME);
  if (existsSync(path) || !existsSync(former)) return false;
  const database = openPrivate(former);
  try {
    // The log beside it is found under its name alone; this writes it into the file. Refused while somebody else has it open.
    database.exec("PRAGMA journal_mode = DELETE");
  } finally {
    database.close();
  }
  renameSync(former, path);
  return true;
}
