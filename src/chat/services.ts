import type { Catalog } from "#src/catalog/search.ts";
import type { Fleet } from "#src/ollama/fleet.ts";
import type { Pulls } from "#src/ollama/pulls.ts";
import type { Resolution } from "#src/tries/resolve.ts";
import type { Tries } from "#src/tries/tries.ts";
import type { Locale } from "./locale.ts";

/** What commands work with, the same on every surface. */
export type Services = {
  catalog: Catalog;
  /** The language where a person's own is not known. */
  locale: Locale;
  tries: Tries;
  fleet: Fleet;
  pulls: Pulls;
  /** Which model a name means here. */
  resolve: (name: string) => Resolution;
};
