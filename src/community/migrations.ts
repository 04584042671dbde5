import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { inTransaction } from "#src/base/sqlite.ts";
import { CommunityUnusable } from "./store.ts";

/**
 * From each version of the file to the next; its number (`user_version`) is how many it has gone through. What was released
 * is never changed: a change of the tables is a line more at the end.
 */
export const MIGRATIONS: readonly string[] = [
  "CREATE TABLE documents (collection TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (collection, key)) STRICT, WITHOUT ROWID",
];

const versionRow = z.object({ user_version: z.int() });

/** Brings a file up to date, whole or not at all. Throws CommunityUnusable where a newer program has written it. */
export function migrate(database: DatabaseSync, migrations = MIGRATIONS): void {
  const version = versionOf(database);
  if (version > migrations.length) throw new CommunityUnusable("newer");
  if (version === migrations.length) return;
  inTransaction(database, () => {
    // Another process may have done it meanwhile.
    for (const step of migrations.slice(versionOf(database))) database.exec(step);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

const versionOf = (database: DatabaseSync): number =>
  versionRow.parse(database.prepare("PRAGMA user_version").get()).user_version;
