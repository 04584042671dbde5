import { rename, rm, writeFile } from "node:fs/promises";

/** Writes a file whole or not at all: to a temporary neighbour, then by renaming. */
export async function writeFileWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
