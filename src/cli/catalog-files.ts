import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileWhole } from "#src/base/write-file.ts";
import { renderJsonSchema } from "#src/catalog/entry/json-schema.ts";
import { layOut, layOutReference } from "#src/catalog/entry/layout.ts";
import { readReferenceTexts } from "#src/catalog/entry/load.ts";
import { brokenRule, type Problem } from "#src/catalog/entry/problem.ts";
import { REFERENCE_FILES, REFERENCE_KINDS } from "#src/catalog/entry/reference.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { FAMILY_FOLDER } from "#src/catalog/readme/families.ts";
import { isGenerated, MOST_PAGE_BYTES, type Page } from "#src/catalog/readme/pages.ts";

/** A file of the catalog that is not as it should be: it is to have this text, or to be gone where there is none. */
export type Change = { file: string; text: string | undefined; rule: "layout" | "stale" | "superfluous" };

export const asProblem = ({ file, rule }: Change): Problem => ({ file, severity: "error", issue: brokenRule(rule) });

/** What keeps generated pages from being read: GitHub cuts long ones. */
export function pageProblems(pages: readonly Page[]): Problem[] {
  const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);
  return pages.flatMap(({ file, text }) => {
    const size = Buffer.byteLength(text);
    if (size <= MOST_PAGE_BYTES) return [];
    const params = { size: kilobytes(size), limit: kilobytes(MOST_PAGE_BYTES) };
    return [{ file, severity: "error", issue: brokenRule("pageTooLong", [], params) }];
  });
}

/** The entries that are not laid out as agreed; with pages, also what is generated and differs from the disk. */
export async function changesOf(
  directory: string,
  entries: readonly Entry[],
  pages: readonly Page[] | undefined,
): Promise<Change[]> {
  const files = entries.map(({ id }) => join("models", `${id}.yaml`));
  const laidOut = await Promise.all(
    files.map(async (file): Promise<Change> => {
      return { file, text: layOut(await readFile(join(directory, file), "utf8")), rule: "layout" };
    }),
  );
  const { texts } = readReferenceTexts(directory);
  const beside = REFERENCE_KINDS.flatMap((kind): Change[] => {
    const text = texts[kind];
    return text === undefined
      ? []
      : [{ file: REFERENCE_FILES[kind], text: layOutReference(kind, text), rule: "layout" }];
  });
  if (pages === undefined) return differing(directory, [...laidOut, ...beside]);
  const generated = [...pages, { file: "schema.json", text: renderJsonSchema() }];
  const stale = generated.map((page): Change => ({ ...page, rule: "stale" }));
  return [...(await differing(directory, [...laidOut, ...beside, ...stale])), ...(await superfluous(directory, pages))];
}

async function differing(directory: string, wanted: readonly Change[]): Promise<Change[]> {
  const current = await Promise.all(wanted.map(({ file }) => textOf(join(directory, file))));
  return wanted.filter(({ text }, at) => text !== current[at]);
}

const textOf = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);

/** Generated pages of families that are gone; files that people put there are theirs. */
async function superfluous(directory: string, pages: readonly Page[]): Promise<Change[]> {
  const wanted = new Set(pages.map(({ file }) => file));
  const names = await readdir(join(directory, FAMILY_FOLDER)).catch(() => []);
  const found = names.map((name) => `${FAMILY_FOLDER}/${name}`).filter((file) => !wanted.has(file));
  const texts = await Promise.all(found.map((file) => textOf(join(directory, file))));
  return found
    .filter((_file, at) => isGenerated(texts[at] ?? ""))
    .map((file): Change => ({ file, text: undefined, rule: "superfluous" }));
}

/** Makes the catalog's files as they should be. */
export async function applyChanges(directory: string, changes: readonly Change[]): Promise<void> {
  for (const { file, text } of changes) {
    const path = join(directory, file);
    if (text === undefined) await rm(path);
    else {
      await mkdir(dirname(path), { recursive: true });
      await writeFileWhole(path, text);
    }
  }
}
