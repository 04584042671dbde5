import type { Log } from "#src/base/log.ts";
import type { StoreHealth } from "#src/base/store-health.ts";
import {
  FORGOTTEN_MS,
  type Found,
  NEWEST_SPEED_SHARE,
  type Notice,
  type TryLook,
  type TryRecords,
} from "#src/tries/records.ts";
import {
  type EndReason,
  readProgress,
  readRest,
  readTry,
  type Try,
  waitingProgress,
  withoutToken,
} from "#src/tries/try.ts";
import type { Row } from "./cache-file.ts";
import { createRows } from "./rows.ts";

const MOST_FORGOTTEN = 1000;

export type RecordsOptions = {
  /** The file; `:memory:` keeps nothing. */
  path: string;
  /** Tries are kept for so many ms. */
  keepMs: number;
  health: StoreHealth;
  log: Log;
};

export type LocalRecords = TryRecords & {
  /** Called with the ids of tries whose last word a process before this one has not shown, oldest first, once the file is read. */
  onLeftOver: (listener: (ids: string[]) => void) => void;
};

/**
 * What a single process keeps: in memory first, and in a file as soon as the disk takes it. What is accepted here is never
 * away; what a process before this one has kept may be.
 */
export function openRecords(options: RecordsOptions): LocalRecords {
  const rows = createRows(options);
  /** Tries that somebody runs here. */
  const running = new Set<string>();
  const cancels = new Map<string, EndReason>();
  const cancelListeners: ((id: string, reason: EndReason) => void)[] = [];
  const noticeListeners = new Map<string, ((notice: Notice) => void)[]>();
  const forgotten = new Map<string, { until: number; ended: boolean }>();

  const read = rows.find;
  const change = (id: string, changes: Partial<Row>): void => {
    const row = read(id);
    if (row) rows.put({ ...row, ...changes });
  };
  const newRow = (attempt: Try, fields: Pick<Row, "progress" | "ended">): Row => ({
    ...{ id: attempt.id, person: attempt.person, created: Date.now(), data: JSON.stringify(attempt), shown: 0 },
    ...fields,
  });
  const rememberForgotten = (ids: readonly string[]): void => {
    for (const id of ids) forgotten.set(id, { until: Date.now() + FORGOTTEN_MS, ended: false });
    for (const [id, { until }] of forgotten) {
      if (until > Date.now() && forgotten.size <= MOST_FORGOTTEN) break;
      forgotten.delete(id);
    }
  };
  /** Ends a try once. Of one that is forgotten nothing is kept but that it has ended. */
  const endOnce = (id: string, write: (row: Row | undefined) => void): "ok" | "ended" => {
    const known = forgotten.get(id);
    const isForgotten = known !== undefined && known.until > Date.now();
    const row = isForgotten ? undefined : read(id);
    if (isForgotten ? known.ended : row?.ended === 1) return "ended";
    if (isForgotten) known.ended = true;
    else write(row);
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

  return {
    begin: async (attempt) =>
      rows.put(newRow(attempt, { progress: JSON.stringify(waitingProgress(attempt)), ended: 0 })),
    find: async (id) => readFound(id),
    look: async (ids) => ids.map(readLook),
    start: async (id) => {
      if (read(id)?.ended !== 0) return;
      running.add(id);
      const reason = cancels.get(id);
      // It was told before anybody listened for it.
      if (reason !== undefined) setImmediate(tellCancel, id, reason);
    },
    unstart: async (id) => void running.delete(id),
    // Here the runner has the same output, which makes one edit after the other.
    whileWaiting: (_, edit) => edit(),
    save: async (id, progress) => {
      if (read(id)?.ended === 0) change(id, { progress: JSON.stringify(progress) });
    },
    end: async (attempt, progress) =>
      endOnce(attempt.id, (row) => {
        const fields = { progress: JSON.stringify(progress), ended: 1 };
        rows.put(row ? { ...row, ...fields, data: JSON.stringify(attempt) } : newRow(attempt, fields));
      }),
    // What cannot be read will not be shown by anybody after this.
    endUnreadable: async (id) => endOnce(id, () => change(id, { ended: 1, shown: 1 })),
    shown: async (attempt) => change(attempt.id, { shown: 1, data: JSON.stringify(withoutToken(attempt)) }),
    cancel: async (id, reason) => {
      if (read(id)?.ended !== 0) return;
      if (!cancels.has(id)) cancels.set(id, reason);
      tellCancel(id, reason);
    },
    onCancel: (listener) => void cancelListeners.push(listener),
    tell: async (holder, notice) => {
      const listeners = noticeListeners.get(holder) ?? [];
      for (const listener of listeners) listener(notice);
      return listeners.length > 0;
    },
    onNotice: (holder, listener) =>
      void noticeListeners.set(holder, [...(noticeListeners.get(holder) ?? []), listener]),
    idsOf: async (person) => rows.idsOf(person),
    forget: async (person) => {
      let ids: string[] = [];
      try {
        ids = rows.idsOf(person);
        rememberForgotten(ids);
      } finally {
        // Also where it is not known what the file has.
        await rows.forget(person);
      }
      return ids.length;
    },
    forgetTry: async ({ id }) => {
      rememberForgotten([id]);
      await rows.forgetOne(id);
    },
    recordSpeed: async (model, tokensPerSecond) => {
      const seen = rows.speeds().get(model) ?? tokensPerSecond;
      rows.putSpeed(model, seen + (tokensPerSecond - seen) * NEWEST_SPEED_SHARE);
    },
    speeds: async () => rows.speeds(),
    onLeftOver: rows.onLeftOver,
    close: rows.close,
  };
}
