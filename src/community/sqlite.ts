import { lstatSync, type Stats, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { openPrivate, type SqliteFault, sqliteFault } from "#src/base/sqlite.ts";
import { StoreAway } from "#src/base/store-away.ts";
import { backupsOf } from "./backup.ts";
import { migrate } from "./migrations.ts";
import { byKey, type CommunityStore, CommunityUnusable, jsonOf, parsed } from "./store.ts";

/** A journal that is deleted, and no log beside the file: so it can be read in a folder that cannot be written to. */
const SETTINGS = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON";

/** A backup, or a person with a tool for databases, has a lock for moments. Both in ms. */
const PATIENCE_MS = 2000;
const RETRY_MS = 25;
/** A file that could not be used is looked at again after so long. */
const LOOK_AGAIN_MS = 1000;

const checkRow = z.object({ quick_check: z.string() });
const versionRow = z.object({ data_version: z.int() });
const rows = z.array(z.object({ collection: z.string(), key: z.string(), value: z.string() }));

export type CommunityFileOptions = {
  path: string;
  /** Told what the disk refused, as often as it does. */
  onFault?: ((fault: SqliteFault) => void) | undefined;
  /** Told when the file was opened, and when something was kept. */
  onWell?: (() => void) | undefined;
  /** Told at the start, with the newest backup, where there is one and the file is missing or empty. */
  onMissing?: ((backup: string) => void) | undefined;
};

type Documents = Map<string, Map<string, string>>;
type Opened = { database: DatabaseSync; documents: Documents; version: number };
/** There is no file, and none can be made for what `said` says. */
type Absent = { database?: undefined; said: string };

/**
 * The store in a file, for a single process. It opens with the first question, never throws here, and never waits on the
 * event loop. Where there is no file and none can be made nothing is known, and nothing can be kept.
 *
 * All of it is held in memory too: what is known is answered while somebody else locks the file, or the disk fails.
 */
export function openCommunityFile(options: CommunityFileOptions): CommunityStore {
  const { onFault, onWell } = options;
  const file = createFile(options);
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  const open = (): Opened | Absent => {
    if (isClosed) throw new StoreAway("the store is closed");
    return file.open();
  };

  /** What is known, also of what another program has written. */
  const read = (): Documents => {
    const known = open();
    if (known.database === undefined) return new Map();
    try {
      const version = versionOf(known.database);
      if (version !== known.version) Object.assign(known, { documents: readAll(known.database), version });
    } catch (error) {
      const fault = sqliteFault(error);
      if (fault === undefined) throw error;
      if (fault.kind !== "busy") onFault?.(fault);
    }
    return known.documents;
  };

  /** Tries again while somebody else has a lock. Rejects with StoreAway where that takes too long, or the disk refuses it. */
  const insist = async <T>(act: () => T): Promise<T> => {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return act();
      } catch (error) {
        const fault = sqliteFault(error);
        if (fault === undefined) throw error;
        if (fault.kind === "busy" && performance.now() < until) {
          onFault?.(fault);
          await wait(RETRY_MS);
          continue;
        }
        onFault?.(fault);
        throw new StoreAway(fault.said, { cause: error });
      }
    }
  };

  /** One write after the other, so that the newest wins. */
  const write = <T>(act: (known: Opened) => T): Promise<T> => {
    const work = last.then(() =>
      insist(() => {
        const known = open();
        if (known.database === undefined) throw new StoreAway(known.said);
        const result = act(known);
        onWell?.();
        return result;
      }),
    );
    last = work.catch(() => {});
    return work;
  };

  return {
    get: (collection, key) =>
      insist(() => {
        const json = read().get(collection)?.get(key);
        return json === undefined ? undefined : parsed(json);
      }),
    list: (collection) =>
      insist(() =>
        [...(read().get(collection) ?? [])].map(([key, json]) => ({ key, value: parsed(json) })).toSorted(byKey),
      ),
    put: async (collection, key, value) => {
      const json = jsonOf(value);
      await write(({ database, documents }) => {
        database.prepare("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)").run(collection, key, json);
        keep(documents, { collection, key, value: json });
      });
    },
    remove: (collection, key) =>
      write(({ database, documents }) => {
        const { changes } = database
          .prepare("DELETE FROM documents WHERE collection = ? AND key = ?")
          .run(collection, key);
        documents.get(collection)?.delete(key);
        return changes > 0;
      }),
    close: async () => {
      await last;
      isClosed = true;
      file.close();
    },
  };
}

