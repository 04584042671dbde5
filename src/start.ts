import { answerCall, callerLocale } from "#src/cli/arguments.ts";

/** `npm start`: help, or the program. */
const answered = answerCall("start", process.argv.slice(2), process, () => callerLocale(process.env));
if (answered === undefined) await import("./main.ts");
else process.exitCode = answered;
