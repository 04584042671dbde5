import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mulu-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of this repository's catalog with some entry files added or replaced. */
export async function catalogWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  await cp("catalog", folder, { recursive: true });
  await mkdir(join(folder, "models"), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "models", name), text);
  return folder;
}

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
