import { homedir } from "node:os";
import { join } from "node:path";

/** A path of a setting with `~` as the home folder: no shell has made it that. */
export const homePath = (path: string): string => (/^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path);
