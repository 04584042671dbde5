import { existsSync, readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type CachedValue, type EntryCache, entryCache } from "./cache.ts";
import { lazyPositions } from "./lazy-positions.ts";
import type { ParsedEntry } from "./parse.ts";
import type { FieldPath, Position } from "./positions.ts";
import { brokenRule, type Problem } from "./problem.ts";
import { NO_REFERENCE, REFERENCE_FILES, REFERENCE_KINDS, type Reference, type ReferenceFile } from "./reference.ts";
import type { Entry } from "./schema.ts";
import { foldName } from "./text.ts";

/** An entry's file: its name without folders, and its YAML. */
export type CatalogFile = { file: string; text: string };

/** The texts of the files beside the entries; absent where a catalog has none. */
export type ReferenceTexts = { [Kind in ReferenceFile]?: string | undefined };

export type CatalogRead = Reference & {
  entries: Entry[];
  problems: Problem[];
  /** Where a field of an entry stands in its file. */
  locate: (id: string, path: FieldPath) => Position;
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
 * Reads `<directory>/models/*.yaml`, sorted by id, and the reference files beside them. One bad file never takes the others down: it is left out and
 * reported. Throws CatalogUnusable where nothing is left.
 */
export async function readCatalog(directory: string, cache = entryCache()): Promise<CatalogRead> {
  const folder = join(directory, "models");
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CatalogUnusable(folder, "missing", [], cause);
  });
  const found = names.filter((name) => !name.startsWith(".")).map((file) => readText(join(folder, file), file));
  const beside = readReferenceTexts(directory);
  const read = await readCatalogFiles(
    found.flatMap((item) => ("text" in item ? item : [])),
    beside.texts,
    cache,
  );
  const problems = [
    ...found.flatMap((item) => ("text" in item ? [] : item)),
    ...beside.problems,
    ...read.problems,
  ].toSorted(byPosition);
  if (read.entries.length === 0) throw new CatalogUnusable(folder, "empty", problems);
  return { ...read, problems };
}

/** The texts of the reference files of a folder, as far as it has them, and what keeps one from being read. */
export function readReferenceTexts(directory: string): { texts: ReferenceTexts; problems: Problem[] } {
  const texts: ReferenceTexts = {};
  const problems: Problem[] = [];
  for (const kind of REFERENCE_KINDS) {
    const path = join(directory, REFERENCE_FILES[kind]);
    if (!existsSync(path)) continue;
    const item = readText(path, REFERENCE_FILES[kind]);
    if ("text" in item) texts[kind] = item.text;
    else problems.push(item);
  }
  return { texts, problems };
}

/** Other work of the process waits at most so long, and for the file that is being read. */
const SLICE_MS = 5;
/** So few are read from YAML again in less time than it takes to write all of them to the cache. */
const FEW = 20;

/**
 * Reads entries from their texts, sorted by id; bad ones are left out and reported, and maybe none is left. Other work
 * of the process goes on in between: a catalog of hundreds takes a good part of a second where the cache does not
 * know it.
 */
export async function readCatalogFiles(
  files: readonly CatalogFile[],
  beside: ReferenceTexts = {},
  cache = entryCache(),
): Promise<CatalogRead> {
  const parsed: (ParsedEntry & { text: string })[] = [];
  let unknown = 0;
  let sliceEnds = performance.now() + SLICE_MS;
  for (const { file, text } of files.toSorted((a, b) => (a.file < b.file ? -1 : 1))) {
    const known = cache.valueOf<Entry>(file, text);
    const item = known ? { file, entry: known, problems: [], locate: locator(text) } : await parseText(file, text);
    parsed.push({ ...item, text });
    if (known === undefined && item.problems.length === 0) unknown += 1;
    if (performance.now() < sliceEnds) continue;
    await setImmediate();
    sliceEnds = performance.now() + SLICE_MS;
  }
  const reference = await readReference(beside, cache);
  if (unknown > FEW) {
    const sound = parsed.filter(({ problems }) => problems.length === 0);
    await cache.keep([
      ...sound.flatMap(({ file, text, entry }) => (entry ? { file, text, value: entry } : [])),
      ...reference.sound,
    ]);
  }
  const locators = new Map(parsed.map(({ entry, locate }) => [entry?.id, locate]));
  const problems = [...parsed.flatMap((item) => item.problems), ...reference.problems, ...sharedNames(parsed)];
  return {
    ...reference.values,
    entries: parsed.flatMap((item) => item.entry ?? []),
    problems: problems.toSorted(byPosition),
    locate: (id, path) => locators.get(id)?.(path) ?? {},
  };
}

type ReadReference = { values: Reference; problems: Problem[]; sound: CachedValue[] };

/** Beside an entry's file, whose name has no folder, these have one. */
const cacheName = (kind: ReferenceFile): string => `/${REFERENCE_FILES[kind]}`;

async function readReference(texts: ReferenceTexts, cache: EntryCache): Promise<ReadReference> {
  const read: ReadReference = { values: NO_REFERENCE, problems: [], sound: [] };
  for (const kind of REFERENCE_KINDS) {
    const text = texts[kind];
    if (text === undefined) continue;
    const size = Buffer.byteLength(text);
    if (size > MAX_FILE_BYTES) {
      read.problems.push(tooLarge(REFERENCE_FILES[kind], size));
      continue;
    }
    const file = cacheName(kind);
    const known = cache.valueOf<Partial<Reference>>(file, text);
    const { parseReference } = known ? { parseReference: undefined } : await import("./parse.ts");
    const { values, problems } = parseReference?.(kind, text) ?? { values: known ?? {}, problems: [] };
    read.values = { ...read.values, ...values };
    read.problems.push(...problems);
    if (problems.length === 0) read.sound.push({ file, text, value: values });
  }
  return read;
}

/** An entry's file is a few kilobytes; a hundred times that is a mistake or an attack. */
const MAX_FILE_BYTES = 1_048_576;

function readText(path: string, file: string): CatalogFile | Problem {
  try {
    const { size } = statSync(path);
    return size > MAX_FILE_BYTES ? tooLarge(file, size) : { file, text: readFileSync(path, "utf8") };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { file, severity: "error", issue: brokenRule("unreadable", [], { detail }) };
  }
}

/** What reads YAML and checks it takes a tenth of a second to load, and most starts find all entries in the cache. */
async function parseText(file: string, text: string): Promise<ParsedEntry> {
  const size = Buffer.byteLength(text);
  if (size > MAX_FILE_BYTES) return { file, locate: () => ({}), problems: [tooLarge(file, size)] };
  const { parseEntry } = await import("./parse.ts");
  return parseEntry(file, text);
}

/** Where a field stands, looked up in the text when somebody asks. */
function locator(text: string): ParsedEntry["locate"] {
  const positions = lazyPositions(text);
  return (path) => positions().locate(path);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

const tooLarge = (file: string, size: number): Problem => ({
  file,
  severity: "error",
  issue: brokenRule("tooLarge", [], { size: megabytes(size), limit: megabytes(MAX_FILE_BYTES) }),
});

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
export const byPosition = (a: Problem, b: Problem): number =>
  a.file.localeCompare(b.file, "en") || (a.line ?? 0) - (b.line ?? 0);
