import { type DestinationStream, destination, type Logger, pino } from "pino";
import type { Config } from "#src/config.ts";

export type Log = Logger;

/** Structured logs on stderr, one JSON object a line, so that stdout carries answers only. */
export function createLog(
  { logLevel }: Pick<Config, "logLevel">,
  stream: DestinationStream = destination({ dest: 2, sync: true }),
): Log {
  return pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}
