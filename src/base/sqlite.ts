import { chmodSync, closeSync, openSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { PRIVATE_FILE } from "./data-dir.ts";

/** Whoever waits for a lock holds up the whole process: what is locked is tried again by a timer. */
const LOCKED_MS = 0;

/**
 * What SQLite refused, and why. `busy`: somebody else has a lock. `damaged`: this is no database, or no longer a whole one.
 * `refused`: the disk, the system or a permission does not allow it (full, read-only, input or output failed).
 * `closed`: it was closed here.
 */
export type SqliteFault = {
  kind: "busy" | "damaged" | "refused" | "closed";
  /** `SQLITE_FULL (13)`, or `EACCES` where the system refused it before. Without names of folders. */
  code: string;
  /** For the log: `SQLITE_FULL (13): database or disk is full`. */
  said: string;
};

/** Primary result codes of what is no fault of the program, by their number (sqlite.org/rescode.html). */
const CODES: Readonly<Record<number, [name: string, kind: SqliteFault["kind"]]>> = {
  3: ["SQLITE_PERM", "refused"],
  5: ["SQLITE_BUSY", "busy"],
  6: ["SQLITE_LOCKED", "busy"],
  8: ["SQLITE_READONLY", "refused"],
  10: ["SQLITE_IOERR", "refused"],
  11: ["SQLITE_CORRUPT", "damaged"],
  13: ["SQLITE_FULL", "refused"],
  14: ["SQLITE_CANTOPEN", "refused"],
  15: ["SQLITE_PROTOCOL", "busy"],
  22: ["SQLITE_NOLFS", "refused"],
  23: ["SQLITE_AUTH", "refused"],
  26: ["SQLITE_NOTADB", "damaged"],
};

const sqliteError = z.object({ code: z.string(), errcode: z.number().optional() });
const systemError = z.object({ code: z.string(), syscall: z.string() });
const MOST_SAID = 300;

/** Undefined where an error is neither SQLite's about the file nor the system's: then it is a fault of the program. */
export function sqliteFault(error: unknown): SqliteFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const explained = (kind: SqliteFault["kind"], code: string): SqliteFault => ({
    ...{ kind, code },
    said: `${code}: ${error.message}`.slice(0, MOST_SAID),
  });
  const { data } = sqliteError.safeParse(error);
  if (data?.code === "ERR_INVALID_STATE") return explained("closed", data.code);
  if (systemError.safeParse(error).success) return explained("refused", data?.code ?? "?");
  // The primary code is in the lowest byte; the whole one says more.
  const errcode = data?.errcode ?? 0;
  const known = CODES[errcode & 0xff];
  return known && explained(known[1], `${known[0]} (${errcode})`);
}

/**
 * Opens (and makes) a database file that only its owner may read; SQLite gives the files beside it the same mode. It never
 * waits for a lock. Throws what `sqliteFault` explains.
 */
export function openPrivate(path: string): DatabaseSync {
  if (path !== ":memory:") makePrivate(path);
  return new DatabaseSync(path, { timeout: LOCKED_MS });
}

/** Does the work in one transaction, whole or not at all; it takes the lock for writing at once. Throws what the work throws. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    // A full disk may have ended it already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/**
 * Never opens a file that is there: to close it would let go of all locks that this process has on it
 * (sqlite.org/howtocorrupt.html, 2.2).
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", PRIVATE_FILE));
  } catch {
    // It is there, or cannot be made: SQLite says why.
    tighten(path);
  }
}

function tighten(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, PRIVATE_FILE);
  } catch {
    // It is somebody else's, or on a file system without modes.
  }
}
