import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type Edit, editEntry, UneditableFile, type Value, writeEntry } from "#src/catalog/entry/edit.ts";
import { layOut } from "#src/catalog/entry/layout.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { expectCommentsKept, expectLinesKept, expectValuesKept } from "./outside-edit.ts";
import { anyEdit, anyValue, editedData, type Path } from "./random-edits.ts";

const files = await readdir("catalog/models");
const texts = await Promise.all(files.map((file) => readFile(join("catalog/models", file), "utf8")));

test("an edit of an entry of this repository changes what it names and nothing else, and keeps the layout", () => {
  const anyEntry = fc
    .constantFrom(...texts)
    .chain((text) => fc.record({ text: fc.constant(text), edit: anyEdit(parse(text)) }));
  fc.assert(
    fc.property(anyEntry, ({ text, edit }) => {
      const after = editEntry(text, [edit]);
      expect(parse(after)).toEqual(editedData(parse(text), edit));
      expect(layOut(after)).toBe(after);
      expectLinesKept(text, after, edit);
      expectValuesKept(text, after, edit);
      if (edit.kind === "set" || (edit.kind === "remove" && typeof edit.path.at(-1) === "string"))
        expect(editEntry(after, [edit])).toBe(after);
    }),
    { numRuns: 60 },
  );
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
      for (let count = 0; count < 2; count++) {
        const edit = any(anyEdit, parse(text));
        const after = editEntry(text, [edit]);
        expect(parse(after)).toEqual(editedData(parse(text), edit));
        expect(/[^\r]\n/.test(after)).toBe(!text.includes("\r"));
        if (after !== text) expect(layOut(after)).toBe(after.replaceAll("\r\n", "\n"));
        expectCommentsKept(text, after, edit);
        text = after;
      }
    }),
    { numRuns: 6 },
  );
});

const set = (path: Path, value: Value): Edit => ({ kind: "set", path, value });
const append = (path: Path, value: Value): Edit => ({ kind: "append", path, value });
const remove = (path: Path): Edit => ({ kind: "remove", path });

/** The line that begins every laid-out file. */
const HEAD = "# yaml-language-server: $schema=../schema.json\n\n";

