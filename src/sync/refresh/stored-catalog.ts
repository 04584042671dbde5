import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { writePrivateFile } from "#src/base/write-file.ts";
import { type CatalogRead, readCatalogFiles, readReferenceTexts } from "#src/catalog/entry/load.ts";
import { keepsFromAnswering, type ReferenceFile } from "#src/catalog/entry/reference.ts";
import type { CatalogOrigin } from "#src/catalog/holder.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";
import type { FetchedFiles } from "./archive.ts";

const FILE = "catalog.json";
const text = z.string().optional();

/** Whether what was kept of one branch holds for what is set now. An older Mulu wrote the default branch's name down. */
export const isSameBranch = (kept: { branch?: string | undefined }, { branch }: CatalogSource): boolean =>
  branch === undefined || kept.branch === branch;

/**
 * Texts and not entries: what an older Mulu did not understand of them is still there for a newer one. Whoever deletes
 * the file loses nothing but the answers of a start without GitHub.
 */
const stored = z.object({
  repository: z.string(),
  // Absent: the repository's own.
  branch: z.string().optional(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  fetchedAt: z.iso.datetime(),
  files: z.array(z.object({ file: z.string(), text: z.string() })),
  // An older Mulu stored none, or fewer.
  beside: z.object({ cards: text, bases: text, watch: text } satisfies Record<ReferenceFile, unknown>).optional(),
});

/** Keeps the newest good catalog in `dataDir` for the next start. */
export async function storeCatalog(
  dataDir: string,
  origin: CatalogOrigin,
  { files, beside }: FetchedFiles,
): Promise<void> {
  await writePrivateFile(join(dataDir, FILE), JSON.stringify({ ...origin, files, beside }));
}

/**
 * The catalog kept by an earlier run; undefined where there is none of this branch, or none that can be used. What it has
 * no reference file of comes from the folder.
 */
export async function readStoredCatalog(
  dataDir: string,
  source: CatalogSource,
  catalogDir: string,
  log: Log,
): Promise<(CatalogRead & { origin: CatalogOrigin }) | undefined> {
  const path = join(dataDir, FILE);
  try {
    const { files, beside, ...origin } = stored.parse(JSON.parse(await readFile(path, "utf8")));
    if (origin.repository !== source.repository || !isSameBranch(origin, source)) return undefined;
    const read = await readCatalogFiles(files, { ...readReferenceTexts(catalogDir).texts, ...beside });
    const usable = read.entries.length > 0 && !read.problems.some(keepsFromAnswering);
    if (!usable) log.warn({ path, commit: origin.commit }, "the stored catalog is no longer valid and is left aside");
    return usable ? { ...read, origin } : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    log.warn(
      { path, reason: error instanceof Error ? error.message : String(error) },
      "the stored catalog is unreadable",
    );
    return undefined;
  }
}
