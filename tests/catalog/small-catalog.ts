import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { catalogOf } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

/** A catalog of entries that state what a test is about and little else, by their ids; on a day of its own. */
export function smallCatalog(files: Record<string, Record<string, string>>, today = "2026-11-28"): Catalog {
  const entries = Object.entries(files).map(([id, fields]) => {
    const { entry, problems } = parseEntry(`${id}.yaml`, smallEntry({ name: id, family: id, ...fields }));
    if (entry === undefined) throw new Error(`${id}: ${JSON.stringify(problems)}`);
    return entry;
  });
  return catalogOf(
    entries,
    () => {},
    () => today,
  );
}

/** One file of weights at a precision, in YAML. */
export const weights = (precision: string, fields = ""): string =>
  `\n  - {label: ${precision}, precision: ${precision}, hub: huggingface, id: a/${precision}${fields}}`;
