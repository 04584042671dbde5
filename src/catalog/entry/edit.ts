import { isDeepStrictEqual } from "node:util";
import { type Node, parseDocument } from "yaml";
import { layOut, NOTATION } from "./layout.ts";
import { entrySchema } from "./schema.ts";
import { splicesFor } from "./splices.ts";
import { blockText, type Value } from "./value-text.ts";
import { type Step, sourceOf, withSplices } from "./yaml-places.ts";

type Path = readonly Step[];

/** One change to an entry's file; paths are keys of the schema, list items by index. */
export type Edit =
  /** Adds the key where it is missing, its parents too; an index one past the end adds an item. */
  | { kind: "set"; path: Path; value: Value }
  /** Adds an item to a list; makes the list where it is missing or empty. */
  | { kind: "append"; path: Path; value: Value }
  /** Takes out a key or an item; what is not there needs no change. */
  | { kind: "remove"; path: Path };

/** A file that stays as it is, because the outcome would not be what the edit asks for. */
export class UneditableFile extends Error {
  override name = "UneditableFile";
  /** Path of the field; the line where the text does not parse. */
  readonly where: string;
  constructor(where: string, reason: string) {
    super(`${where}: ${reason}`);
    this.where = where;
  }
}

/**
 * The text with the edits done in order, everything else byte for byte as it was: comments, order, quotes, blank
 * lines, line breaks. Comments right above a removed key or item go with it, except above a first one. A laid-out file
 * stays laid out. Each outcome is read again before it counts. Throws UneditableFile where the text does not parse or
 * has aliases, the path leads through a scalar, or the value cannot be written in its place.
 */
export function editEntry(text: string, edits: readonly Edit[]): string {
  const result = edits.reduce(edited, text);
  if (result === text || layOut(text) !== text) return result;
  const laidOut = layOut(result);
  // Only a comment may still stand elsewhere in the layout, such as the one behind a text that became a list.
  return laidOut === result ? result : verified(laidOut, parsed(result).data, []);
}

/** A new entry's whole file, laid out. Throws UneditableFile where a value cannot be written. */
export function writeEntry(data: { [key: string]: Value | undefined }): string {
  const fields = plainFields(data, []);
  return verified(layOut(blockText(fields, undefined, NOTATION)), fields, []);
}

function edited(text: string, edit: Edit): string {
  const { root, data } = parsed(text);
  const { path, value } = asChange(edit, data);
  const wanted = withValue(data, path, value);
  if (isDeepStrictEqual(wanted, data)) return text;
  const parts = partsOf(valueAt(data, path), path, value);
  if (parts) return parts.reduce(edited, text);
  const splices = splicesFor(sourceOf(text, root), { node: root, schema: entrySchema, holder: undefined }, path, value);
  return verified(withSplices(text, splices), wanted, path);
}

/** What the text says. Tags that YAML does not know are refused too: another reader could see something else. */
function parsed(text: string, where?: string): { root: Node | null; data: unknown } {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = [...document.errors, ...document.warnings];
  if (error) throw new UneditableFile(where ?? `line ${text.slice(0, error.pos[0]).split("\n").length}`, error.code);
  try {
    return { root: document.contents, data: document.toJS({ maxAliasCount: 0 }) };
  } catch {
    throw new UneditableFile(where ?? "file", "has aliases");
  }
}

/** The text, once it is seen to say what is wanted. */
function verified(text: string, wanted: unknown, path: Path): string {
  const where = path.join(".");
  if (isDeepStrictEqual(parsed(text, where).data, wanted)) return text;
  throw new UneditableFile(where, "the file cannot hold this value here");
}

/** Every edit as the value that a path is to have; none to remove what is there. */
function asChange(edit: Edit, data: unknown): { path: Path; value: Value | undefined } {
  const { path } = edit;
  if (path.length === 0) throw new UneditableFile("file", "an edit names a field");
  if (edit.kind === "remove") return { path, value: undefined };
  const value = plain(edit.value, path);
  if (edit.kind === "set") return { path, value };
  const list: unknown = valueAt(data, path) ?? [];
  if (!Array.isArray(list)) throw new UneditableFile(path.join("."), "is not a list");
  return list.length === 0 ? { path, value: [value] } : { path: [...path, list.length], value };
}

/** A mapping that replaces a mapping changes it key by key, so that what is alike in both stays. */
function partsOf(present: unknown, path: Path, value: Value | undefined): Edit[] | undefined {
  if (!isMapping(present) || typeof value !== "object" || Array.isArray(value)) return undefined;
  if (Object.keys(present).length === 0 || Object.keys(value).length === 0) return undefined;
  const kept = Object.entries(value).flatMap(([key, part]): Edit[] =>
    part === undefined ? [] : [{ kind: "set", path: [...path, key], value: part }],
  );
  const gone = Object.keys(present).filter((key) => !Object.hasOwn(value, key));
  return [...kept, ...gone.map((key): Edit => ({ kind: "remove", path: [...path, key] }))];
}

/**
 * The data with another value at a path, or without it. What is missing on the way is made; `null` counts as missing.
 */
function withValue(data: unknown, path: Path, value: Value | undefined, depth = 0): unknown {
  const step = path[depth];
  if (step === undefined) return value;
  const isMissing = data === undefined || data === null;
  if (isMissing && value === undefined) return data;
  const inner = (present: unknown): unknown => withValue(present, path, value, depth + 1);
  if (typeof step === "string") {
    const parent: unknown = isMissing ? {} : data;
    if (isMapping(parent)) return withField(parent, step, inner(valueAt(parent, [step])));
    throw new UneditableFile(path.join("."), "leads through what is not a mapping");
  }
  const parent: unknown = isMissing ? [] : data;
  if (!Array.isArray(parent)) throw new UneditableFile(path.join("."), "leads through what is not a list");
  if (isIndex(step, value === undefined ? Number.POSITIVE_INFINITY : parent.length))
    return withItem(parent, step, inner(parent[step]));
  throw new UneditableFile(path.join("."), `is no item of ${parent.length}`);
}

function withField(parent: object, key: string, value: unknown): object {
  if (value !== undefined) return { ...parent, [key]: value };
  return Object.fromEntries(Object.entries(parent).filter(([other]) => other !== key));
}

const withItem = (parent: unknown[], index: number, value: unknown): unknown[] =>
  value === undefined ? parent.toSpliced(index, 1) : parent.toSpliced(index, 1, value);

const isIndex = (step: number, end: number): boolean => Number.isInteger(step) && step >= 0 && step <= end;

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === "number" ? value[step] : undefined;
    else value = isMapping(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** The value without what is undefined. */
function plain(value: Value, path: Path): Value {
  if (Array.isArray(value)) return value.map((item) => plain(item, path));
  if (typeof value === "object") return plainFields(value, path);
  if (typeof value === "number" && !Number.isFinite(value)) throw new UneditableFile(path.join("."), "is not a number");
  return value;
}

function plainFields(fields: { [key: string]: Value | undefined }, path: Path): { [key: string]: Value } {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, field]) =>
      field === undefined ? [] : [[key, plain(field, [...path, key])]],
    ),
  );
}

function isMapping(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
