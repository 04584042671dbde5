import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { layOut } from "#src/catalog/entry/layout.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const files = (await readdir("catalog/models")).map((name) => join("catalog/models", name));
const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));

test("the entries of this repository are laid out, and stay so", () => {
  for (const text of texts) expect(layOut(text)).toBe(text);
});

test("keys in any order end in the order of the schema, values unchanged", () => {
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.infiniteStream(fc.nat(1000)), (text, order) => {
      const blocks = text.split(/^(?=[a-zA-Z]+:)/m).slice(1);
      const shuffled = blocks.map((block) => ({ block, key: order.next().value })).toSorted((a, b) => a.key - b.key);
      const laidOut = layOut(shuffled.map(({ block }) => block).join(""));
      expect(parse(laidOut)).toEqual(parse(text));
      expect(Object.keys(parse(laidOut))).toEqual(Object.keys(parse(text)));
      expect(layOut(laidOut)).toBe(laidOut);
    }),
  );
});

test("comments stay with the line they explain", () => {
  const laidOut = layOut(
    smallEntry({ released: "2023-03-14 # the licence says so" }).replace("family:", "# why\nfamily:"),
  );
  expect(laidOut).toContain("# why\nfamily: Small");
  expect(laidOut).toContain("released: '2023-03-14' # the licence says so");
});

test("any text survives a round trip", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (notes) => {
      const laidOut = layOut(smallEntry({ notes: JSON.stringify(notes) }));
      expect(parse(laidOut)).toMatchObject({ notes });
      expect(layOut(laidOut)).toBe(laidOut);
    }),
  );
});
