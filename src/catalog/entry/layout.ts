import { type Document, isMap, isNode, isScalar, isSeq, type Pair, parseDocument, type Scalar, visit } from "yaml";
import { z } from "zod";
import type { ReferenceFile } from "./reference.ts";
import { REFERENCE_SCHEMAS } from "./reference-schemas.ts";
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
const NOTATION = {
  lineWidth: 0,
  indent: 2,
  indentSeq: true,
  singleQuote: true,
  flowCollectionPadding: false,
  doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
} as const;

/**
 * The one layout of an entry's file: keys in the order of the schema, two spaces, no folded lines, quotes only where a
 * YAML reader could take the text for something else. Comments stay with what they stand before; a blank line before
 * each section and nowhere else. Stable: `layOut(layOut(x))` is `layOut(x)`. The text must parse.
 */
export function layOut(text: string): string {
  const document = parseDocument(text.replaceAll("\r\n", "\n"));
  if (document.errors[0]) throw document.errors[0];
  return layOutDocument(document);
}

/** A file's text in the layout of `layOut`. Changes the document. */
export function layOutDocument(document: Document): string {
  visit(document, {
    // A comment that ends a list or mapping takes the blank line behind it along, which the next section adds again.
    Collection: (_key, node) => {
      if (node.comment) node.comment = node.comment.trimEnd();
    },
  });
  arrange(document.contents, entrySchema);
  removeSchemaComment(document);
  if (isMap(document.contents)) {
    for (const pair of document.contents.items) {
      if (!isScalar(pair.key)) continue;
      removeSchemaComment(pair.key);
      pair.key.spaceBefore = SECTIONS.has(keyOf(pair));
    }
  }
  return SCHEMA_COMMENT + document.toString(NOTATION);
}

/** The one layout of a file beside the entries, in the notation of theirs and with nothing between its items. */
export function layOutReference(kind: ReferenceFile, text: string): string {
  const document = parseDocument(text.replaceAll("\r\n", "\n"));
  if (document.errors[0]) throw document.errors[0];
  arrange(document.contents, REFERENCE_SCHEMAS[kind]);
  return document.toString(NOTATION);
}

function removeSchemaComment(commented: { commentBefore?: string | null | undefined }): void {
  commented.commentBefore = commented.commentBefore?.replace(/^ yaml-language-server:.*\n*/gm, "") || null;
}

/** Puts the keys of a value into the order of its schema, unknown ones last, in block style. */
function arrange(node: unknown, schema: z.core.$ZodType): void {
  const inner = unwrap(schema);
  if (isSeq(node) && inner instanceof z.ZodArray) {
    node.flow = node.items.length === 0;
    for (const item of node.items) arrange(item, inner.element);
  }
  if (!(isMap(node) && inner instanceof z.ZodObject)) return;
  node.flow = node.items.length === 0;
  const order = [...Object.keys(inner.shape), ...node.items.map(keyOf)];
  const [first] = node.items;
  node.items.sort((a, b) => order.indexOf(keyOf(a)) - order.indexOf(keyOf(b)));
  // The comment above a mapping stands before its first key, and goes with it.
  if (node.commentBefore && first !== node.items[0] && isNode(first?.key)) {
    first.key.commentBefore = [node.commentBefore, first.key.commentBefore ?? []].flat().join("\n");
    node.commentBefore = null;
  }
  for (const pair of node.items) {
    const child: z.core.$ZodType | undefined = inner.shape[keyOf(pair)];
    if (child) arrange(pair.value, child);
    if (isScalar(pair.value)) quoteAmbiguous(pair.value);
  }
}

/** Dates stay strings for every YAML reader, also those of YAML 1.1 that turn `2023-03-14` into a timestamp. */
export function quoteAmbiguous(scalar: Scalar): void {
  if (typeof scalar.value === "string" && /^\d[\d.:-]*$/.test(scalar.value)) scalar.type = "QUOTE_SINGLE";
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : "");
