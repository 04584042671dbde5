import { join, resolve } from "node:path";
import { DataDirTaken, prepareDataDir } from "#src/base/data-dir.ts";
import { type FileLock, takeLock } from "#src/base/file-lock.ts";
import { type Locale, textIn } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import { type SqliteFault, sqliteFault } from "#src/base/sqlite.ts";
import { createStoreHealth, type StoreHealth } from "#src/base/store-health.ts";

export const CACHE_FILE = "cache.db";
export const COMMUNITY_FILE = "community.db";
const USAGE_FILE = "usage.json";
const LOCK_FILE = "tries.lock";

type DataFile = { path: string; health: StoreHealth };

/** The files of a single process, and how they do. */
export type DataFiles = {
  cache: DataFile;
  community: DataFile;
  usage: DataFile;
  /** Lets another process have them. */
  release: () => void;
};

/**
 * Makes DATA_DIR where it is missing. Where nothing can be kept in it the log says so in one line, with what mends it, and
 * everything goes on.
 */
export function openDataDir(dataDir: string, locale: Locale, log: Log): SqliteFault | undefined {
  const directory = resolve(dataDir);
  const fault = prepareDataDir(directory);
  if (fault === undefined) return undefined;
  const { kind, code } = fault;
  const uid = process.getuid?.() ?? "?";
  log.warn(textIn(locale)(`problems.dataDir.${kind}`, { directory, code, uid }));
  return { kind: "refused", code, said: code };
}

/**
 * The files in DATA_DIR for this process alone; in memory where there is no folder. Throws DataDirTaken where another process
 * has them.
 */
export function openDataFiles(dataDir: string | undefined, locale: Locale, log: Log): DataFiles {
  const fault = dataDir === undefined ? undefined : openDataDir(dataDir, locale, log);
  const lock = dataDir === undefined || fault ? undefined : lockDataDir(dataDir, log);
  const file = (name: string): DataFile => ({
    path: dataDir === undefined ? ":memory:" : join(dataDir, name),
    health: createStoreHealth(name, log, fault),
  });
  return {
    cache: file(CACHE_FILE),
    community: file(COMMUNITY_FILE),
    usage: file(USAGE_FILE),
    release: () => lock?.release(),
  };
}

function lockDataDir(dataDir: string, log: Log): FileLock {
  try {
    const lock = takeLock(join(dataDir, LOCK_FILE));
    if (lock === "taken") throw new DataDirTaken(resolve(dataDir));
    return lock;
  } catch (error) {
    const fault = sqliteFault(error);
    if (fault === undefined) throw error;
    log.warn({ reason: fault.said }, "DATA_DIR cannot be locked: take care that one process alone uses it");
    return { release: () => {} };
  }
}
