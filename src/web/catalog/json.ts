import type { Entry } from "#src/catalog/entry/schema.ts";
import type { CatalogOrigin } from "#src/catalog/holder.ts";

/** Version of the shape, not of the data: goes up when something that readers rely on changes (docs/catalog-json.md). */
const SHAPE_VERSION = 1;

type Origin = Pick<CatalogOrigin, "repository" | "commit"> | undefined;

/** The whole catalog as JSON; the same entries from the same place give the same text. */
export const catalogJson = (entries: readonly Entry[], origin: Origin): string =>
  envelope(origin, { entries: entries.toSorted((a, b) => (a.id < b.id ? -1 : 1)) });

/** One entry as JSON. */
export const entryJson = (entry: Entry, origin: Origin): string => envelope(origin, { entry });

function envelope(origin: Origin, content: { entries: readonly Entry[] } | { entry: Entry }): string {
  const from = origin && { repository: origin.repository, commit: origin.commit };
  return `${JSON.stringify({ version: SHAPE_VERSION, ...from, ...content })}\n`;
}
