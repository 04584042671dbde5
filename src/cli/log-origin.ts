import type { Log } from "#src/base/log.ts";
import type { SettingsOrigin } from "./read-settings.ts";

/** Says in the log where the settings of a program that runs for long came from. */
export function logOrigin({ path, isRead, overridden }: SettingsOrigin, log: Log): void {
  if (!isRead) log.info({ missing: path }, "there is no .env here: settings come from the environment alone");
  else
    log.info(
      { file: path, ...(overridden.length > 0 && { overridden }) },
      "settings come from the file and the environment",
    );
}
