import { z } from "zod";
import { openCacheDatabase } from "#src/base/cache-database.ts";
import type { Log } from "#src/base/log.ts";
import { parseJson } from "#src/base/parse-json.ts";

/** What is kept, and how many of it at most: the newest written. */
const MOST = { listing: 1000, facts: 5000, collection: 500, spent: 10 } as const;
type Kind = keyof typeof MOST;

/** What spares requests to the hubs and may vanish at any time; a fault of the disk counts as nothing kept. */
export type HubCache = {
  /** Undefined where nothing is kept, or not what the schema describes: as after an update of Mulu. */
  read: <Value>(kind: Kind, key: string, schema: z.ZodType<Value>) => Value | undefined;
  keep: (kind: Kind, key: string, value: unknown) => void;
  close: () => void;
};

const FILE = "hub-cache.sqlite";
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS kept (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, key)
  ) STRICT;
`;
const row = z.object({ value: z.string() });

/** Opens the cache in a folder, which is made; without one, or where it cannot be written, it is kept in memory. */
export function openHubCache(directory: string | undefined, log?: Log): HubCache {
  const { database, kept, close } = openCacheDatabase({ directory, file: FILE, schema: SCHEMA, log });
  const find = database.prepare("SELECT value FROM kept WHERE kind = ? AND key = ?");
  const write = database.prepare("INSERT OR REPLACE INTO kept (kind, key, value) VALUES (?, ?, ?)");
  const drop = database.prepare(
    "DELETE FROM kept WHERE kind = ? AND id < (SELECT id FROM kept WHERE kind = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
  );
  return {
    read: (kind, key, schema) => {
      const found = row.safeParse(kept(() => find.get(kind, key.toLowerCase())));
      return schema.safeParse(parseJson(found.data?.value ?? "")).data;
    },
    keep: (kind, key, value) => {
      kept(() => [write.run(kind, key.toLowerCase(), JSON.stringify(value)), drop.run(kind, kind, MOST[kind] - 1)]);
    },
    close,
  };
}
