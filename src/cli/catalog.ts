import { launch } from "./launch.ts";

/** `npm run catalog`. */
await launch("catalog", async () => {
  const { runCatalogCommand } = await import("./catalog-command.ts");
  return (args, config) => runCatalogCommand(args, config, process);
});
