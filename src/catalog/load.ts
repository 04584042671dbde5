import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { brokenRule, MAX_FILE_BYTES, type ParsedEntry, type Problem, parseEntry } from "./entry-file.ts";
import type { Entry } from "./schema.ts";
import { foldName } from "./text.ts";
import type { FieldPath, Place } from "./yaml-places.ts";

export type CatalogRead = {
  entries: Entry[];
  problems: Problem[];
  /** Where a field of an entry stands in its file. */
  locate: (id: string, path: FieldPath) => Place;
};

/** The catalog folder is missing, unreadable, or holds no usable entry: there is nothing to answer from. */
export class CatalogUnusable extends Error {
  override name = "CatalogUnusable";
  readonly directory: string;
  readonly reason: "missing" | "empty";
  readonly problems: Problem[];
  constructor(directory: string, reason: "missing" | "empty", problems: Problem[] = [], cause?: unknown) {
    super(`catalog folder ${directory}: ${reason}`, { cause });
    this.directory = directory;
    this.reason = reason;
    this.problems = problems;
  }
}

/**
 * Reads `<directory>/models/*.yaml`, sorted by id. One bad file never takes the others down: it is left out and
 * reported. Throws CatalogUnusable where nothing is left.
 */
export async function readCatalog(directory: string): Promise<CatalogRead> {
  const folder = join(directory, "models");
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CatalogUnusable(folder, "missing", [], cause);
  });
  const files = names.filter((name) => !name.startsWith(".")).sort();
  const parsed = await Promise.all(files.map((file) => readEntry(folder, file)));
  const problems = [...parsed.flatMap((item) => item.problems), ...sharedNames(parsed)];
  const entries = parsed.flatMap((item) => item.entry ?? []);
  if (entries.length === 0) throw new CatalogUnusable(folder, "empty", problems);
  const locators = new Map(parsed.map(({ entry, locate }) => [entry?.id, locate]));
  const locate = (id: string, path: FieldPath): Place => locators.get(id)?.(path) ?? {};
  return { entries, problems: problems.toSorted(byPlace), locate };
}

async function readEntry(folder: string, file: string): Promise<ParsedEntry> {
  const path = join(folder, file);
  const refuse = (rule: string, params = {}): ParsedEntry => ({
    file,
    locate: () => ({}),
    problems: [{ file, severity: "error", issue: brokenRule(rule, [], params) }],
  });
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      return refuse("tooLarge", { size: (size / 1e6).toFixed(1), limit: (MAX_FILE_BYTES / 1e6).toFixed(1) });
    }
    return parseEntry(file, await readFile(path, "utf8"));
  } catch (error) {
    return refuse("unreadable", { detail: error instanceof Error ? error.message : String(error) });
  }
}

/** Ids and aliases pick exactly one entry, so no two entries may share one (compared as people type them). */
function sharedNames(parsed: ParsedEntry[]): Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { entry } of parsed) if (entry) owners.set(foldName(entry.id), entry.id);
  for (const { entry, file, locate } of parsed) {
    for (const [index, alias] of entry?.aliases.entries() ?? []) {
      const owner = owners.get(foldName(alias));
      if (owner === undefined) owners.set(foldName(alias), entry?.id ?? "");
      else if (owner !== entry?.id) {
        const path = ["aliases", index];
        problems.push({
          file,
          ...locate(path),
          severity: "warning",
          issue: brokenRule("sharedAlias", path, { alias, owner }),
        });
      }
    }
  }
  return problems;
}

/** By file, then by line. */
export const byPlace = (a: Problem, b: Problem): number =>
  a.file.localeCompare(b.file, "en") || (a.line ?? 0) - (b.line ?? 0);
