import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { StoreAway } from "#src/base/store-away.ts";
import {
  FORGOTTEN_MS,
  type Found,
  NEWEST_SPEED_SHARE,
  type Notice,
  type TryLook,
  type TryRecords,
} from "#src/tries/records.ts";
import { type EndReason, readProgress, readRest, readTry, waitingProgress, withoutToken } from "#src/tries/try.ts";

const row = z.object({ data: z.string(), progress: z.string(), ended: z.number(), shown: z.number() });
const idRows = z.array(z.object({ id: z.string() }));
const speedRows = z.array(z.object({ model: z.string(), tokens_per_second: z.number() }));
const sqliteError = z.object({ code: z.string(), errcode: z.number().optional() });

/** The table `tries` is of a version before, whose places no surface can find any more. */
const SCHEMA = `
  PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;
  DROP TABLE IF EXISTS tries;
  CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, created INTEGER NOT NULL, data TEXT NOT NULL,
    progress TEXT NOT NULL DEFAULT '', ended INTEGER NOT NULL DEFAULT 0, shown INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS records_person ON records (person);
  CREATE INDEX IF NOT EXISTS records_created ON records (created);
  CREATE TABLE IF NOT EXISTS speeds (model TEXT PRIMARY KEY, tokens_per_second REAL NOT NULL) STRICT;
`;

/** How long the process may be held up by somebody else's lock on the file, once it is open. */
const LOCKED_MS = 100;
const EXPIRY_CHECK_MS = 600_000;
const MOST_FORGOTTEN = 1000;

/** Primary result codes of what may be over the next time (sqlite.org/rescode.html). */
const AWAY: ReadonlySet<number> = new Set([
  ...[5, 6], // BUSY, LOCKED
  ...[8, 10, 13, 14], // READONLY, IOERR, FULL, CANTOPEN
  ...[11, 26], // CORRUPT, NOTADB
]);

export type LocalRecords = TryRecords & {
  /** Ids of tries whose last word a process before this one has not shown, oldest first. */
  unfinished: () => string[];
};

