import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, visit } from "yaml";
import { z } from "zod";
import { entrySchema, unwrap } from "./schema.ts";

/** Lets editors complete and check an entry while it is written. */
const SCHEMA_COMMENT = "# yaml-language-server: $schema=../schema.json\n\n";

/** Top-level keys that begin a section, with a blank line before them. */
const SECTIONS = new Set(
  "summary released variants weights requirements ollama training license repository publishes papers sync notes sources".split(
    " ",
  ),
);

/** How a value is written: no folded lines, quotes only where they are needed. */
export const NOTATION = {
  lineWidth: 0,
  indent: 2,
  indentSeq: true,
  singleQuote: true,
  flowCollectionPadding: false,
  doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
} as const;

/** Whether a top-level key stands after a blank line. */
export const startsSection = (key: string): boolean => SECTIONS.has(key);

/**
 * The one layout of an entry's file: keys in the order of the schema, two spaces, no folded lines, quotes only where a
 * YAML reader could take the text for something else. Comments stay with what they stand before; a blank line before each section and
 * nowhere else. Stable: `layOut(layOut(x))` is
 * `layOut(x)`. The text must parse.
 */
export function layOut(text: string): string {
  const document = parseDocument(text.replaceAll("\r\n", "\n").replace(/^# yaml-language-server:.*\n\s*/gm, ""));
  if (document.errors[0]) throw document.errors[0];
  visit(document, {
    // A comment that ends a list or mapping takes the blank line behind it along, which the next section adds again.
    Collection: (_key, node) => {
      if (node.comment) node.comment = node.comment.trimEnd();
    },
  });
  arrange(document.contents, entrySchema);
  if (isMap(document.contents)) {
    for (const pair of document.contents.items)
      if (isScalar(pair.key)) pair.key.spaceBefore = startsSection(keyOf(pair));
  }
  return SCHEMA_COMMENT + document.toString(NOTATION);
}

/** Puts the keys of a value into the order of its schema, in block style. */
export function arrange(node: unknown, schema: z.core.$ZodType): void {
  const inner = unwrap(schema);
  if (isSeq(node) && inner instanceof z.ZodArray) {
    node.flow = node.items.length === 0;
    for (const item of node.items) arrange(item, inner.element);
  }
  if (!(isMap(node) && inner instanceof z.ZodObject)) return;
  node.flow = false;
  const place = (pair: Pair): number => placeOf(keyOf(pair), inner);
  node.items.sort((a, b) => place(a) - place(b));
  for (const pair of node.items) {
    const child: z.core.$ZodType | undefined = inner.shape[keyOf(pair)];
    if (child) arrange(pair.value, child);
    if (isScalar(pair.value)) quoteAmbiguous(pair.value);
  }
}

/** Where a key stands among those of a mapping; unknown ones are last. */
export function placeOf(key: string, schema: z.core.$ZodType | undefined): number {
  const inner = schema && unwrap(schema);
  const order = inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const at = order.indexOf(key);
  return at < 0 ? order.length : at;
}

/** Dates stay strings for every YAML reader, also those of YAML 1.1 that turn `2023-03-14` into a timestamp. */
export function quoteAmbiguous(scalar: Node & { value: unknown; type?: string | undefined }): void {
  if (typeof scalar.value === "string" && /^\d[\d.:-]*$/.test(scalar.value)) scalar.type = "QUOTE_SINGLE";
}

export const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : "");