/** The file, opened with the first question, and again from time to time where it could not be used. */
function createFile({ path, onFault, onWell, onMissing }: CommunityFileOptions) {
  const missed = (look(path)?.size ?? 0) === 0 ? backupsOf(path).at(-1) : undefined;
  if (missed !== undefined) onMissing?.(missed);
  let opened: Opened | undefined;
  let failed: { why: CommunityUnusable | Absent; at: number } | undefined;
  const tryOpen = (): Opened | CommunityUnusable | Absent => {
    try {
      opened = openWhole(path);
      onWell?.();
      return opened;
    } catch (error) {
      const fault = sqliteFault(error);
      // A lock is waited for by whoever asks.
      if (fault?.kind === "busy") throw error;
      const why = failureOf(error, path);
      if (why instanceof CommunityUnusable) {
        why.backup = backupsOf(path).at(-1);
        onFault?.(unusableFault(why, fault));
      } else if (fault) onFault?.(fault);
      failed = { why, at: performance.now() };
      return why;
    }
  };
  return {
    open: (): Opened | Absent => {
      const isRecent = failed !== undefined && performance.now() - failed.at < LOOK_AGAIN_MS;
      const found = opened ?? (isRecent ? failed?.why : undefined) ?? tryOpen();
      if (found instanceof CommunityUnusable) throw found;
      return found;
    },
    close: (): void => {
      opened?.database.close();
      opened = undefined;
    },
  };
}

/** Opens (and makes) a file that is whole and up to date. Throws CommunityUnusable, and what SQLite and the system say. */
function openWhole(path: string): Opened {
  const database = openPrivate(path);
  try {
    database.exec(SETTINGS);
    const check = checkRow.parse(database.prepare("PRAGMA quick_check(1)").get());
    if (check.quick_check !== "ok") throw new CommunityUnusable("damaged", { cause: new Error(check.quick_check) });
    migrate(database);
    return { database, documents: readAll(database), version: versionOf(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

const versionOf = (database: DatabaseSync): number =>
  versionRow.parse(database.prepare("PRAGMA data_version").get()).data_version;

function readAll(database: DatabaseSync): Documents {
  const documents: Documents = new Map();
  for (const row of rows.parse(database.prepare("SELECT collection, key, value FROM documents").all())) {
    // Of what is no JSON nobody knows what it says.
    parsed(row.value);
    keep(documents, row);
  }
  return documents;
}

function keep(documents: Documents, { collection, key, value }: z.infer<typeof rows>[number]): void {
  const known = documents.get(collection) ?? new Map<string, string>();
  documents.set(collection, known.set(key, value));
}

function failureOf(error: unknown, path: string): CommunityUnusable | Absent {
  if (error instanceof CommunityUnusable) return error;
  const fault = sqliteFault(error);
  if (fault?.kind !== "refused") return new CommunityUnusable("damaged", { cause: error });
  const found = look(path);
  // A link to where nothing is: what it leads to is not there just now.
  if (found === undefined && isLink(path)) return new CommunityUnusable("unreadable", { cause: error });
  // An empty file is one that was just made.
  if (found === undefined || (found.isFile() && found.size === 0)) return { said: fault.said };
  return new CommunityUnusable(found.isFile() ? "unreadable" : "damaged", { cause: error });
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** In words for whoever reads the log, with the mend. */
function unusableFault({ reason, message, backup }: CommunityUnusable, fault: SqliteFault | undefined): SqliteFault {
  const mend = {
    damaged:
      backup === undefined
        ? "there is no backup: move it away to begin anew"
        : `delete community.db-journal, if it is there, and copy ${backup} in its place`,
    newer: "start the version that wrote it, or a newer one",
    unreadable: "give it to the user that runs this program, and see that it is there if it is a link",
  };
  const code = fault?.code ?? reason;
  return { kind: "damaged", code, said: `${fault?.said ?? code}: ${message}, so no try is run; ${mend[reason]}` };
}

/** Undefined where there is nothing, or where the folder lets nobody look. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
