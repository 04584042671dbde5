import { launch } from "./launch.ts";

/** `npm run -s ask`. */
await launch("ask", async () => (await import("./ask-command.ts")).runAskCommand);
