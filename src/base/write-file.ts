import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makePrivateFolder, PRIVATE_FILE } from "./data-dir.ts";

/** Writes a file whole or not at all: to a temporary neighbour, then by renaming. `mode`: who may read it. */
export async function writeFileWhole(path: string, text: string, mode?: number): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { mode });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Likewise a file in DATA_DIR, which is made where it is missing: only its owner may read it. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  makePrivateFolder(dirname(path));
  await writeFileWhole(path, text, PRIVATE_FILE);
}
