import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodeOf } from "#src/cli/run.ts";
import type { Config } from "#src/config.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

/** Starts a program under these settings, with a file `.env` of these bytes; gives the code, what was said and the settings. */
export async function startWith(env: Record<string, string>, file?: string | Uint8Array, isTTY = false) {
  const path = join(await temporaryFolder(), ".env");
  if (file !== undefined) await writeFile(path, file);
  const said = { text: "", config: undefined as Config | undefined, overridden: [] as readonly string[], path };
  const write = (text: string): boolean => {
    said.text += text;
    return true;
  };
  const main = async (config: Config, origin: { overridden: readonly string[] }): Promise<number> => {
    said.config = config;
    said.overridden = origin.overridden;
    return 0;
  };
  const code = await exitCodeOf(main, { DEFAULT_LOCALE: "en", ...env }, { write, isTTY }, path);
  return { code, ...said };
}
