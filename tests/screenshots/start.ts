import { answerCall } from "#src/cli/arguments.ts";
import { callerLocale } from "#src/cli/caller-locale.ts";

/** `npm run screenshots`: help, or the program. */
const answered = answerCall("screenshots", process.argv.slice(2), process, () => callerLocale(process.env, ".env"));
if (answered === undefined) await import("./take.ts");
else process.exitCode = answered;
