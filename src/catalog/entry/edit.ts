import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  Schema,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { layOutDocument, quoteAmbiguous } from "./layout.ts";

/** What an entry's file can hold; a key without a value is left out. */
export type Value = string | number | boolean | Value[] | { [key: string]: Value | undefined };
type Path = readonly (string | number)[];

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
 * The text with the edits done in order, in the layout of `layOut`; a text that says all they ask for stays as it is.
 * Comments stay, but for those inside of what goes and right above a removed key or item; line breaks stay too. The
 * outcome is read again before it counts. Throws UneditableFile where the text does not parse or has aliases, the path
 * leads through a scalar, or the value cannot be written in its place.
 */
export function editEntry(text: string, edits: readonly Edit[]): string {
  const { document, data } = read(text);
  for (const edit of edits) document.contents = changed(document, document.contents, changeOf(edit, document));
  if (isDeepStrictEqual(document.toJS(), data)) return text;
  const where = edits.map(({ path }) => path.join(".")).join(", ");
  const result = verified(layOutDocument(document), document.toJS(), where);
  return text.includes("\r\n") ? result.replaceAll("\n", "\r\n") : result;
}

/** A new entry's whole file, laid out. Throws UneditableFile where a value cannot be written. */
export function writeEntry(fields: { [key: string]: Value | undefined }): string {
  if (!canStand(fields)) throw new UneditableFile("file", NO_VALUE);
  const { document } = read("");
  document.contents = nodeOf(document, null, fields);
  return verified(layOutDocument(document), document.toJS(), "file");
}

/** What the text says. Tags that YAML does not know are refused too: another reader could see something else. */
function read(text: string, where?: string): { document: Document; data: unknown } {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = [...document.errors, ...document.warnings];
  if (error) throw new UneditableFile(where ?? `line ${text.slice(0, error.pos[0]).split("\n").length}`, error.code);
  try {
    return { document, data: document.toJS({ maxAliasCount: 0 }) };
  } catch {
    throw new UneditableFile(where ?? "file", "has aliases");
  }
}

/** The text, once it is seen to say what is wanted; laid out as it then reads, where a comment found another place. */
function verified(text: string, wanted: unknown, where: string): string {
  const { document, data } = read(text, where);
  if (!isDeepStrictEqual(data, wanted)) throw new UneditableFile(where, "the file cannot hold this value here");
  const laidOut = layOutDocument(document);
  return laidOut === text ? text : verified(laidOut, wanted, where);
}

/** The path of a key or item, and what it is to hold; nothing where it is to go. */
type Change = { path: Path; value: Value | undefined };

function changeOf({ path, ...edit }: Edit, document: Document): Change {
  if (path.length === 0) throw new UneditableFile("file", "an edit names a field");
  if (edit.kind !== "remove" && !canStand(edit.value)) throw new UneditableFile(path.join("."), NO_VALUE);
  if (edit.kind !== "append") return { path, value: edit.kind === "set" ? edit.value : undefined };
  const list = stated(document.getIn(path, true));
  if (list && !isSeq(list)) throw new UneditableFile(path.join("."), "is not a list");
  return { path: [...path, list?.items.length ?? 0], value: edit.value };
}

const NO_VALUE = "no field holds null or a number that is none";

/** Whether other readers understand the value too: `null` is a key without a value, and only YAML has `.nan` and `.inf`. */
const canStand = (value: unknown): boolean =>
  typeof value === "number"
    ? Number.isFinite(value)
    : value !== null && (typeof value !== "object" || Object.values(value).every(canStand));

/** The node where it says anything: not `null`, as which a key without a value is read. */
const stated = (node: unknown): Node | undefined =>
  isNode(node) && !(isScalar(node) && node.value === null) ? node : undefined;

