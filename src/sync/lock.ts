import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Another run is under way, in this process or another. */
export class SyncBusy extends Error {
  override name = "SyncBusy";
}

/**
 * Does the work while no other run does, whoever started it. The lock is SQLite's on a file, which the system lets go
 * of when a process dies. Throws SyncBusy at once where it is taken.
 */
export async function withSyncLock<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  mkdirSync(dataDir, { recursive: true });
  const lock = new DatabaseSync(join(dataDir, "sync.lock"));
  try {
    lock.exec("PRAGMA busy_timeout = 0");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    const taken = error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
    throw taken ? new SyncBusy("another sync is running") : error;
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;