test.each<[string, string, Edit, string]>([
  [
    "comment behind the value",
    "name: v1   # why\nfamily: x # y\n",
    set(["name"], "v2"),
    "name: v2 # why\nfamily: x # y\n",
  ],
  ["comment behind the colon", "a: # why\n  b: 1\nc: 2\n", set(["a"], "x"), "a: x # why\nc: 2\n"],
  ["text that becomes a list", "a: b # why\n", set(["a"], ["b", "c"]), "a:\n  # why\n  - b\n  - c\n"],
  ["text that becomes nothing", "a: b # why\n", set(["a"], []), "a: [] # why\n"],
  [
    "item that becomes a mapping",
    "a:\n  - b # why\n",
    set(["a", 0], { c: 1, d: 2 }),
    "a:\n  # why\n  - c: 1\n    d: 2\n",
  ],
  ["text that becomes lines", "a: b # why\nc: 1\n", set(["a"], "d\ne"), "a: |- # why\n  d\n  e\nc: 1\n"],
  ["lines that become a text", "a: |- # why\n  d\n\n  e\nc: 1\n", set(["a"], "f"), "a: f # why\nc: 1\n"],
  ["value on the next line", "a:\n  one # why\nc: 1\n", set(["a"], "f"), "a: f # why\nc: 1\n"],
  ["key without a value", "a: # why\nc: 1\n", set(["a"], "f"), "a: f # why\nc: 1\n"],
  ["empty list", "papers: [] # none\n", append(["papers"], "p"), "\npapers:\n  # none\n  - p\n"],
  ["list without a value", "papers:\n", append(["papers"], "p"), "\npapers:\n  - p\n"],
  ["empty mapping", "sync: {}\n", set(["sync", "hubOrgs", 0], "x"), "\nsync:\n  hubOrgs:\n    - x\n"],
  ["empty mapping in a row of its own", "a: {}\n", set(["a", "b"], [true]), "a:\n  b:\n    - true\n"],
  ["last item", "papers:\n  # why\n  - p\n", remove(["papers", 0]), "\npapers: [] # why\n"],
  ["last key", "sync:\n  mode: tags # why\n", remove(["sync", "mode"]), "\nsync: {}\n"],
  [
    "flow mapping",
    "latestRelease: {tag: v1, date: '2024-01-01'} # n\n",
    set(["latestRelease", "tag"], "a, b"),
    "latestRelease:\n  tag: a, b\n  date: '2024-01-01'\n  # n\n",
  ],
  ["unknown flow mapping", "a: {b: 1, # one\n  c: 2}\n", remove(["a", "c"]), "a:\n  {\n    b: 1 # one\n  }\n"],
  ["CRLF", "a: b\r\nc: |\r\n  d\r\n", set(["c"], "e\nf"), "a: b\r\nc: |-\r\n  e\r\n  f\r\n"],
  [
    "order of the schema, inside of an item too",
    "name: n\nunknown: 1\nweights:\n- hub: form\n",
    set(["weights", 0, "label"], "l"),
    "name: n\n\nweights:\n  - label: l\n    hub: form\nunknown: 1\n",
  ],
  [
    "comment at the end of a list",
    "papers:\n  - p\n  # more to come\n",
    append(["papers"], "q"),
    "\npapers:\n  - p\n  - q\n  # more to come\n",
  ],
  [
    "comment above a later key",
    "name: n\n# why\nfamily: f\n",
    set(["aliases"], ["a"]),
    "name: n\naliases:\n  - a\n# why\nfamily: f\n",
  ],
  [
    "comment above the first of a mapping",
    "latestRelease:\n  # why\n  date: d\n",
    set(["latestRelease", "tag"], "v"),
    "latestRelease:\n  tag: v\n  # why\n  date: d\n",
  ],
  ["comment above the first key", "# who\nfamily: f\n", set(["name"], "a"), "name: a\n# who\nfamily: f\n"],
  ["comment above the file", "# who\n\nfamily: f\n", set(["name"], "a"), "# who\n\nname: a\nfamily: f\n"],
  ["comment of a removed key", "a: 1\n# why\nb: 2 # x\n# y\nc: 3\n", remove(["b"]), "a: 1\n# y\nc: 3\n"],
  [
    "mapping for a mapping",
    "latestRelease:\n  tag: v1 # why\n  url: u # x\n",
    set(["latestRelease"], { tag: "v2", date: "2024", url: undefined }),
    "latestRelease:\n  tag: v2 # why\n  date: '2024'\n",
  ],
  ["tag and anchor", "a: &x !!int 1\n", set(["a"], "b"), "a: b\n"],
  ["quotes that are no longer needed", "a: 'x'\nb: 'y'\n", set(["a"], "z"), "a: z\nb: 'y'\n"],
  ["empty file", "", set(["name"], "a"), "name: a\n"],
  ["comment alone", "# who", set(["license", "code"], "MIT"), "# who\n\n\nlicense:\n  code: MIT\n"],
  ["byte order mark", "\uFEFFfamily: f\n", set(["name"], "a"), "name: a\nfamily: f\n"],
])("%s", (_what, before, edit, after) => {
  const head = before.includes("\r\n") ? HEAD.replaceAll("\n", "\r\n") : HEAD;
  expect(editEntry(before, [edit])).toBe(head + after);
});

test.each([
  ["1.10", "'1.10'"],
  ["2.4.2", "'2.4.2'"],
  ["20250527", "'20250527'"],
  ["2024-01-01", "'2024-01-01'"],
  ["null", "'null'"],
  ["no", "'no'"],
  ["", "''"],
  ["it's", "it's"],
  ["a: 'b'", `"a: 'b'"`],
  ["trailing ", "'trailing '"],
  ["a\n", '"a\\n"'],
  ["v1.0-中文", "v1.0-中文"],
])("the text %j is written %s", (tag, written) => {
  expect(editEntry("latestRelease:\n  tag: v0\n", [set(["latestRelease", "tag"], tag)])).toBe(
    `${HEAD}latestRelease:\n  tag: ${written}\n`,
  );
});

