import { answerCall } from "#src/cli/arguments.ts";
import { callerLocale } from "#src/cli/caller-locale.ts";

/** `npm start`: help, or the program. */
const answered = answerCall("start", process.argv.slice(2), process, () => callerLocale(process.env, ".env"));
if (answered === undefined) await import("./main.ts");
else process.exitCode = answered;
