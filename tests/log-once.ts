import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";

/** A program that writes one line into its log, as its settings say. */
createLog(readConfig(process.env)).warn("said once");
