import { run } from "./run.ts";
import { runSyncCommand } from "./sync-command.ts";

/** `npm run -s sync`: one run of the sync; the exit code is 1 where it could not run or a step of it failed. */
await run((config) => {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  return runSyncCommand(process.argv.slice(2), config, process, { signal: stop.signal });
});
