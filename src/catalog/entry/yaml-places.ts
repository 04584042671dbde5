import { isMap, isNode, isScalar, isSeq, type Node, type Pair, visit, type YAMLMap, type YAMLSeq } from "yaml";
import { z } from "zod";
import { keyOf } from "./layout.ts";
import { unwrap } from "./schema.ts";
import type { Indentation } from "./value-text.ts";

export type Step = string | number;
export type Schema = z.core.$ZodType | undefined;
export type Collection = YAMLMap | YAMLSeq;

/** A value under a key or for an item. */
export type HeldPlace = { node: Node | null; schema: Schema; holder: { node: Collection; index: number } };
/** Where a value stands; the value of the whole file has no holder. */
export type Place = HeldPlace | { node: Node | null; schema: Schema; holder: undefined };
/** A mapping or list that another value joins. */
export type Container = { node: Collection; schema: Schema; top: boolean };

/** A file's text with what holds for all of it. */
export type Source = { text: string; lineBreak: string; indentation: Indentation };

/** Text for what stands from one offset to another. */
export type Splice = { from: number; to: number; text: string };

/** The text with its splices, which are in the order of the text and do not overlap. */
export function withSplices(text: string, splices: readonly Splice[]): string {
  return splices.reduceRight(
    (result, { from, to, text: inserted }) => result.slice(0, from) + inserted + result.slice(to),
    text,
  );
}

export function sourceOf(text: string, root: Node | null): Source {
  return { text, lineBreak: /\r?\n/.exec(text)?.[0] ?? "\n", indentation: indentationOf(text, root) };
}

/** The file's own habit; the layout's where it has none. */
function indentationOf(text: string, root: Node | null): Indentation {
  let mapping: number | undefined;
  let list: number | undefined;
  visit(root, {
    Pair: (_key, { value }, path) => {
      const parent = path.at(-1);
      if (!isMap(parent) || parent.flow || !(isMap(value) || isSeq(value)) || value.flow) return;
      const deeper = columnOf(text, startOf(value)) - columnOf(text, startOf(parent));
      // A tag or an anchor before the first key shifts what counts as the mapping's column.
      if (isMap(value) && deeper > 0) mapping ??= deeper;
      if (isSeq(value) && deeper >= 0) list ??= deeper;
    },
  });
  return { indent: mapping ?? (list || 2), indentSeq: list !== 0 };
}

/** The value under a key or at an index, if there is one. */
export function childOf({ node, schema }: Place, step: Step): HeldPlace | undefined {
  if (isMap(node)) {
    const index = node.items.findIndex((pair) => keyOf(pair) === step);
    const value = node.items[index]?.value;
    return index < 0
      ? undefined
      : { node: isNode(value) ? value : null, schema: schemaAt(schema, step), holder: { node, index } };
  }
  if (!isSeq(node) || typeof step !== "number" || step >= node.items.length) return undefined;
  const item = node.items[step];
  return { node: isNode(item) ? item : null, schema: schemaAt(schema, step), holder: { node, index: step } };
}

export function schemaAt(schema: Schema, step: Step): Schema {
  const inner = schema && unwrap(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  const shape: Record<string, Schema> = inner instanceof z.ZodObject ? inner.shape : {};
  return Object.hasOwn(shape, step) ? shape[step] : undefined;
}

/** A parsed node has a range. */
function rangeOf(node: Node): readonly [number, number] {
  if (!node.range) throw new RangeError("a node that was not parsed");
  return [node.range[0], node.range[1]];
}

export const startOf = (node: Node): number => rangeOf(node)[0];

/** Whether nothing is written where the value would stand (`key:`). */
export const isBlank = (node: Node | null): boolean => node === null || (isScalar(node) && node.source === "");

export const isBlockScalar = (node: Node | null): boolean =>
  isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");

/** Where a value's own text ends, before line breaks and comments that follow. */
export function endOf(text: string, node: Node): number {
  const [start, end] = rangeOf(node);
  if ((isMap(node) || isSeq(node)) && !node.flow) return endOfItem(text, node, node.items.length - 1);
  if (!isBlockScalar(node)) return end;
  const written = text.slice(start, end);
  const keepsBlankLines = /^[|>][1-9]?\+/.test(written);
  return (
    start + (keepsBlankLines ? written.replace(/\r?\n$/, "") : written.replace(/(?<![ \t\r\n])[ \t\r\n]+$/, "")).length
  );
}

export function endOfItem(text: string, node: Collection, index: number): number {
  if (isSeq(node)) {
    const item = node.items[index];
    return isNode(item) ? endOf(text, item) : startOf(node);
  }
  const pair: Pair | undefined = node.items[index];
  if (isNode(pair?.value)) return endOf(text, pair.value);
  return isNode(pair?.key) ? endOf(text, pair.key) : startOf(node);
}

/** Where a key stands, or a list's item; in block style its `-`. */
export function startOfItem(text: string, node: Collection, index: number): number {
  const item = isMap(node) ? node.items[index]?.key : node.items[index];
  if ((isMap(node) || node.flow) && isNode(item)) return startOf(item);
  return index === 0 ? startOf(node) : skip(text, /(?:\s|#[^\n]*)*/y, endOfItem(text, node, index - 1));
}

/** Where what belongs to a key or item begins: behind its `:` or `-`. */
export function headOf(text: string, node: Collection, index: number): number {
  const key = isMap(node) && node.items[index]?.key;
  return (isNode(key) ? text.indexOf(":", endOf(text, key)) : startOfItem(text, node, index)) + 1;
}

/** The offset behind a match that begins at an offset. */
export function skip(text: string, pattern: RegExp, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}

export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return start === 0 && text.startsWith("\uFEFF") ? 1 : start;
}

/** Where the line's text ends, before its line break. */
export const lineEnd = (text: string, offset: number): number => skip(text, /.*?(?=\r?\n|$)/sy, offset);

export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);
