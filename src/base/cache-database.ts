import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { makePrivateFolder } from "./data-dir.ts";
import type { Log } from "./log.ts";
import { openPrivate } from "./sqlite.ts";

/** A database of what spares requests and may vanish at any time. */
export type CacheDatabase = {
  database: DatabaseSync;
  /** What the act gives; undefined where the disk fails, which the log tells. */
  kept: <Result>(act: () => Result) => Result | undefined;
  close: () => void;
};

/** `schema` makes its tables where they are missing; `file` is its name in the folder. */
export type CacheFile = { directory: string | undefined; file: string; schema: string; log: Log | undefined };

/**
 * Opens a cache in a folder, which is made; without one, or where it cannot be written, it is kept in memory. A damaged file
 * is begun anew.
 */
export function openCacheDatabase({ directory, file, schema, log }: CacheFile): CacheDatabase {
  const database = openDatabase(directory === undefined ? undefined : { directory, file }, schema, log);
  const kept = <Result>(act: () => Result): Result | undefined => {
    try {
      return act();
    } catch (error) {
      log?.debug({ file, reason: reasonOf(error) }, "a cache failed");
      return undefined;
    }
  };
  return { database, kept, close: () => void kept(() => database.close()) };
}

function openDatabase(
  place: { directory: string; file: string } | undefined,
  schema: string,
  log: Log | undefined,
): DatabaseSync {
  if (place === undefined) return prepared(":memory:", schema);
  const path = join(place.directory, place.file);
  try {
    makePrivateFolder(place.directory);
    return prepared(path, schema);
  } catch (error) {
    log?.warn({ path, reason: reasonOf(error) }, "the sync's cache cannot be read");
    return (isDamaged(error) && renewed(path, schema)) || prepared(":memory:", schema);
  }
}

/** An empty database in place of a damaged one; undefined where that cannot be written. */
function renewed(path: string, schema: string): DatabaseSync | undefined {
  try {
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
    return prepared(path, schema);
  } catch {
    return undefined;
  }
}

function prepared(path: string, schema: string): DatabaseSync {
  const database = openPrivate(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(schema);
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
