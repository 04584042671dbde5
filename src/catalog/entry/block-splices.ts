import { isMap, isSeq, type Node } from "yaml";
import { keyOf, placeOf, startsSection } from "./layout.ts";
import { blockText, type Value } from "./value-text.ts";
import {
  type Collection,
  type Container,
  columnOf,
  endOf,
  endOfItem,
  type HeldPlace,
  headOf,
  isBlank,
  isBlockScalar,
  lineEnd,
  lineStart,
  type Schema,
  type Source,
  type Splice,
  type Step,
  schemaAt,
  skip,
  startOf,
  startOfItem,
} from "./yaml-places.ts";

/** Another value under a key or for an item. The comment behind the present one stays. */
export function replaceInBlock(source: Source, place: HeldPlace, value: Value): Splice[] {
  const { text, lineBreak, indentation } = source;
  const { node, index } = place.holder;
  const isItem = isSeq(node);
  const start = startOfItem(text, node, index);
  const column = columnOf(text, start);
  const head = headOf(text, node, index);
  const present = presentValue(text, place.node, head);
  const holder = isItem ? [value] : { k: value };
  const written = indented(blockText(holder, place.schema, indentation), column, source).slice(isItem ? 1 : 2);
  const first = written.slice(0, lineEnd(written, 0));
  const rest = written.slice(first.length);
  const put = (lead: string, body: string): Splice[] =>
    present.start <= lineEnd(text, head)
      ? [{ from: head, to: present.end, text: lead + body }]
      : [
          { from: head, to: head, text: lead },
          { from: lineEnd(text, head), to: present.end, text: body },
        ];
  const { comment, separator } = present;
  if (first === "") return put(comment.trimEnd(), rest);
  if (isItem && typeof value === "object" && rest !== "") {
    return comment.trim() === "" ? put(first, rest) : put(comment, lineBreak + " ".repeat(column + 1) + first + rest);
  }
  const lead = (separator || " ") + first.slice(1);
  return /^ [|>]/.test(first) ? put(lead + comment, rest) : put(lead, rest + comment);
}

/** What stands behind a `:` or `-`: to the end of its last line, with the comment that is not the value's own. */
function presentValue(text: string, node: Node | null, head: number) {
  const restOfLine = text.slice(head, lineEnd(text, head));
  if (node === null || isBlank(node)) {
    return {
      start: head,
      end: head + restOfLine.length,
      separator: "",
      comment: restOfLine.includes("#") ? restOfLine : "",
    };
  }
  const start = startOf(node);
  const valueEnd = endOf(text, node);
  const end = lineEnd(text, valueEnd);
  const separator = text.slice(head, skip(text, /[ \t]*/y, head));
  const header = text.slice(start, lineEnd(text, start));
  const isBlock = (isMap(node) || isSeq(node)) && !node.flow;
  const comment = isBlock ? "" : isBlockScalar(node) ? /[ \t]+#.*$/s.exec(header)?.[0] : text.slice(valueEnd, end);
  return { start, end, separator, comment: comment ?? "" };
}

/** Another key, at its place in the order of the schema, or another item at the end. */
export function addInBlock(source: Source, { node, schema, top }: Container, step: Step, value: Value): Splice[] {
  const { text, lineBreak, indentation } = source;
  const column = columnOf(text, startOf(node));
  const margin = " ".repeat(column);
  const holder = typeof step === "string" ? { [step]: value } : ([value] as const);
  const written = indented(blockText(holder, schemaAt(schema, step), indentation), column, source);
  const previous = indexBefore(node, step, schema);
  if (previous >= 0) {
    const at = endWithComments(text, lineEnd(text, endOfItem(text, node, previous)), column);
    const gap = top && startsSection(String(step)) ? lineBreak : "";
    return [{ from: at, to: at, text: lineBreak + gap + margin + written }];
  }
  const first = startOf(node);
  if (sharesLine(text, first)) return [{ from: first, to: first, text: written + lineBreak + margin }];
  // A comment at the top is about the whole file, elsewhere about the key that it stands before.
  const at = top ? lineStart(text, first) : topOf(text, first, 0);
  return [{ from: at, to: at, text: margin + written + lineBreak }];
}

/** The item after which a new one stands, -1 where it is the first. */
export function indexBefore(node: Collection, step: Step, schema: Schema): number {
  if (!isMap(node) || typeof step === "number") return node.items.length - 1;
  const place = placeOf(step, schema);
  const places = node.items.map((pair) => placeOf(keyOf(pair), schema));
  const nearest = Math.max(...places.filter((other) => other <= place));
  return places.lastIndexOf(nearest);
}

/**
 * Without a key or item, which is not the only one. The comments right above it go with it; those above the first one,
 * which may be about all of them, stay.
 */
export function removeFromBlock({ text }: Source, node: Collection, index: number): Splice[] {
  const start = startOfItem(text, node, index);
  const end = lineEnd(text, endOfItem(text, node, index));
  if (index === 0 && sharesLine(text, start)) return [{ from: start, to: skip(text, /[ \t\r\n]*/y, end), text: "" }];
  if (index === 0) return [{ from: lineStart(text, start), to: skip(text, /(?:[ \t]*\r?\n)*/y, end), text: "" }];
  const floor = lineEnd(text, endOfItem(text, node, index - 1));
  const top = upwards(text, topOf(text, start, floor), floor, (line) => /^[ \t]*\r?\n$/.test(line));
  return [{ from: lineEnd(text, lineStart(text, top - 1)), to: end, text: "" }];
}

/** Where the comment lines right above a key or item begin, which stand at its own column. */
function topOf(text: string, start: number, floor: number): number {
  const line = lineStart(text, start);
  const comment = `${text.slice(line, start)}#`;
  return upwards(text, line, floor, (above) => above.startsWith(comment));
}

/** The start of the highest line above, not before the floor, that belongs to what it stands before. */
function upwards(text: string, from: number, floor: number, belongs: (line: string) => boolean): number {
  let top = from;
  for (;;) {
    const above = lineStart(text, top - 1);
    if (top === 0 || above >= top || above < floor || !belongs(text.slice(above, top))) return top;
    top = above;
  }
}

/** Past the comment lines that are indented more than the keys or items, and so belong to the one before. */
function endWithComments(text: string, end: number, column: number): number {
  const comments = new RegExp(`(?:(?:[ \\t]*\\r?\\n)+ {${column + 1},}#(?:[^\\r\\n]|\\r(?!\\n))*)*`, "y");
  return skip(text, comments, end);
}

/** Whether something stands before it on its line (`- key: …`). */
const sharesLine = (text: string, start: number): boolean => text.slice(lineStart(text, start), start).trim() !== "";

/** Lines that were written at column 0, all but the first moved to a column. */
function indented(written: string, column: number, { lineBreak }: Source): string {
  return written.replaceAll(/\n(?!\n)/g, `\n${" ".repeat(column)}`).replaceAll("\n", lineBreak);
}
