import { answerCall, callerLocale } from "#src/cli/arguments.ts";

/** `npm run bench`: help, or the program. */
const answered = answerCall("bench", process.argv.slice(2), process, () => callerLocale(process.env));
if (answered === undefined) await import("./run.ts");
else process.exitCode = answered;