test("what is as the edit wants it stays as it is written", () => {
  const text = `name:   "Small"   # as is\naliases: [ a,b ]\nsummary: {en: e, zh: z}\n`;
  const edits = [
    set(["name"], "Small"),
    set(["aliases"], ["a", "b"]),
    set(["summary"], { zh: "z", en: "e", note: undefined }),
  ];
  const absent = [["notes"], ["aliases", 2], ["aliases", 9], ["aliases", -1], ["sync", "mode"], ["notes", "zh", 0]];
  expect(editEntry(text, [...edits, ...absent.map(remove)])).toBe(text);
  expect(editEntry("a: {b, c: 1}\n", [remove(["a", "b", "d"])])).toBe("a: {b, c: 1}\n");
});

test.each<[string, string, Edit, string]>([
  ["does not parse", "a: 1\nb: [\n", set(["a"], 2), "line 3"],
  ["is two documents", "a: 1\n---\nb: 1\n", set(["a"], 2), "line 2"],
  ["has aliases", "a: &x 1\nb: *x\n", set(["a"], 2), "file"],
  ["has a text where the path leads on", "name: n\n", set(["name", "zh"], "x"), "name.zh"],
  ["has a text where a key would be removed", "name: n\n", remove(["name", "zh"]), "name.zh"],
  ["has a list where the path has a key", "papers: [p]\n", set(["papers", "title"], "x"), "papers.title"],
  ["has a mapping where the path has an index", "sync: {mode: tags}\n", set(["sync", 0], "x"), "sync.0"],
  ["has no list", "sync: {mode: tags}\n", append(["sync"], "x"), "sync"],
  ["has fewer items", "papers: [p]\n", set(["papers", 2], "x"), "papers.2"],
  ["would get an item before the first", "papers: [p]\n", set(["papers", -1], "x"), "papers.-1"],
  ["is named and no field of it", "a: 1\n", set([], "x"), "file"],
  ["is a text", "just text\n", set(["a"], "x"), "a"],
  ["would hold a number that is none", "a: 1\n", set(["sync", "x"], [{ y: Number.NaN }]), "sync.x"],
  ["would hold no end of a number", "a: [1]\n", append(["a"], Number.POSITIVE_INFINITY), "a"],
  ["has a tag that nobody knows", "a: !x 1\n", set(["b"], "x"), "line 1"],
])("a file that %s is not edited", (_what, text, edit, where) => {
  const attempt = () => editEntry(text, [edit]);
  expect(attempt).toThrow(UneditableFile);
  expect(attempt).toThrow(expect.objectContaining({ where }));
});

test("a new entry is written in the layout, whatever its texts hold", () => {
  const fields = parse(smallEntry());
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("notes", "papers", "aliases", "released", "unknown"), anyValue),
      (more) => {
        const text = writeEntry({ ...more, ...fields, baseModel: undefined });
        expect(parse(text)).toEqual({ ...more, ...fields });
        expect(layOut(text)).toBe(text);
      },
    ),
  );
  expect(Object.keys(parse(writeEntry({ sources: ["s"], name: "n" })))).toEqual(["name", "sources"]);
});

test("a laid-out file stays so where a comment has to move", () => {
  const text = layOut(smallEntry({ notes: "n # why" }));
  const after = editEntry(text, [set(["notes"], ["a", "b"])]);
  expect(after).toBe(text.replace("notes: n # why\n", "notes:\n  # why\n  - a\n  - b\n"));
  expect(layOut(after)).toBe(after);
});

test("lines with odd blanks are written so that the layout does not change them", () => {
  const notes = `a${" long".repeat(10)}\n\n \n b\n`;
  const text = layOut(smallEntry());
  expect(parse(layOut(editEntry(text, [set(["notes"], notes)])))).toMatchObject({ notes });
});

test("a comment that ends a section does not move the next one away", () => {
  const text = layOut(smallEntry({ license: "\n  commercial: unknown\n  # nobody says" }));
  expect(layOut(text)).toBe(text);
});
