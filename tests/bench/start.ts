import { answerCall } from "#src/cli/arguments.ts";
import { callerLocale } from "#src/cli/caller-locale.ts";

/** `npm run bench`: help, or the program. */
const answered = answerCall("bench", process.argv.slice(2), process, () => callerLocale(process.env, ".env"));
if (answered === undefined) await import("./run.ts");
else process.exitCode = answered;
