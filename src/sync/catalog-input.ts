import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CatalogFile, readCatalog, readCatalogFiles } from "#src/catalog/entry/load.ts";
import type { Problem } from "#src/catalog/entry/problem.ts";
import type { Reference } from "#src/catalog/entry/reference.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { ObservedDashboard } from "#src/sync/dashboard/dashboard-plan.ts";
import type { Client } from "#src/sync/github/client.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";
import type { RepositoryState } from "#src/sync/propose/repository-state.ts";
import { readDashboard } from "#src/sync/publish/dashboard.ts";
import { readRepositoryState } from "#src/sync/publish/read-repository-state.ts";
import { fetchCatalog } from "#src/sync/refresh/archive.ts";

/** The catalog that a run works on. */
export type CatalogInput = {
  files: CatalogFile[];
  entries: Entry[];
  reference: Reference;
  problems: Problem[];
  commit: string | undefined;
};

/** The catalog's repository, and its dashboard. */
export type CatalogRepository = { state: RepositoryState; dashboard: ObservedDashboard | "unavailable" | undefined };

/** Reads what there is of our branches, pull requests and dashboard. */
export async function readCatalogRepository(
  remote: CatalogSource,
  { commit }: CatalogInput,
  client: Client,
): Promise<CatalogRepository | undefined> {
  if (commit === undefined) return undefined;
  const state = await readRepositoryState(client, { ...remote, commit });
  return { state, dashboard: await readDashboard(client, state.repository) };
}

/** The catalog at the head of its branch on GitHub. */
export async function fetched(reader: Client, source: CatalogSource, signal: AbortSignal): Promise<CatalogInput> {
  const catalog = await fetchCatalog(reader.octokit, { ...source, signal });
  if (catalog === "unchanged") throw new Error("nothing was known, so nothing can be unchanged");
  const read = await readCatalogFiles(catalog.files, catalog.beside);
  return { files: catalog.files, commit: catalog.commit, ...inputOf(read) };
}

/** The catalog of a folder. */
export async function local(directory: string): Promise<CatalogInput> {
  const read = await readCatalog(directory);
  const folder = join(directory, "models");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml") && !name.startsWith("."));
  const files = await Promise.all(
    names.toSorted().map(async (file) => ({ file, text: await readFile(join(folder, file), "utf8") })),
  );
  return { files, commit: undefined, ...inputOf(read) };
}

const inputOf = ({
  entries,
  problems,
  cards,
  bases,
  watch,
}: Awaited<ReturnType<typeof readCatalog>>): Omit<CatalogInput, "files" | "commit"> => ({
  ...{ entries, problems },
  reference: { cards, bases, watch },
});

/** Files that give no entry. */
export function unreadableFiles({ files, entries }: CatalogInput): CatalogFile[] {
  const read = new Set(entries.map(({ id }) => `${id}.yaml`));
  return files.filter(({ file }) => !read.has(file));
}
