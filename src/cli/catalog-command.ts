import { type Text, textIn } from "#src/base/locale.ts";
import { crossCheck } from "#src/catalog/check/check.ts";
import { byPosition, readCatalog } from "#src/catalog/entry/load.ts";
import { checkReference } from "#src/catalog/entry/reference-check.ts";
import { catalogPages } from "#src/catalog/readme/pages.ts";
import { type CatalogData, openCatalog } from "#src/catalog/search/search.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import type { Config } from "#src/config.ts";
import { readArguments } from "./arguments.ts";
import { applyChanges, asProblem, changesOf, pageProblems } from "./catalog-files.ts";
import type { Streams } from "./run.ts";

/** Writes the catalog pages as files. What they need is loaded here, because checking needs none of it. Gives the exit code. */
async function writeSite(
  read: CatalogData,
  { folder, base, text }: { folder: string; base: string | undefined; text: Text },
  { stdout, stderr }: Streams,
): Promise<number> {
  const { staticSite } = await import("#src/web/static/site.ts");
  const { BundlerMissing } = await import("#src/web/static/bundle.ts");
  const { FolderTaken, writeFolder } = await import("#src/web/static/folder.ts");
  try {
    const files = await staticSite(openCatalog(read), base);
    await writeFolder(folder, files);
    stdout.write(`${text("catalogTool.site", { count: files.size, folder })}\n`);
    return 0;
  } catch (error) {
    if (error instanceof FolderTaken) stderr.write(`${text("catalogTool.siteTaken", { folder })}\n`);
    else if (error instanceof BundlerMissing) stderr.write(`${text("catalogTool.bundlerMissing")}\n`);
    else throw error;
    return 1;
  }
}

/**
 * `npm run catalog`: checks the entries, lays them out and renews what is generated from them; `--check` writes nothing,
 * `--site` the catalog pages and nothing else. Gives the exit code. Throws CatalogUnusable.
 */
export async function runCatalogCommand(
  args: string[],
  { catalogDir, locale }: Pick<Config, "catalogDir" | "locale">,
  streams: Streams,
): Promise<number> {
  const { stdout, stderr } = streams;
  const { values } = readArguments("catalog", args);
  const text = textIn(locale);
  const read = await readCatalog(catalogDir);
  const { entries } = read;
  const pages = catalogPages(entries);
  const problems = [
    ...[...read.problems, ...crossCheck(read), ...checkReference(read)].toSorted(byPosition),
    ...pageProblems(pages),
  ];
  const changes =
    problems.length > 0 || values.site !== undefined
      ? []
      : await changesOf(catalogDir, entries, values.entries ? undefined : pages);
  const found = values.check ? [...problems, ...changes.map(asProblem)] : problems;
  if (found.length > 0) {
    const lines = [
      ...found.map((problem) => problemText(problem, text)),
      text("catalogTool.problems", { count: found.length }),
    ];
    stderr.write(`${lines.join("\n")}\n`);
    return 1;
  }
  if (values.site !== undefined) return writeSite(read, { folder: values.site, base: values.base, text }, streams);
  await applyChanges(catalogDir, changes);
  const written =
    changes.length > 0
      ? text("catalogTool.written", { files: changes.map(({ file }) => file).join(", ") })
      : text("catalogTool.unchanged");
  stdout.write(`${text("catalogTool.checked", { count: entries.length })}${values.check ? "" : ` ${written}`}\n`);
  return 0;
}
