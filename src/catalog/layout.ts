import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from "yaml";
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

/**
 * The one layout of an entry's file: keys in the order of the schema, two spaces, no folded lines, quotes only where a
 * YAML reader could take the text for something else. Comments stay with what they stand before; a blank line before each section and
 * nowhere else. Stable: `layOut(layOut(x))` is
 * `layOut(x)`. The text must parse.
 */
export function layOut(text: string): string {
  const document = parseDocument(text.replaceAll("\r\n", "\n").replace(/^# yaml-language-server:.*\n\s*/gm, ""));
  if (document.errors[0]) throw document.errors[0];
  arrange(document.contents, entrySchema);
  if (isMap(document.contents)) {
    for (const pair of document.contents.items)
      if (isScalar(pair.key)) pair.key.spaceBefore = SECTIONS.has(keyOf(pair));
  }
  const body = document.toString({
    lineWidth: 0,
    indent: 2,
    indentSeq: true,
    singleQuote: true,
    flowCollectionPadding: false,
  });
  return SCHEMA_COMMENT + body;
}

function arrange(node: unknown, schema: z.core.$ZodType): void {
  const inner = unwrap(schema);
  if (isSeq(node) && inner instanceof z.ZodArray) {
    node.flow = node.items.length === 0;
    for (const item of node.items) arrange(item, inner.element);
  }
  if (!(isMap(node) && inner instanceof z.ZodObject)) return;
  node.flow = false;
  const order = Object.keys(inner.shape);
  const place = (pair: Pair): number => {
    const at = order.indexOf(keyOf(pair));
    return at < 0 ? order.length : at;
  };
  node.items.sort((a, b) => place(a) - place(b));
  for (const pair of node.items) {
    const child: z.core.$ZodType | undefined = inner.shape[keyOf(pair)];
    if (child) arrange(pair.value, child);
    if (isScalar(pair.value)) quoteAmbiguous(pair.value);
  }
}

/** Dates stay strings for every YAML reader, also those of YAML 1.1 that turn `2023-03-14` into a timestamp. */
function quoteAmbiguous(scalar: Node & { value: unknown; type?: string | undefined }): void {
  if (typeof scalar.value === "string" && /^\d[\d.:-]*$/.test(scalar.value)) scalar.type = "QUOTE_SINGLE";
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : "");
