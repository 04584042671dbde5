import type { Locale } from "#src/base/locale.ts";
import type { CatalogInUse } from "#src/catalog/holder.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import type { Pictures } from "#src/chart/pictures.ts";
import type { Community } from "#src/community/community.ts";
import type { Fleet } from "#src/inference/fleet.ts";
import type { Pulls } from "#src/inference/pulls.ts";
import type { LastRun } from "#src/sync/last-run.ts";
import type { Resolution } from "#src/tries/resolve.ts";
import type { Tries } from "#src/tries/tries.ts";

/**
 * What commands work with, the same on every surface. The catalog may be replaced at any time, and what runs tries
 * and draws is there once it is loaded, at the latest before a command that needs it: surfaces make a context with
 * `snapshotWith`, which copies no more than it must.
 */
export type Services = {
  readonly catalog: Catalog;
  /** Where that catalog came from, and which newer one was refused. */
  readonly catalogInUse: CatalogInUse;
  /** The language where a person's own is not known. */
  locale: Locale;
  readonly tries: Tries;
  /** What administrators have decided. */
  readonly community: Community;
  readonly fleet: Fleet;
  readonly pulls: Pulls;
  /** Draws charts for surfaces that show pictures. */
  readonly pictures: Pictures;
  /** Which model a name means here, by the same catalog. */
  readonly resolve: (name: string) => Resolution;
  /** How the last sync of this installation went; undefined where there was none. */
  lastSync: () => Promise<LastRun | undefined>;
  /** Which file of DATA_DIR cannot be written, and what SQLite or the system says; undefined while all is well. */
  diskFault: () => string | undefined;
  /** Milliseconds since 1970. */
  now: () => number;
};
