import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import { type SqliteFault, sqliteFault } from "#src/base/sqlite.ts";
import { StoreAway } from "#src/base/store-away.ts";
import type { StoreHealth } from "#src/base/store-health.ts";
import { type CacheFile, mustMakeRoom, openCacheFile, type Row, removeOld, setAside, takeOver } from "./cache-file.ts";
import { createHeldRows } from "./held-rows.ts";

export type RowsOptions = {
  /** `:memory:` keeps nothing. */
  path: string;
  keepMs: number;
  health: StoreHealth;
  log: Log;
};

/** Rows of tries: the newest state is in memory until the file has it. */
export type Rows = {
  /** Throws StoreAway where only the file knows, and does not tell. */
  find: (id: string) => Row | undefined;
  /** The newest state wins. It is in the file at once, or as soon as the disk takes it. */
  put: (row: Row) => void;
  /** Oldest first. Throws StoreAway. */
  idsOf: (person: string) => string[];
  /** Deletes all of a person. Rejects with StoreAway where the file still has it; it goes once the disk lets it. */
  forget: (person: string) => Promise<void>;
  /** Likewise for one. */
  forgetOne: (id: string) => Promise<void>;
  speeds: () => ReadonlyMap<string, number>;
  putSpeed: (model: string, tokensPerSecond: number) => void;
  /** Called with the ids of tries whose last word a process before this one has not shown, as soon as the file is read. */
  onLeftOver: (listener: (ids: string[]) => void) => void;
  /** Writes what is left, where the disk takes it. */
  close: () => Promise<void>;
};

/** What the disk did not take is written again after so long, the pauses growing. Both in ms. */
const RETRY_MS = 250;
const RETRY_MOST_MS = 5000;
/** Rows in one turn of the event loop: about a millisecond. */
const BATCH = 50;
const EXPIRY_CHECK_MS = 600_000;
const CLOSE_MS = 1500;
const SAY_LOST_MS = 60_000;
/** A disk that damages each new file is not to be filled with them. */
const ASIDE_EVERY_MS = 60_000;