/** What stands in a node's place after a change, which is about the node itself or about something inside it. */
function changed(document: Document, present: unknown, change: Change, depth = 0): Node | null {
  const { path, value } = change;
  const step = path[depth];
  if (step === undefined) return value === undefined ? null : nodeOf(document, present, value);
  if (value === undefined && lacks(present, step)) return isNode(present) ? present : null;
  const node = stated(present) ?? nodeOf(document, present, typeof step === "string" ? {} : []);
  if (!hasRoom(node, step)) throw new UneditableFile(path.join("."), "leads to where nothing can stand");
  const child: unknown = node.get(step, true);
  const next = changed(document, child, change, depth + 1);
  if (next && next !== child) put(document, node, step, next);
  if (!next && depth === path.length - 1) takeOut(node, step);
  return node;
}

/** Whether there is nothing to take out: no value at all, or a list that has no such index. */
const lacks = (node: unknown, step: string | number): boolean =>
  !stated(node) || (isSeq(node) && typeof step === "number" && !node.has(step));

/** Whether a key can stand in the node, or an item at an index, which is at most one past the end. */
const hasRoom = (node: Node, step: string | number): node is YAMLMap | YAMLSeq =>
  isMap(node)
    ? typeof step === "string"
    : isSeq(node) && [...node.items.keys(), node.items.length].includes(Number(step));

function put(document: Document, holder: YAMLMap | YAMLSeq, step: string | number, node: Node): void {
  // The comment behind `[]` is about the whole list.
  if (holder.items.length === 0) Object.assign(holder, { flow: false, commentBefore: comments(holder), comment: null });
  if (holder.has(step)) holder.set(step, node);
  else if (isSeq(holder)) holder.items.push(node);
  else holder.items.push(document.createPair(step, node));
}

function takeOut(holder: YAMLMap | YAMLSeq, step: string | number): void {
  holder.delete(step);
  if (holder.items.length === 0) Object.assign(holder, { flow: true, commentBefore: null, comment: comments(holder) });
}

const comments = ({ commentBefore, comment }: Node): string | null =>
  [commentBefore, comment].filter((text) => typeof text === "string").join("\n") || null;

/**
 * The node that says a value: the present one where it says so already, or is a mapping, which changes key by key; else
 * a new one with the comments of the present one.
 */
function nodeOf(document: Document, present: unknown, value: Value): Node {
  if (isNode(present) && isDeepStrictEqual(present.toJS(document), value)) return present;
  if (isMap(present) && typeof value === "object" && !Array.isArray(value)) {
    const parts = new Map(Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, part]])));
    for (const key of Object.keys(present.toJS(document))) if (!parts.has(key)) takeOut(present, key);
    for (const [key, part] of parts) put(document, present, key, nodeOf(document, present.get(key, true), part));
    return present;
  }
  const node: Node = document.createNode(value, { aliasDuplicateObjects: false });
  visit(node, { Scalar: (_key, scalar) => quoteWhereNeeded(scalar) });
  return isNode(present) ? Object.assign(node, commentsFor(node, present)) : node;
}

/** Comments of a node, and the blank line before it, for the one that replaces it: beside what stands on one line. */
function commentsFor(node: Node, old: Node): object {
  const { commentBefore, comment, spaceBefore } = old;
  if (isScalar(node) && isScalar(old)) return { commentBefore, comment, spaceBefore };
  const isOneLine = isScalar(node) || (isCollection(node) && node.items.length === 0);
  return { [isOneLine ? "comment" : "commentBefore"]: comments(old), spaceBefore };
}

const YAML_1_1 = new Schema({ schema: "yaml-1.1" });

/** Quotes what a reader of YAML 1.1 takes for something else (`no`, `1_000`), and white space that ends a block scalar. */
function quoteWhereNeeded(scalar: Scalar): void {
  const { value } = scalar;
  if (typeof value !== "string") return;
  quoteAmbiguous(scalar);
  if (YAML_1_1.tags.some((tag) => "test" in tag && tag.default && tag.test?.test(value))) scalar.type = "QUOTE_SINGLE";
  if (/^\s|\n$/.test(value)) scalar.type = "QUOTE_DOUBLE";
}
