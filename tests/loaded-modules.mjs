// Preloaded into a program by a test: when the program ends it tells on stderr which modules it had loaded.
import { registerHooks } from "node:module";

const loaded = new Set();
registerHooks({
  load: (url, context, next) => {
    loaded.add(url);
    return next(url, context);
  },
});
process.on("exit", () => process.stderr.write(`loaded ${JSON.stringify([...loaded])}\n`));
