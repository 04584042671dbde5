import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Text, textIn } from "#src/base/locale.ts";
import { writeFileWhole } from "#src/base/write-file.ts";
import { crossCheck } from "#src/catalog/check/check.ts";
import { renderJsonSchema } from "#src/catalog/entry/json-schema.ts";
import { layOut } from "#src/catalog/entry/layout.ts";
import { byPosition, readCatalog } from "#src/catalog/entry/load.ts";
import { brokenRule, type Problem } from "#src/catalog/entry/problem.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { renderReadme } from "#src/catalog/readme/document.ts";
import { type CatalogData, openCatalog } from "#src/catalog/search/search.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import type { Config } from "#src/config.ts";
import { readArguments } from "./arguments.ts";
import type { Streams } from "./run.ts";

type Output = { file: string; text: string; rule: "layout" | "stale" };

const asProblem = ({ file, rule }: Output): Problem => ({ file, severity: "error", issue: brokenRule(rule) });

async function outputs(directory: string, entries: readonly Entry[], entriesOnly: boolean): Promise<Output[]> {
  const files = await Promise.all(
    entries.map(async ({ id }): Promise<Output> => {
      const file = join("models", `${id}.yaml`);
      return { file, text: layOut(await readFile(join(directory, file), "utf8")), rule: "layout" };
    }),
  );
  if (entriesOnly) return files;
  return [
    ...files,
    { file: "README.md", text: renderReadme(entries), rule: "stale" },
    { file: "schema.json", text: renderJsonSchema(), rule: "stale" },
  ];
}

/** Those that differ from what is on the disk. */
async function outdated(directory: string, wanted: Output[]): Promise<Output[]> {
  const compared = await Promise.all(
    wanted.map(async (output) => ({
      output,
      current: await readFile(join(directory, output.file), "utf8").catch(() => undefined),
    })),
  );
  return compared.filter(({ output, current }) => current !== output.text).map(({ output }) => output);
}

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
  const problems = [...read.problems, ...crossCheck(read)].toSorted(byPosition);
  const changed =
    problems.length > 0 || values.site !== undefined
      ? []
      : await outdated(catalogDir, await outputs(catalogDir, entries, values.entries));
  const found = values.check ? [...problems, ...changed.map(asProblem)] : problems;
  if (found.length > 0) {
    const lines = [
      ...found.map((problem) => problemText(problem, text)),
      text("catalogTool.problems", { count: found.length }),
    ];
    stderr.write(`${lines.join("\n")}\n`);
    return 1;
  }
  if (values.site !== undefined) return writeSite(read, { folder: values.site, base: values.base, text }, streams);
  for (const { file, text: content } of changed) await writeFileWhole(join(catalogDir, file), content);
  const written =
    changed.length > 0
      ? text("catalogTool.written", { files: changed.map(({ file }) => file).join(", ") })
      : text("catalogTool.unchanged");
  stdout.write(`${text("catalogTool.checked", { count: entries.length })}${values.check ? "" : ` ${written}`}\n`);
  return 0;
}
