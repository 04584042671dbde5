import type { Problem } from "#src/catalog/entry/problem.ts";
import type { Catalog } from "#src/catalog/search/search.ts";

/** Where a catalog was fetched from. */
export type CatalogOrigin = {
  /** `owner/name` on GitHub. */
  repository: string;
  /** Absent: the repository's own default branch. */
  branch?: string | undefined;
  /** Object id of the commit. */
  commit: string;
  /** ISO 8601 in UTC. */
  fetchedAt: string;
};

/** A newer catalog that was not taken, and why: at least one problem. */
type RefusedCatalog = { commit: string; problems: readonly Problem[] };

/** The catalog that answers at the moment. */
export type CatalogInUse = {
  catalog: Catalog;
  /** What is wrong with its files, though not enough to do without it. */
  problems: readonly Problem[];
  /** Absent: read from the folder. */
  origin: CatalogOrigin | undefined;
  /** The newest one, where it was refused. */
  refused: RefusedCatalog | undefined;
};

/**
 * The one place that holds it. `current` is replaced whole and never changed, so whoever reads it once goes on with one
 * catalog however long that takes.
 */
export type CatalogHolder = { current: CatalogInUse };
