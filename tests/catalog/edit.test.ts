import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { editEntry, UneditableFile, writeEntry } from "#src/catalog/edit.ts";
import { layOut } from "#src/catalog/layout.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { expectCommentsKept, expectLinesKept, expectValuesKept } from "./outside-edit.ts";
import { anyEdit, anyValue, editedData } from "./random-edits.ts";

const files = await readdir("catalog/models");
const texts = await Promise.all(files.map((file) => readFile(join("catalog/models", file), "utf8")));

test("an edit of an entry of this repository changes what it names and nothing else, and keeps the layout", () => {
  for (const text of texts) {
    fc.assert(
      fc.property(anyEdit(parse(text)), (edit) => {
        const after = editEntry(text, [edit]);
        expect(parse(after)).toEqual(editedData(parse(text), edit));
        expect(layOut(after)).toBe(after);
        expectLinesKept(text, after, edit);
        expectValuesKept(text, after, edit);
        if (edit.kind === "set" || (edit.kind === "remove" && typeof edit.path.at(-1) === "string"))
          expect(editEntry(after, [edit])).toBe(after);
      }),
      { numRuns: Math.ceil(400 / texts.length) },
    );
  }
});

/** Ways to write a file that the layout would not. */
const dialects: Record<string, (text: string) => string> = {
  CRLF: (text) => text.replaceAll("\n", "\r\n"),
  "no final newline": (text) => text.trimEnd(),
  "byte order mark and document start": (text) => `\uFEFF---\n${text}`,
  "four spaces": (text) => stringify(parse(text), { indent: 4 }),
  "lists not indented": (text) => stringify(parse(text), { indentSeq: false }),
  "flow collections": (text) => stringify(parse(text), { collectionStyle: "flow" }),
  "one line": (text) => stringify(parse(text), { collectionStyle: "flow", lineWidth: 0 }),
  JSON: (text) => JSON.stringify(parse(text), undefined, 1),
  "folded lines": (text) => stringify(parse(text), { lineWidth: 30 }),
  "block scalars": (text) =>
    stringify(parse(text), { lineWidth: 30, defaultStringType: "BLOCK_FOLDED", defaultKeyType: "PLAIN" }),
  "comments everywhere": commented,
  "comments everywhere, laid out": (text) => layOut(commented(text)),
};

/** With a comment behind every value and above every key. */
function commented(text: string): string {
  let count = 0;
  const comment = () => `#c${count++}`;
  return text.replaceAll(
    /^( *)(- )?(?=[^ #\n]).*[^:\n]$/gm,
    (line, margin) => `${margin}${comment()}\n${line} ${comment()}`,
  );
}

test.each(Object.entries(dialects))("a file with %s takes edits one after another", (_name, inDialect) => {
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.gen(), (original, any) => {
      let text = inDialect(original);
      const laidOut = layOut(text) === text;
      for (let count = 0; count < 3; count++) {
        const edit = any(anyEdit, parse(text));
        const after = editEntry(text, [edit]);
        expect(parse(after)).toEqual(editedData(parse(text), edit));
        expect(/[^\r]\n/.test(after)).toBe(!text.includes("\r"));
        if (laidOut) expect(layOut(after)).toBe(after);
        expectValuesKept(text, after, edit);
        expectCommentsKept(text, after, edit);
        text = after;
      }
    }),
    { numRuns: 25 },
  );
});
