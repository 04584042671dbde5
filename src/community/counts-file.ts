import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { withDeadline } from "#src/base/deadline.ts";
import { sqliteFault } from "#src/base/sqlite.ts";
import { StoreAway } from "#src/base/store-away.ts";
import type { StoreHealth } from "#src/base/store-health.ts";
import { writePrivateFile } from "#src/base/write-file.ts";
import { byKey } from "./store.ts";
import type { CountsStore } from "./usage.ts";

export type CountsFileOptions = {
  /** `:memory:` keeps nothing. */
  path: string;
  health: Pick<StoreHealth, "fails" | "well">;
  /** What has changed is written after so many ms. */
  everyMs?: number;
};

const EVERY_MS = 10_000;
/** Nobody waits longer for the disk. */
const PATIENCE_MS = 2000;
/** Of more keys the first are let go: they begin with the day. */
const MOST_KEYS = 20_000;

const shape = z.record(z.string(), z.unknown());

/**
 * Counts in memory, and some seconds later in a JSON file, which is written off the event loop: a disk that hangs holds up
 * nobody. What was counted in the last seconds is lost with a crash, and a file that cannot be read counts as none.
 */
export function openCountsFile({ path, health, everyMs = EVERY_MS }: CountsFileOptions): CountsStore {
  const counts = new Map<string, unknown>();
  const isKept = path !== ":memory:";
  let isChanged = false;
  let isPlanned = false;
  let writing: Promise<void> | undefined;
  let loading: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    if (!isKept || !(await stat(path)).isFile()) return;
    const found = Object.entries(shape.parse(JSON.parse(await readFile(path, "utf8"))));
    for (const [key, value] of found.slice(-MOST_KEYS)) if (!counts.has(key)) counts.set(key, value);
  };
  const loaded = (): Promise<void> => {
    loading ??= withDeadline(PATIENCE_MS, load()).catch(() => {});
    return loading;
  };

  const write = async (): Promise<void> => {
    if (!isChanged) return;
    isChanged = false;
    try {
      await writePrivateFile(path, `${JSON.stringify(Object.fromEntries(counts))}\n`);
      health.well();
    } catch (error) {
      isChanged = true;
      const fault = sqliteFault(error);
      if (fault === undefined) throw error;
      health.fails(fault);
      throw new StoreAway(fault.said, { cause: error });
    }
  };
  /** One write at a time. */
  const writeNow = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const later = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => {
      isPlanned = false;
      // What failed is written again.
      writeNow().catch(later);
    }, everyMs).unref();
  };
  const changed = (): void => {
    if (!isKept) return;
    isChanged = true;
    later();
  };
  const isMissing = async (): Promise<boolean> => (await stat(path).catch(() => undefined)) === undefined;

  const settle = async (): Promise<void> => {
    // One that is under way may have begun before the change.
    await writing?.catch(() => {});
    await writeNow();
  };

  return {
    get: async (key) => {
      await loaded();
      return counts.get(key);
    },
    list: async () => {
      await loaded();
      return [...counts].map(([key, value]) => ({ key, value })).toSorted(byKey);
    },
    put: async (key, value) => {
      await loaded();
      counts.set(key, value);
      for (const first of counts.size > MOST_KEYS ? [...counts.keys()].toSorted().slice(0, -MOST_KEYS) : [])
        counts.delete(first);
      changed();
    },
    remove: async (key) => {
      await loaded();
      if (counts.delete(key)) changed();
    },
    settled: async () => {
      if (!isChanged && writing === undefined) return;
      let isOver = false;
      const settling = settle().then(
        () => {
          isOver = true;
        },
        async (error: unknown) => {
          // Where there is no file there is nothing that should not be in it.
          if (!(await isMissing())) throw error;
          isOver = true;
        },
      );
      await withDeadline(PATIENCE_MS, settling);
      if (!isOver) throw new StoreAway("the disk does not answer");
    },
  };
}