/** Opens (and makes) the database file of a single process; `:memory:` keeps nothing. Tries are kept for `keepMs`. */
export function openRecords(path: string, { keepMs }: { keepMs: number }): LocalRecords {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  database.exec(SCHEMA);
  // Whoever waits for a lock holds up the whole process; a try is refused, and an end is written again, soon enough.
  database.exec(`PRAGMA busy_timeout = ${LOCKED_MS}`);
  const begin = database.prepare(
    "INSERT INTO records (id, person, created, data, progress) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const find = database.prepare("SELECT data, progress, ended, shown FROM records WHERE id = ?");
  const save = database.prepare("UPDATE records SET progress = ? WHERE id = ? AND ended = 0");
  const end = database.prepare(
    "INSERT INTO records (id, person, created, data, progress, ended) VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET data = excluded.data, progress = excluded.progress, ended = 1",
  );
  // What cannot be read will not be shown by anybody after this.
  const endUnreadable = database.prepare("UPDATE records SET ended = 1, shown = 1 WHERE id = ?");
  const shown = database.prepare("UPDATE records SET shown = 1, data = ? WHERE id = ?");
  const idsOf = database.prepare("SELECT id FROM records WHERE person = ? ORDER BY created");
  const forget = database.prepare("DELETE FROM records WHERE person = ?");
  const forgetTry = database.prepare("DELETE FROM records WHERE id = ?");
  const unfinished = database.prepare("SELECT id FROM records WHERE ended = 0 OR shown = 0 ORDER BY created");
  const expire = database.prepare("DELETE FROM records WHERE created < ?");
  const recordSpeed = database.prepare(
    `INSERT INTO speeds VALUES (?, ?) ON CONFLICT DO UPDATE
     SET tokens_per_second = tokens_per_second + (excluded.tokens_per_second - tokens_per_second) * ${NEWEST_SPEED_SHARE}`,
  );
  const speeds = database.prepare("SELECT model, tokens_per_second FROM speeds");

  /** Tries that somebody runs here. */
  const running = new Set<string>();
  const cancels = new Map<string, EndReason>();
  const cancelListeners: ((id: string, reason: EndReason) => void)[] = [];
  const noticeListeners = new Map<string, ((notice: Notice) => void)[]>();
  const forgotten = new Map<string, { until: number; ended: boolean }>();

  const read = (id: string): z.infer<typeof row> | undefined => row.safeParse(find.get(id)).data;
  const readIds = (rows: unknown[]): string[] => idRows.parse(rows).map(({ id }) => id);
  const rememberForgotten = (ids: readonly string[]): void => {
    for (const id of ids) forgotten.set(id, { until: Date.now() + FORGOTTEN_MS, ended: false });
    for (const [id, { until }] of forgotten) {
      if (until > Date.now() && forgotten.size <= MOST_FORGOTTEN) break;
      forgotten.delete(id);
    }
  };
  /** Ends a try once. Of one that is forgotten nothing is kept but that it has ended. */
  const endOnce = (id: string, write: () => void): "ok" | "ended" => {
    const known = forgotten.get(id);
    const isForgotten = known !== undefined && known.until > Date.now();
    if (isForgotten ? known.ended : read(id)?.ended === 1) return "ended";
    if (isForgotten) known.ended = true;
    else write();
    running.delete(id);
    cancels.delete(id);
    return "ok";
  };
  const tellCancel = (id: string, reason: EndReason): void => {
    for (const listener of cancelListeners) listener(id, reason);
  };
  const readFound = (id: string): Found => {
    const found = read(id);
    if (found === undefined) return undefined;
    const attempt = readTry(found.data);
    const progress = readProgress(found.progress);
    if (attempt === undefined || progress === undefined)
      return { kind: "unreadable", rest: readRest(found.data), ended: found.ended === 1 };
    return { kind: "try", try: attempt, progress, shown: found.shown === 1, cancel: cancels.get(id) };
  };
  const readLook = (id: string): TryLook => {
    const found = read(id);
    const open = running.has(id) ? "running" : "waiting";
    return {
      state: found === undefined ? "gone" : found.ended === 1 ? "ended" : open,
      shown: found?.shown === 1,
      cancel: cancels.get(id),
      progress: found && readProgress(found.progress),
    };
  };
  const removeExpired = (): void => void expire.run(Date.now() - keepMs);
  removeExpired();
  const expiry = setInterval(() => void ask(removeExpired).catch(() => {}), EXPIRY_CHECK_MS).unref();

  return {
    begin: (attempt) =>
      ask(() => {
        const progress = JSON.stringify(waitingProgress(attempt));
        begin.run(attempt.id, attempt.person, Date.now(), JSON.stringify(attempt), progress);
      }),
    find: (id) => ask(() => readFound(id)),
    look: (ids) => ask(() => ids.map(readLook)),
    start: (id) =>
      ask(() => {
        if (read(id)?.ended !== 0) return;
        running.add(id);
        const reason = cancels.get(id);
        // It was told before anybody listened for it.
        if (reason !== undefined) setImmediate(tellCancel, id, reason);
      }),
    unstart: async (id) => void running.delete(id),
    // Here the runner has the same output, which makes one edit after the other.
    whileWaiting: (_, edit) => edit(),
    save: (id, progress) => ask(() => void save.run(JSON.stringify(progress), id)),
    end: (attempt, progress) =>
      ask(() => {
        const kept = [JSON.stringify(attempt), JSON.stringify(progress)];
        return endOnce(attempt.id, () => void end.run(attempt.id, attempt.person, Date.now(), ...kept));
      }),
    endUnreadable: (id) => ask(() => endOnce(id, () => void endUnreadable.run(id))),
    shown: (attempt) => ask(() => void shown.run(JSON.stringify(withoutToken(attempt)), attempt.id)),
    cancel: (id, reason) =>
      ask(() => {
        if (read(id)?.ended !== 0) return;
        if (!cancels.has(id)) cancels.set(id, reason);
        tellCancel(id, reason);
      }),
    onCancel: (listener) => void cancelListeners.push(listener),
    tell: async (holder, notice) => {
      const listeners = noticeListeners.get(holder) ?? [];
      for (const listener of listeners) listener(notice);
      return listeners.length > 0;
    },
    onNotice: (holder, listener) =>
      void noticeListeners.set(holder, [...(noticeListeners.get(holder) ?? []), listener]),
    idsOf: (person) => ask(() => readIds(idsOf.all(person))),
    forget: (person) =>
      ask(() => {
        rememberForgotten(readIds(idsOf.all(person)));
        return Number(forget.run(person).changes);
      }),
    forgetTry: ({ id }) =>
      ask(() => {
        rememberForgotten([id]);
        forgetTry.run(id);
      }),
    recordSpeed: (model, tokensPerSecond) => ask(() => void recordSpeed.run(model, tokensPerSecond)),
    speeds: () =>
      ask(() => {
        const rows = speedRows.parse(speeds.all());
        return new Map(rows.map((item) => [item.model, item.tokens_per_second]));
      }),
    unfinished: () => readIds(unfinished.all()),
    close: async () => {
      clearInterval(expiry);
      if (database.isOpen) database.close();
    },
  };
}

/** Asks the database something. Rejects with StoreAway where it is closed, or refuses it for now. */
async function ask<T>(act: () => T): Promise<T> {
  try {
    return act();
  } catch (error) {
    const { data } = sqliteError.safeParse(error);
    const isClosed = data?.code === "ERR_INVALID_STATE";
    // The primary code is in the lowest byte.
    if (!isClosed && !AWAY.has((data?.errcode ?? 0) & 0xff)) throw error;
    throw new StoreAway(error instanceof Error ? error.message : "away", { cause: error });
  }
}
