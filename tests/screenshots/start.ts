import { answerCall, callerLocale } from "#src/cli/arguments.ts";

/** `npm run screenshots`: help, or the program. */
const answered = answerCall("screenshots", process.argv.slice(2), process, () => callerLocale(process.env));
if (answered === undefined) await import("./take.ts");
else process.exitCode = answered;
