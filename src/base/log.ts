import { styleText } from "node:util";
import { type DestinationStream, destination, type Logger, pino, stdSerializers } from "pino";
import { lineForPeople } from "./log-line.ts";

export type Log = Logger;

/** From the fewest lines to the most, and none. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON for programs, lines for people; `auto`: lines where stderr is a terminal. */
export const LOG_FORMATS = ["auto", "json", "pretty"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Interaction and webhook tokens in Discord's addresses: whoever has one can answer in the bot's name for a while. */
const DISCORD_TOKEN = /(\/(?:interactions|webhooks)\/\d+\/)[^/?\s"']+/g;
/** What Redis says of a command that it does not know, which may be a token or an answer. */
const REDIS_ARGUMENTS = /(with args beginning with: ).*/g;
/** What clients hang on their errors: whole requests, with headers, texts of people and answers of models. */
const OUTSIDE = ["requestBody", "request", "response", "rawError", "config"];

/** An error for the log: its kind, its message, its stack, what is short and plain; no token and nothing that was sent. */
function errorFields(error: Error): object {
  const { type, message, stack, ...rest } = stdSerializers.err(error);
  const plain = Object.entries(rest).filter(
    ([name, value]) => !OUTSIDE.includes(name) && ["string", "number", "boolean"].includes(typeof value),
  );
  const shown = { type, message, stack, ...Object.fromEntries(plain) };
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [
      name,
      typeof value === "string" ? value.replace(DISCORD_TOKEN, "$1…").replace(REDIS_ARGUMENTS, "$1…") : value,
    ]),
  );
}

/** Where lines go. */
type Output = DestinationStream & { isTTY?: boolean };

/** Logs on stderr, so that stdout carries answers only: one JSON object a line, or a line that a person reads. */
export function createLog(
  { logLevel, logFormat = "auto" }: { logLevel: LogLevel; logFormat?: LogFormat },
  stream: Output = onStderr(),
): Log {
  const serializers = { err: (error: unknown) => (error instanceof Error ? errorFields(error) : error) };
  return pino(
    { level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers },
    inFormat(logFormat, stream),
  );
}

const onStderr = (): Output => Object.assign(destination({ dest: 2, sync: true }), { isTTY: process.stderr.isTTY });

function inFormat(format: LogFormat, stream: Output): DestinationStream {
  if (format === "json" || (format === "auto" && !stream.isTTY)) return stream;
  // Colours where the terminal has them, and as NO_COLOR and FORCE_COLOR ask for.
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { stream: process.stderr });
  return { write: (line) => stream.write(lineForPeople(line, paint)) };
}
