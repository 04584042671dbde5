import { runRegisterCommand } from "./register-command.ts";
import { run } from "./run.ts";

/** `npm run register`. */
await run((config) => runRegisterCommand(process.argv.slice(2), config, process));
