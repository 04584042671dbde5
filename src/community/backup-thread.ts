import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { openPrivate, sqliteFault } from "#src/base/sqlite.ts";

/** A thread that copies a database as SQLite does, whole and compact, and says how that went. */

/** Whoever writes meanwhile is let pass. */
const PATIENCE_MS = 5000;

const { from, to } = z.object({ from: z.string(), to: z.string() }).parse(workerData);

function copy(): { fault?: string } {
  // SQLite writes into an empty file that is there, which nobody else may read.
  openPrivate(to).close();
  const database = openPrivate(from);
  try {
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    database.prepare("VACUUM INTO ?").run(to);
    return {};
  } finally {
    database.close();
  }
}

try {
  parentPort?.postMessage(copy());
} catch (error) {
  parentPort?.postMessage({ fault: sqliteFault(error)?.said ?? String(error) });
}
