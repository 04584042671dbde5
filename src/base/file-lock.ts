import type { DatabaseSync } from "node:sqlite";
import { openPrivate, sqliteFault } from "./sqlite.ts";

export type FileLock = { release: () => void };

/**
 * Takes a lock that one process at a time can have: SQLite's on a file, which the system lets go of when a process dies. (A
 * number of a process in a file says nothing in containers, where it is often 1.) `taken` at once where somebody has it. Throws
 * what `sqliteFault` explains where the file system has no locks, or the file cannot be made.
 */
export function takeLock(path: string): FileLock | "taken" {
  let database: DatabaseSync | undefined;
  try {
    database = openPrivate(path);
    database.exec("BEGIN EXCLUSIVE");
    return { release: () => database?.close() };
  } catch (error) {
    database?.close();
    if (sqliteFault(error)?.kind === "busy") return "taken";
    throw error;
  }
}
