import { runCatalogCommand } from "./catalog-command.ts";
import { run } from "./run.ts";

/** `npm run catalog`. */
await run((config) => runCatalogCommand(process.argv.slice(2), config, process));
