import { launch } from "./launch.ts";

/** What has not ended this long after the sync was told to stop is left behind; the next run goes on from there. */
const STOP_MS = 9000;

/** `npm run -s sync`: one run of the sync. */
await launch("sync", async () => {
  const { runSyncCommand } = await import("./sync-command.ts");
  const { createStop } = await import("#src/base/lifecycle.ts");
  return (args, config) => runSyncCommand(args, config, process, { signal: createStop(STOP_MS).signal });
});