export function createRows({ path, keepMs, health, log }: RowsOptions): Rows {
  const held = createHeldRows();
  /** What the file still has and must not: all of a person up to a time, and single tries. */
  const forgotten = new Map<string, number>();
  const removed = new Set<string>();
  const speeds = new Map<string, number>();
  const newSpeeds = new Set<string>();
  const leftOverListeners: ((ids: string[]) => void)[] = [];
  let leftOver: string[] = [];
  let file: CacheFile | undefined;
  let refused: { fault: SqliteFault; until: number } | undefined;
  let asideAt = Number.NEGATIVE_INFINITY;
  let isTakenOver = path === ":memory:";
  let isClosed = false;

  const opened = (): CacheFile => {
    file = openCacheFile(path);
    // It may be a new one.
    held.writeAll();
    for (const [model, speed] of file.speeds()) if (!speeds.has(model)) speeds.set(model, speed);
    leftOver = file.unfinished().filter((id) => !held.has(id));
    for (const listener of leftOverListeners) listener(leftOver);
    return file;
  };
  const makeRoom = (error: unknown): void => {
    if (performance.now() - asideAt < ASIDE_EVERY_MS) throw error;
    asideAt = performance.now();
    const name = setAside(path);
    const reason = sqliteFault(error)?.said ?? String(error);
    log.warn(
      { file: name, reason },
      "the file of tries could not be used and was set aside: older buttons do nothing now",
    );
  };
  const takeOverOnce = (): void => {
    if (isTakenOver) return;
    isTakenOver = true;
    try {
      if (takeOver(path)) log.info({ file: path }, "the tries of mulu.db are kept in this file from now on");
    } catch (error) {
      log.warn({ reason: sqliteFault(error)?.said ?? String(error) }, "the tries of mulu.db are let go");
    }
  };
  const open = (): CacheFile => {
    takeOverOnce();
    try {
      return opened();
    } catch (error) {
      if (!mustMakeRoom(error, path)) throw error;
      makeRoom(error);
      return opened();
    }
  };

  /** Goes on with a new file where this one has turned out to be damaged. */
  const leave = (error: unknown): void => {
    if (file === undefined) return;
    file.close();
    file = undefined;
    try {
      makeRoom(error);
    } catch {
      // It cannot be renamed, or the last one was damaged a moment ago: memory has what is new.
    }
  };
  /** Asks the file something; gives the fault where it does not answer now. */
  const ask = <T>(act: (file: CacheFile) => T): { value: T } | { fault: SqliteFault } => {
    if (refused && file === undefined && performance.now() < refused.until) return refused;
    try {
      const value = act(file ?? open());
      refused = undefined;
      return { value };
    } catch (error) {
      const fault = sqliteFault(error);
      if (fault === undefined) throw error;
      health.fails(fault);
      if (fault.kind === "damaged") leave(error);
      refused = { fault, until: performance.now() + RETRY_MS };
      return refused;
    }
  };
  const read = <T>(act: (file: CacheFile) => T, nothing: T): T => {
    if (isClosed) throw new StoreAway("the records are closed");
    const answer = ask(act);
    if ("value" in answer) return answer.value;
    // Where there is no file, memory has everything.
    if (!existsSync(path)) return nothing;
    throw new StoreAway(answer.fault.said);
  };

  const writeSome = (): boolean => {
    const rows = held.unwritten(BATCH);
    const answer = ask((to) => {
      to.write({
        forgotten,
        removed,
        rows,
        speeds: [...newSpeeds].map((model) => [model, speeds.get(model) ?? 0] as const),
      });
    });
    if ("fault" in answer) return false;
    health.well();
    forgotten.clear();
    removed.clear();
    newSpeeds.clear();
    held.written(rows);
    return true;
  };
  const isLeft = (): boolean => held.unwritten(1).length > 0 || forgotten.size + removed.size > 0 || newSpeeds.size > 0;

  let retry: NodeJS.Timeout | undefined;
  let pause = RETRY_MS;
  /** Writes at once what there is, or later where the disk does not take it. */
  const flush = (): void => {
    if (retry !== undefined || isClosed) return;
    const isWritten = writeSome();
    pause = isWritten ? RETRY_MS : Math.min(pause * 2, RETRY_MOST_MS);
    if (isLeft() || file === undefined) later(isWritten ? 0 : pause);
  };
  const later = (ms: number): void => {
    retry = setTimeout(() => {
      retry = undefined;
      flush();
    }, ms).unref();
  };

  let saidLostAt = Number.NEGATIVE_INFINITY;
  const sayLost = (): void => {
    if (performance.now() - saidLostAt < SAY_LOST_MS) return;
    saidLostAt = performance.now();
    log.warn("what the disk does not take is too much: the oldest tries are let go");
  };

  const expire = (): void => {
    const before = Date.now() - keepMs;
    held.expire(before);
    ask((from) => from.expire(before));
    if (path === ":memory:") return;
    try {
      removeOld(path, before);
    } catch {
      // Where nothing can be looked at or deleted nothing was made.
    }
  };
  const expiry = setInterval(expire, EXPIRY_CHECK_MS).unref();
  expire();
  // What could not be opened now is tried again, also for what a process before this one has left in it.
  if (file === undefined) later(RETRY_MS);

  const isForgotten = ({ id, person, created }: Pick<Row, "id" | "person" | "created">): boolean =>
    removed.has(id) || created <= (forgotten.get(person) ?? Number.NEGATIVE_INFINITY);

  return {
    find: (id) => {
      const row = held.get(id) ?? read((from) => from.find(id), undefined);
      return row === undefined || isForgotten(row) ? undefined : row;
    },
    put: (row) => {
      if (isClosed) throw new StoreAway("the records are closed");
      if (held.put(row) > 0) sayLost();
      flush();
    },
    idsOf: (person) => {
      const kept = read((from) => from.idsOf(person), []).filter((row) => !isForgotten({ ...row, person }));
      const known = new Set(kept.map(({ id }) => id));
      return [...kept, ...held.of(person).filter(({ id }) => !known.has(id))].map(({ id }) => id);
    },
    forget: async (person) => {
      held.drop(person);
      forgotten.set(person, Date.now());
      flush();
      if (forgotten.has(person) && existsSync(path)) throw new StoreAway("the file cannot be written to");
    },
    forgetOne: async (id) => {
      held.dropOne(id);
      removed.add(id);
      flush();
      if (removed.has(id) && existsSync(path)) throw new StoreAway("the file cannot be written to");
    },
    speeds: () => speeds,
    putSpeed: (model, tokensPerSecond) => {
      speeds.set(model, tokensPerSecond);
      newSpeeds.add(model);
      flush();
    },
    onLeftOver: (listener) => {
      leftOverListeners.push(listener);
      if (leftOver.length > 0) listener(leftOver);
    },
    close: async () => {
      if (isClosed) return;
      clearInterval(expiry);
      clearTimeout(retry);
      const until = performance.now() + CLOSE_MS;
      while (isLeft() && (writeSome() || performance.now() < until)) await wait(1);
      if (held.unwritten(1).length > 0) log.warn("the disk did not take all tries: some buttons will do nothing");
      isClosed = true;
      file?.close();
    },
  };
}
