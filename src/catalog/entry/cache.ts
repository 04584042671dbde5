import { createHash, randomUUID } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { createRequire, getCompileCacheDir } from "node:module";
import { join } from "node:path";

/** What a file gave, beside the text that it was read from. */
export type CachedValue = { file: string; text: string; value: unknown };

/** What an earlier start read, because reading YAML takes fifty times as long as reading JSON. */
export type EntryCache = {
  /** What exactly this text of this file gave without a problem; undefined where it is not known. */
  valueOf: <Value>(file: string, text: string) => Value | undefined;
  /** Keeps these and nothing else for the next start. Where that cannot be, nothing is kept. */
  keep: (values: readonly CachedValue[]) => Promise<void>;
};

const NO_CACHE: EntryCache = { valueOf: () => undefined, keep: async () => {} };

/**
 * Opens the cache in a folder; without one there is none. Only what this user, this code and these libraries wrote is
 * taken; anything else is as good as not there.
 */
export function openEntryCache(folder: string | undefined): EntryCache {
  const code = folder === undefined ? undefined : sourcesHash();
  if (folder === undefined || code === undefined) return NO_CACHE;
  // Two installations of one person keep theirs apart.
  const path = join(folder, `mulu-entries-${hashOf(import.meta.dirname).slice(0, 16)}`);
  const known = new Map<string, string>(linesOf(readOwn(path), code));
  return {
    valueOf: (file, text) => {
      const line = known.get(file);
      if (line === undefined) return undefined;
      const stored = JSON.parse(line);
      return stored.text === text ? stored.value : undefined;
    },
    keep: async (values) => {
      const body = values.map((item) => `${item.file} ${JSON.stringify(item)}`).join("\n");
      await replace(path, `${hashOf(code, body)}\n${body}`);
    },
  };
}

/** The cache beside Node's compile cache; there is none where that is off or cannot be written. */
export const entryCache = (): EntryCache => openEntryCache(getCompileCacheDir());

const hashOf = (...texts: string[]): string =>
  texts.reduce((hash, text) => hash.update(text).update("\0"), createHash("sha256")).digest("hex");

/**
 * A hash of all that decides which entry a text gives: the code of this folder and the libraries that it reads with.
 * Undefined where that is not on the disk as it runs.
 */
function sourcesHash(): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.url);
    const folder = import.meta.dirname;
    const own = readdirSync(folder).map((name) => join(folder, name));
    const libraries = ["zod", "js-yaml", "yaml"].map((name) => resolve(`${name}/package.json`));
    return hashOf(process.version, ...[...own, ...libraries].map((path) => readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** The lines by file; none where the digest says that another code wrote them or that they are damaged. */
function linesOf(stored: string, code: string): [file: string, json: string][] {
  const [digest = "", ...lines] = stored.split("\n");
  if (digest !== hashOf(code, lines.join("\n"))) return [];
  return lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
}

/** A catalog of some ten thousand entries. */
const MAX_BYTES = 100_000_000;

/**
 * The text of a file that this user alone can have written: the system's temporary folder is open to everybody. Empty
 * where there is none.
 */
function readOwn(path: string): string {
  let file: number | undefined;
  try {
    // Windows knows neither flag; its temporary folder is the user's own. A pipe would else be waited for.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const found = fstatSync(file);
    const own = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0);
    return own && found.isFile() && found.size <= MAX_BYTES ? readFileSync(file, "utf8") : "";
  } catch {
    return "";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whoever reads meanwhile sees the old file or the new one, and a link that somebody laid there is not followed. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, text, { flag: "wx", mode: 0o600 });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}
