import { z } from "zod";
import { openCacheDatabase } from "#src/base/cache-database.ts";
import type { Log } from "#src/base/log.ts";
import type { ReadmeText } from "#src/sync/sources/observation.ts";

/** What spares requests and may vanish at any time; a fault of the disk counts as nothing kept. */
export type SyncCache = {
  readme: (oid: string) => ReadmeText | undefined;
  keepReadme: (oid: string, readme: ReadmeText) => void;
  /** When a repository was last looked at, in ms since 1970; 0 where that is not known. */
  lastChecked: (name: string) => number;
  checked: (name: string, at: number) => void;
  /** What an owner was seen to have. */
  owner: (login: string) => OwnerMemory | undefined;
  keepOwner: (login: string, memory: OwnerMemory) => void;
  close: () => void;
};

/** The repositories that an owner was seen to have, by their numbers. */
export type OwnerMemory = {
  /** All made on or after that time (ISO 8601) were seen; empty where all were. */
  from: string;
  /** The day on which each was first seen, YYYY-MM-DD; empty where it was there at the first look. */
  firstSeen: Record<string, string>;
};

const FILE = "sync-cache.sqlite";
/** The newest READMEs that are kept: those of a catalog of two thousand repositories, and some that were replaced. */
const MAX_READMES = 5000;
const MAX_NAMES = 20_000;
const MAX_OWNERS = 5000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS readmes (id INTEGER PRIMARY KEY, oid TEXT NOT NULL UNIQUE, text TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS checks (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS owners (id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, memory TEXT NOT NULL) STRICT;
`;
const readmeRow = z.object({ text: z.string().nullable() });
const ownerRow = z.object({
  memory: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.object({ from: z.string(), firstSeen: z.record(z.string(), z.string()) })),
});
const checkRow = z.object({ at: z.number() });

/** Opens the cache in a folder, which is made; without one, or where it cannot be written, it is kept in memory. */
export function openCache(directory: string | undefined, log?: Log): SyncCache {
  const { database, kept, close } = openCacheDatabase({ directory, file: FILE, schema: SCHEMA, log });
  const readme = database.prepare("SELECT text FROM readmes WHERE oid = ?");
  const keepReadme = database.prepare("INSERT OR REPLACE INTO readmes (oid, text) VALUES (?, ?)");
  const dropReadmes = database.prepare("DELETE FROM readmes WHERE id <= (SELECT max(id) FROM readmes) - ?");
  const check = database.prepare("SELECT at FROM checks WHERE name = ?");
  const checked = database.prepare("INSERT OR REPLACE INTO checks (name, at) VALUES (?, ?)");
  const dropChecks = database.prepare("DELETE FROM checks WHERE id <= (SELECT max(id) FROM checks) - ?");
  const owner = database.prepare("SELECT memory FROM owners WHERE login = ?");
  const keepOwner = database.prepare("INSERT OR REPLACE INTO owners (login, memory) VALUES (?, ?)");
  const dropOwners = database.prepare("DELETE FROM owners WHERE id <= (SELECT max(id) FROM owners) - ?");
  return {
    readme: (oid) => {
      const row = readmeRow.safeParse(kept(() => readme.get(oid)));
      return row.success ? { text: row.data.text ?? undefined } : undefined;
    },
    keepReadme: (oid, { text }) => {
      kept(() => [keepReadme.run(oid, text ?? null), dropReadmes.run(MAX_READMES)]);
    },
    lastChecked: (name) => checkRow.safeParse(kept(() => check.get(name.toLowerCase()))).data?.at ?? 0,
    checked: (name, at) => {
      kept(() => [checked.run(name.toLowerCase(), at), dropChecks.run(MAX_NAMES)]);
    },
    owner: (login) => kept(() => ownerRow.safeParse(owner.get(login.toLowerCase())).data?.memory),
    keepOwner: (login, memory) => {
      kept(() => [keepOwner.run(login.toLowerCase(), JSON.stringify(memory)), dropOwners.run(MAX_OWNERS)]);
    },
    close,
  };
}
