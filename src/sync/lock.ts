import { join } from "node:path";
import { makePrivateFolder } from "#src/base/data-dir.ts";
import { takeLock } from "#src/base/file-lock.ts";

/** Another run is under way, in this process or another. */
export class SyncBusy extends Error {
  override name = "SyncBusy";
}

/** Does the work while no other run does, whoever started it. Throws SyncBusy at once where one is under way. */
export async function withSyncLock<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  makePrivateFolder(dataDir);
  const lock = takeLock(join(dataDir, "sync.lock"));
  if (lock === "taken") throw new SyncBusy("another sync is running");
  try {
    return await work();
  } finally {
    lock.release();
  }
}
