import { Document, isCollection, isPair, visit } from "yaml";
import type { z } from "zod";
import { arrange, NOTATION, quoteAmbiguous } from "./layout.ts";

/** What an entry's file can hold; a key without a value is left out. */
export type Value = string | number | boolean | Value[] | { [key: string]: Value | undefined };

/** A list or a mapping, which holds one value. */
type Holder = readonly Value[] | { readonly [key: string]: Value | undefined };

/** How a file indents what stands under a key. */
export type Indentation = { indent: number; indentSeq: boolean };

/**
 * `key: value` or `- value` in block style, as `layOut` would write it, the first line at column 0, without the last
 * line break. The schema is the value's.
 */
export function blockText(holder: Holder, schema: z.core.$ZodType | undefined, indentation: Indentation): string {
  // The white space that begins or ends a block scalar depends on what stands around it.
  const document = documentOf(holder, /^\s|\n$/);
  const [first] = isCollection(document.contents) ? document.contents.items : [];
  if (schema) arrange(isPair(first) ? first.value : first, schema);
  return document.toString({ ...NOTATION, ...indentation }).replace(/\n$/, "");
}

/** `key: value` or `value` on one line, as it stands inside `{…}` or `[…]`. */
export function flowText(holder: Holder): string {
  const document = documentOf(holder, /\n/);
  if (isCollection(document.contents)) document.contents.flow = true;
  return document.toString(NOTATION).trim().slice(1, -1);
}

/** Quotes what any YAML reader could take for something else (`no` and `1_000` of YAML 1.1 too). */
function documentOf(holder: Holder, quoted: RegExp): Document {
  const document = new Document(holder, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Scalar: (key, scalar) => {
      if (key === "key" || typeof scalar.value !== "string") return;
      quoteAmbiguous(scalar);
      if (quoted.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return document;
}
