import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { makePrivateFolder } from "#src/base/data-dir.ts";
import type { Log } from "#src/base/log.ts";
import { openPrivate } from "#src/base/sqlite.ts";
import type { ReadmeText } from "#src/sync/sources/observation.ts";

/** What spares requests and may vanish at any time; a fault of the disk counts as nothing kept. */
export type SyncCache = {
  readme: (oid: string) => ReadmeText | undefined;
  keepReadme: (oid: string, readme: ReadmeText) => void;
  /** When a repository was last looked at, in ms since 1970; 0 where that is not known. */
  lastChecked: (name: string) => number;
  checked: (name: string, at: number) => void;
  close: () => void;
};

const FILE = "sync-cache.sqlite";
/** The newest READMEs that are kept: those of a catalog of a thousand repositories, twice. */
const MAX_READMES = 2000;
const MAX_NAMES = 20_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS readmes (id INTEGER PRIMARY KEY, oid TEXT NOT NULL UNIQUE, text TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS checks (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, at INTEGER NOT NULL) STRICT;
`;
const readmeRow = z.object({ text: z.string().nullable() });
const checkRow = z.object({ at: z.number() });

/** Opens the cache in a folder, which is made; without one, or where it cannot be written, it is kept in memory. */
export function openCache(directory: string | undefined, log?: Log): SyncCache {
  const database = openDatabase(directory, log);
  const readme = database.prepare("SELECT text FROM readmes WHERE oid = ?");
  const keepReadme = database.prepare("INSERT OR REPLACE INTO readmes (oid, text) VALUES (?, ?)");
  const dropReadmes = database.prepare("DELETE FROM readmes WHERE id <= (SELECT max(id) FROM readmes) - ?");
  const check = database.prepare("SELECT at FROM checks WHERE name = ?");
  const checked = database.prepare("INSERT OR REPLACE INTO checks (name, at) VALUES (?, ?)");
  const dropChecks = database.prepare("DELETE FROM checks WHERE id <= (SELECT max(id) FROM checks) - ?");
  const kept = <Result>(act: () => Result): Result | undefined => {
    try {
      return act();
    } catch (error) {
      log?.debug({ reason: reasonOf(error) }, "the sync's cache failed");
      return undefined;
    }
  };
  return {
    readme: (oid) => {
      const row = readmeRow.safeParse(kept(() => readme.get(oid)));
      return row.success ? { text: row.data.text ?? undefined } : undefined;
    },
    keepReadme: (oid, { text }) => {
      kept(() => [keepReadme.run(oid, text ?? null), dropReadmes.run(MAX_READMES)]);
    },
    lastChecked: (name) => checkRow.safeParse(kept(() => check.get(name.toLowerCase()))).data?.at ?? 0,
    checked: (name, at) => {
      kept(() => [checked.run(name.toLowerCase(), at), dropChecks.run(MAX_NAMES)]);
    },
    close: () => kept(() => database.close()),
  };
}

function openDatabase(directory: string | undefined, log: Log | undefined): DatabaseSync {
  if (directory === undefined) return prepared(":memory:");
  const path = join(directory, FILE);
  try {
    makePrivateFolder(directory);
    return prepared(path);
  } catch (error) {
    log?.warn({ path, reason: reasonOf(error) }, "the sync's cache cannot be read");
    return (isDamaged(error) && renewed(path)) || prepared(":memory:");
  }
}

/** An empty database in place of a damaged one; undefined where that cannot be written. */
function renewed(path: string): DatabaseSync | undefined {
  try {
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
    return prepared(path);
  } catch {
    return undefined;
  }
}

function prepared(path: string): DatabaseSync {
  const database = openPrivate(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(SCHEMA);
    // A damaged page shows itself only when it is read.
    const { quick_check: found } = checkResult.parse(database.prepare("PRAGMA quick_check(1)").get());
    if (found !== "ok") throw new Damaged(found);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class Damaged extends Error {}

/** SQLITE_CORRUPT and SQLITE_NOTADB; a file that another process holds too long is none. */
const isDamaged = (error: unknown): boolean =>
  error instanceof Damaged || [11, 26].includes(sqliteError.safeParse(error).data?.errcode ?? 0);

const checkResult = z.object({ quick_check: z.string() });
const sqliteError = z.object({ errcode: z.number().transform((code) => code & 0xff) });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
