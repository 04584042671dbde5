import { join } from "node:path";
import { makePrivateFolder } from "#src/base/data-dir.ts";
import { type FileLock, takeLock } from "#src/base/file-lock.ts";
import type { Log } from "#src/base/log.ts";
import { sqliteFault } from "#src/base/sqlite.ts";

/** Another run is under way, in this process or another. */
export class SyncBusy extends Error {
  override name = "SyncBusy";
}

/**
 * Does the work while no other run does, whoever started it. Throws SyncBusy at once where one is under way. Where the disk
 * lets nobody have a lock the log says so, and the work is done.
 */
export async function withSyncLock<Result>(dataDir: string, work: () => Promise<Result>, log: Log): Promise<Result> {
  const lock = take(dataDir, log);
  if (lock === "taken") throw new SyncBusy("another sync is running");
  try {
    return await work();
  } finally {
    lock?.release();
  }
}

function take(dataDir: string, log: Log): FileLock | "taken" | undefined {
  try {
    makePrivateFolder(dataDir);
    return takeLock(join(dataDir, "sync.lock"));
  } catch (error) {
    const fault = sqliteFault(error);
    if (fault === undefined) throw error;
    log.warn({ reason: fault.said }, "DATA_DIR cannot be locked: take care that one sync runs at a time");
    return undefined;
  }
}
