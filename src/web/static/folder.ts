import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Lies in every folder that was written here, so that no other folder is ever replaced. */
const MARKER = ".mulu-site";

/** The folder holds something that is no site of ours; nothing was written. */
export class FolderTaken extends Error {
  override name = "FolderTaken";
  readonly folder: string;
  constructor(folder: string) {
    super(`not a folder that a site was written to: ${folder}`);
    this.folder = folder;
  }
}

/**
 * Writes the files into a folder beside `folder` and puts that in its place: readers find the old site or the new one
 * and no mixture. Throws FolderTaken where the folder holds anything else than such a site.
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const target = resolve(folder);
  await refuseOthers(target, folder);
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}`);
  const [fresh, former] = [`${beside}.new`, `${beside}.old`];
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(fresh);
    await writeFile(join(fresh, MARKER), "");
    for (const path of new Set([...files.keys()].map(dirname))) await mkdir(join(fresh, path), { recursive: true });
    for (const [path, text] of files) await writeFile(join(fresh, path), text);
    await replace(target, fresh, former);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Puts one folder in the place of another. Where that fails, the old one is back or lies at `former`. */
async function replace(target: string, fresh: string, former: string): Promise<void> {
  const replaces = await rename(target, former).then(() => true, ignoreMissing);
  try {
    await rename(fresh, target);
  } catch (error) {
    if (replaces) await rename(former, target);
    throw error;
  }
  await rm(former, { recursive: true, force: true });
}

async function refuseOthers(target: string, folder: string): Promise<void> {
  const found = await stat(target).catch(ignoreMissing);
  if (!found) return;
  const names = found.isDirectory() ? await readdir(target) : undefined;
  if (names === undefined || (names.length > 0 && !names.includes(MARKER))) throw new FolderTaken(folder);
}

/** Gives false for what is not there. */
function ignoreMissing(error: NodeJS.ErrnoException): false {
  if (error.code === "ENOENT") return false;
  throw error;
}
