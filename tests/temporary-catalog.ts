import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone after the test, or after what else closes it. */
export async function temporaryFolder(closing: (close: () => Promise<void>) => void = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mulu-"));
  closing(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Entries that name no base model but each other and those that the catalog's check knows. */
export const FEW = ["belle", "chatglm-6b", "qwen"];

/** A copy of this repository's catalog, or of some of its entries, with entry files added or replaced. */
export async function catalogWith(files: Record<string, string>, only?: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  const kept = only?.map((id) => `${id}.yaml`);
  const filter = (path: string): boolean => kept === undefined || !isEntry(path) || kept.includes(basename(path));
  await cp("catalog", folder, { recursive: true, filter });
  await mkdir(join(folder, "models"), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "models", name), text);
  return folder;
}

const isEntry = (path: string): boolean => path.endsWith(".yaml") && basename(dirname(path)) === "models";

/** The least that an entry must state. */
export const smallEntry = (fields: Record<string, string> = {}): string => {
  const all: Record<string, string> = {
    name: "Small",
    family: "Small",
    summary: "\n  zh: 小模型。\n  en: A small model.",
    developers: "\n  - name: Someone",
    architecture: "dense",
    license: "\n  commercial: unknown",
    sources: "\n  - https://example.org/small",
    ...fields,
  };
  return `${Object.entries(all)
    .map(([key, value]) => `${key}: ${value}`.replace(": \n", ":\n"))
    .join("\n")}\n`;
};

/** The least that an entry states in which the check finds no fault. */
export const soundEntry = (fields: Record<string, string> = {}): string =>
  smallEntry({ ...fields, purposes: fields["purposes"] ?? "\n  - chat" });
