import type { styleText } from "node:util";
import { z } from "zod";
import { parseJson } from "./parse-json.ts";

const record = z.looseObject({ level: z.number(), time: z.string(), msg: z.string().default("") });
const thrown = z.looseObject({
  type: z.string().default("Error"),
  message: z.string().default(""),
  stack: z.string().default(""),
});

/** pino's levels (getpino.io, `pino.levels`): their words, and how they are painted where there are colours. */
const LEVELS = new Map<number, readonly [word: string, format: Parameters<typeof styleText>[0]]>([
  [10, ["TRACE", "gray"]],
  [20, ["DEBUG", "gray"]],
  [30, ["INFO", "green"]],
  [40, ["WARN", "yellow"]],
  [50, ["ERROR", "red"]],
  [60, ["FATAL", ["red", "bold"]]],
]);
const WIDTH = 5;

/** Paints a text; whoever writes to no terminal leaves it as it is. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/**
 * A record of the log, one JSON object, as a line for a person: local time, level, message, fields, and for an error its kind
 * and message (its stack on lines of its own where nobody expected it). What is no record stays as it is.
 */
export function lineForPeople(json: string, paint: Paint): string {
  const parsed = record.safeParse(parseJson(json));
  if (!parsed.success) return json;
  const { level, time, msg, err, ...fields } = parsed.data;
  const [word, format] = LEVELS.get(level) ?? [String(level), "gray"];
  const error = thrown.safeParse(err).data;
  const said = [
    oneLine(msg),
    ...Object.entries(fields).map(([name, value]) => `${paint("dim", `${name}=`)}${fieldText(value)}`),
    ...(error ? [`${paint("dim", "err=")}${oneLine(`${error.type}: ${error.message}`)}`] : []),
  ];
  const head = `${paint("dim", clockTime(time))} ${paint(format, word.padEnd(WIDTH))} ${said.join(" ")}`;
  const frames = level >= 50 ? (error?.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  return `${[head, ...frames.map((frame) => paint("dim", frame))].join("\n")}\n`;
}

/** Hours, minutes and seconds where the reader is. */
function clockTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toTimeString().slice(0, 8);
}

function fieldText(value: unknown): string {
  if (typeof value !== "string") return oneLine(typeof value === "object" ? JSON.stringify(value) : String(value));
  return /^[^\s"=]+$/.test(value) ? oneLine(value) : oneLine(JSON.stringify(value));
}

/** Nothing in a log may rewrite what a person sees on a terminal. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, " ");
