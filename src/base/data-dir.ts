import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

const PRIVATE_FOLDER = 0o700;
/** Mode of a file that only its owner may read. */
export const PRIVATE_FILE = 0o600;

/** What Mulu keeps in DATA_DIR, with what SQLite has beside its files. */
const OURS =
  /^(?:(?:mulu|cache|community)[\w.-]*\.db[\w.-]*|(?:sync|hub)-cache\.sqlite[\w-]*|[a-z]+\.lock(?:-journal)?|(?:sync|catalog|announced|usage)\.json(?:\.\d+\.tmp)?)$/;
/** What a folder is made with where nobody thinks of it: everybody may read it. A different mode is somebody's wish. */
const UNTHOUGHT_MODES = [0o755, 0o775, 0o777];

/** Makes a folder that only its owner may enter, and those above it. Throws what the system says. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: PRIVATE_FOLDER });
}

/** Another process runs tries in the same folder. */
export class DataDirTaken extends Error {
  override name = "DataDirTaken";
  readonly directory: string;
  constructor(directory: string) {
    super(`another process runs tries in ${directory}`);
    this.directory = directory;
  }
}

/** Why nothing can be kept in a folder. `code` is the system's: EACCES, EROFS. */
export type DataDirFault = { kind: "notFolder" | "notMade" | "notWritable"; code: string };

/**
 * Makes the folder where it is missing, and lets only its owner read what Mulu has in it. A folder that was there stays as open
 * as it is where somebody has chosen that (0750 for a group that makes backups), or keeps something else in it.
 */
export function prepareDataDir(path: string): DataDirFault | undefined {
  try {
    makePrivateFolder(path);
  } catch (error) {
    // What is there is no folder, or something on the way to it is none.
    const said = codeOf(error);
    const code = (said === "ENOENT" ? reasonAbove(path) : undefined) ?? said;
    // A link to where nothing is cannot be made a folder.
    const isNone = code === "EEXIST" || code === "ENOTDIR" || (code === "ENOENT" && isThere(path));
    return { kind: isNone ? "notFolder" : "notMade", code };
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return { kind: "notWritable", code: codeOf(error) };
  }
  tighten(path);
  return undefined;
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Why nothing can be made in the last folder on the way that is there: Node says ENOENT of a disk that may only be read. */
function reasonAbove(path: string): string | undefined {
  if (existsSync(path)) return undefined;
  const above = dirname(path);
  if (!existsSync(above) && above !== path) return reasonAbove(above);
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function tighten(path: string): void {
  const names = readdirSync(path);
  for (const name of names.filter((each) => OURS.test(each))) tightenOne(join(path, name), PRIVATE_FILE);
  const mode = statSync(path).mode & 0o7777;
  if (UNTHOUGHT_MODES.includes(mode) && names.every((name) => OURS.test(name))) tightenOne(path, PRIVATE_FOLDER);
}

function tightenOne(path: string, mode: number): void {
  try {
    const found = lstatSync(path);
    // A link may lead out of the folder.
    const isOurs = mode === PRIVATE_FOLDER ? found.isDirectory() : found.isFile();
    if (isOurs && (found.mode & 0o077) !== 0) chmodSync(path, mode);
  } catch {
    // It is somebody else's, or on a file system without modes.
  }
}

const codeOf = (error: unknown): string => z.object({ code: z.string() }).safeParse(error).data?.code ?? "?";
