import { launch } from "./launch.ts";

/** `npm run register`. */
await launch("register", async () => {
  const { runRegisterCommand } = await import("./register-command.ts");
  return (args, config) => runRegisterCommand(args, config, process);
});
