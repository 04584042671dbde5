import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { decodeText } from "./decode-text.ts";

/** What is odd in a line of a `.env`; its text is not in it, as that may be a secret. */
export type EnvRemark = {
  /** 1-based; absent where the whole file is meant. */
  line?: number;
  what: "noAssignment" | "openQuote" | "afterQuote" | "afterHash" | "again" | "reference" | "encoding";
  /** The setting that the line is about. */
  name?: string;
};

export type EnvFile = { values: ReadonlyMap<string, string>; remarks: EnvRemark[] };

/** There is a `.env`, and nobody can know what it says: to start without would leave out what its writer wanted. */
export class EnvFileUnusable extends Error {
  override name = "EnvFileUnusable";
  readonly reason: "folder" | "pipe" | "forbidden" | "tooLarge" | "unreadable";
  readonly file: string;
  /** What the system calls it. */
  readonly code: string;
  constructor(file: string, reason: EnvFileUnusable["reason"], code: string) {
    super(`${file}: ${reason} (${code})`);
    this.file = resolve(file);
    this.reason = reason;
    this.code = code;
  }
}

const MAX_BYTES = 1_000_000;

/** Reads a `.env`; undefined where there is none. Throws EnvFileUnusable. */
export function readEnvFile(path: string): EnvFile | undefined {
  const bytes = bytesOf(path);
  if (bytes === undefined) return undefined;
  if (bytes.length > MAX_BYTES) throw new EnvFileUnusable(path, "tooLarge", String(bytes.length));
  const { text, isClean } = decodeText(bytes);
  const { values, remarks } = parseEnvText(text);
  return { values, remarks: isClean ? remarks : [{ what: "encoding" }, ...remarks] };
}

function bytesOf(path: string): Uint8Array | undefined {
  try {
    // A pipe gives what it has once, and holds whoever reads it until somebody writes.
    if (statSync(path).isFIFO()) throw new EnvFileUnusable(path, "pipe", "FIFO");
    return readFileSync(path);
  } catch (error) {
    if (error instanceof EnvFileUnusable) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "?";
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR") throw new EnvFileUnusable(path, "folder", code);
    throw new EnvFileUnusable(path, code === "EACCES" || code === "EPERM" ? "forbidden" : "unreadable", code);
  }
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=[^\S\n]*(.*)$/;
/** Another variable, which compose and shells would put in; what stands in single quotes or behind `#` is text for them too. */
const REFERENCE = /^(?!['`#])[^#]*\$\{\w+/;
const QUOTES = ['"', "'", "`"];

/**
 * Finds the assignments of a `.env` and leaves the value of each to Node's own parser, which says nothing of lines that it
 * passes over, and which would take the next line for the value of a name with blanks behind its equals sign.
 */
export function parseEnvText(text: string): EnvFile {
  const lines = text.split(/\r\n|\n|\r/);
  const values = new Map<string, string>();
  const remarks: EnvRemark[] = [];
  for (let index = 0; index < lines.length; index++) {
    const first = lines[index] ?? "";
    if (/^\s*(?:#|$)/.test(first)) continue;
    const line = index + 1;
    const [, name, begun] = ASSIGNMENT.exec(first) ?? [];
    if (name === undefined || begun === undefined) {
      remarks.push({ line, what: "noAssignment" });
      continue;
    }
    const { raw, last } = rawValue(begun, lines, index);
    index = last;
    const odd = oddityOf(raw);
    if (odd !== undefined) remarks.push({ line, what: odd, name });
    if (REFERENCE.test(raw)) remarks.push({ line, what: "reference", name });
    if (values.has(name)) remarks.push({ line, what: "again", name });
    values.set(name, parseEnv(`VALUE=${raw}`)["VALUE"] ?? "");
  }
  return { values, remarks };
}

/** What is written for a value that begins in a line, and the line in which its quote is closed. */
function rawValue(begun: string, lines: readonly string[], first: number): { raw: string; last: number } {
  const raw = begun.trim();
  const quote = raw.charAt(0);
  if (!QUOTES.includes(quote) || raw.includes(quote, 1)) return { raw, last: first };
  const last = lines.findIndex((line, index) => index > first && line.includes(quote));
  if (last < 0) return { raw, last: first };
  return { raw: [begun.trimStart(), ...lines.slice(first + 1, last + 1)].join("\n").trimEnd(), last };
}

function oddityOf(raw: string): "openQuote" | "afterQuote" | "afterHash" | undefined {
  const quote = raw.charAt(0);
  if (!QUOTES.includes(quote)) return /^[^#]*[^\s#]#/.test(raw) ? "afterHash" : undefined;
  const end = raw.indexOf(quote, 1);
  if (end < 0) return "openQuote";
  return /^\s*(?:#|$)/.test(raw.slice(end + 1)) ? undefined : "afterQuote";
}
