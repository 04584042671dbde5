import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished } from "vitest";
import { createLog } from "#src/base/log.ts";
import { createStoreHealth } from "#src/base/store-health.ts";
import { type LocalRecords, openRecords } from "#src/tries/local/records.ts";
import { type Progress, type Try, waitingProgress, withRuns } from "#src/tries/try.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { tryOf } from "#tests/tries/written-tries.ts";

export const KEEP_MS = 3_600_000;

export const newFile = async (name = "cache.db"): Promise<string> => join(await temporaryFolder(), name);

type Line = { msg: string; reason?: string; file?: string };
export function openSaying(path: string, keepMs = KEEP_MS) {
  const lines: Line[] = [];
  const log = createLog({ logLevel: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const health = createStoreHealth("cache.db", log);
  const records = openRecords({ path, keepMs, health, log });
  onTestFinished(() => records.close());
  const leftOver: string[] = [];
  records.onLeftOver((ids) => void leftOver.push(...ids));
  return { records, lines, health, leftOver };
}
export const open = (path: string): LocalRecords => openSaying(path).records;

/** The database as another program has it. */
export function openRaw(path: string): DatabaseSync {
  const raw = new DatabaseSync(path);
  onTestFinished(() => void (raw.isOpen && raw.close()));
  return raw;
}

const done = (attempt: Try, text: string): Progress =>
  withRuns(waitingProgress(attempt), (run) => ({ ...run, phase: "done", text }));
/** A try from its acceptance to its last word. */
export async function live(records: LocalRecords, id: string, text: string, person = "a"): Promise<Try> {
  const attempt = tryOf(id, person);
  await records.begin(attempt);
  await records.start(id);
  await records.save(id, waitingProgress(attempt));
  expect(await records.end(attempt, done(attempt, text))).toBe("ok");
  await records.shown(attempt);
  return attempt;
}
export const textOf = async (records: LocalRecords, id: string): Promise<string | undefined> => {
  const found = await records.find(id);
  return found?.kind === "try" ? found.progress.runs[0].text : undefined;
};
