import type { Log } from "./log.ts";
import type { SqliteFault } from "./sqlite.ts";

export type StoreHealth = {
  /** The disk refused something. */
  fails: (fault: SqliteFault) => void;
  /** Something was written. */
  well: () => void;
  /** What the disk refuses now, and since when (ISO 8601); no code while all is well. */
  now: () => { file: string; code: string | undefined; since: string };
};

/** A fault of one kind that stays is said again after so long, then after twice as long, and so on. Both in ms. */
const SAY_AGAIN_MS = 60_000;
const SAY_AGAIN_MOST_MS = 3_600_000;
/** Backups and people with tools for databases have a lock for moments. */
const BUSY_MS = 1000;

/**
 * Whether a file of ours can be written: in the log once a minute at most for each kind of fault, and when it is well again.
 * `known`: what the log has said of the whole folder.
 */
export function createStoreHealth(file: string, log: Log, known?: SqliteFault): StoreHealth {
  let code = known?.code;
  let since = new Date();
  let busySince: number | undefined;
  /** When each was said last, by performance.now(), and when it may be said again. */
  const said = new Map<string, { at: number; pause: number }>();
  let isKnown = known !== undefined;
  return {
    fails: (fault) => {
      const now = performance.now();
      busySince ??= now;
      if (fault.kind === "busy" && now - busySince < BUSY_MS) return;
      if (isKnown) return;
      if (code === undefined) since = new Date();
      code = fault.code;
      const before = said.get(code);
      if (before && now - before.at < before.pause) return;
      said.set(code, { at: now, pause: Math.min((before?.pause ?? SAY_AGAIN_MS / 2) * 2, SAY_AGAIN_MOST_MS) });
      log.warn({ file, reason: fault.said }, "a file of DATA_DIR cannot be read or written");
    },
    well: () => {
      busySince = undefined;
      if (code === undefined) return;
      [code, since, isKnown] = [undefined, new Date(), false];
      said.clear();
      log.info({ file }, "a file of DATA_DIR is well again");
    },
    now: () => ({ file, code, since: since.toISOString() }),
  };
}
