import { launch } from "./launch.ts";

/** `npm run worker`. */
await launch("worker", async () => {
  const { runWorkerCommand } = await import("./worker-command.ts");
  return (_args, config, origin) => runWorkerCommand(config, origin, process);
});
// Connections that the libraries have not let go of must not hold the process.
process.exit();
