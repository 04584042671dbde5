import { once } from "node:events";
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { z } from "zod";

/** Backups that are kept; a day without a change makes none. */
const MOST_KEPT = 7;
const TIMEOUT_MS = 120_000;

const answer = z.object({ fault: z.string().optional() });

/** Backups of the store beside its file, oldest first: `community-2026-11-28.db` of `community.db`. */
export function backupsOf(path: string): string[] {
  const name = basename(path, ".db");
  const form = new RegExp(`^${name}-\\d{4}-\\d{2}-\\d{2}\\.db$`);
  try {
    return readdirSync(dirname(path))
      .filter((each) => form.test(each))
      .toSorted();
  } catch {
    return [];
  }
}

/**
 * Copies the file as SQLite does (`VACUUM INTO`) to one beside it with today's date (UTC), in a thread of its own, and
 * deletes the oldest copies. Gives its name; undefined where there is one of today, or nothing has changed since the
 * newest. Rejects where the file is damaged or the disk refuses it; then everything is as before.
 */
export async function backUp(path: string, now: Date, signal: AbortSignal): Promise<string | undefined> {
  const changed = statSync(path, { throwIfNoEntry: false });
  const newest = backupsOf(path).at(-1);
  const name = `${basename(path, ".db")}-${now.toISOString().slice(0, 10)}.db`;
  if (changed === undefined || changed.size === 0 || (newest !== undefined && newest >= name)) return undefined;
  if (newest !== undefined && statSync(join(dirname(path), newest)).mtimeMs >= changed.mtimeMs) return undefined;
  const temporary = `${path}.backup.tmp`;
  const clean = (): void => {
    for (const end of ["", "-journal"]) rmSync(`${temporary}${end}`, { force: true });
  };
  // One that a killed process has left.
  clean();
  try {
    await copyInThread(path, temporary, signal);
    renameSync(temporary, join(dirname(path), name));
  } catch (error) {
    clean();
    throw error;
  }
  for (const old of backupsOf(path).slice(0, -MOST_KEPT)) rmSync(join(dirname(path), old), { force: true });
  return name;
}

async function copyInThread(from: string, to: string, signal: AbortSignal): Promise<void> {
  const thread = new Worker(new URL("backup-thread.ts", import.meta.url), {
    ...{ env: {}, execArgv: [], name: "backup", workerData: { from, to } },
  });
  try {
    const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const [message]: unknown[] = await once(thread, "message", { signal: ended });
    const { fault } = answer.parse(message);
    if (fault !== undefined) throw new Error(fault);
  } finally {
    await thread.terminate();
  }
}
