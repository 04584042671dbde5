import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layOut } from "#src/catalog/entry/layout.ts";
import { readCatalogFiles } from "#src/catalog/entry/load.ts";
import { parseEntry, parseReference } from "#src/catalog/entry/parse.ts";
import { openYaml } from "#src/catalog/entry/positions.ts";
import { entrySchema } from "#src/catalog/entry/schema.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

test("a newer catalog's unknown keys, nested ones too, are warnings and the entry is usable", () => {
  const text = smallEntry({
    future: "1",
    weights: "\n  - label: x\n    precision: int4\n    hub: huggingface\n    id: a/b\n    speed: 3",
  });
  const { entry, problems } = parseEntry("small.yaml", text);
  expect(entry).toMatchObject({ id: "small", weights: [{ label: "x" }] });
  expect(entry?.weights?.[0]).not.toHaveProperty("speed");
  expect(
    problems.map(({ severity, line }) => [severity, line]).toSorted((a, b) => Number(a[1]) - Number(b[1])),
  ).toEqual([
    ["warning", 13],
    ["warning", 19],
  ]);
});

test("a file of a mebibyte is read, a byte more is refused", async () => {
  const text = `${smallEntry()}#`;
  const whole = text + "x".repeat(1_048_576 - Buffer.byteLength(text));
  const { entries, problems } = await readCatalogFiles([
    { file: "small.yaml", text: whole },
    { file: "large.yaml", text: `${whole}x` },
  ]);
  expect(entries.map(({ id }) => id)).toEqual(["small"]);
  expect(problems.map(({ file, issue }) => [file, issue.message])).toEqual([["large.yaml", "rule:tooLarge"]]);
});

test("three kinds of silence stay apart: not stated, none, unknown", () => {
  const { entry } = parseEntry("small.yaml", smallEntry({ quantizations: "[]" }));
  expect(entry?.quantizations).toEqual([]);
  expect(entry?.ollama).toBeUndefined();
  expect(entry?.license.commercial).toBe("unknown");
});

test("a tag stays the text it is", () => {
  const { entry } = parseEntry("small.yaml", smallEntry({ latestRelease: "\n  tag: '1.10'" }));
  expect(entry?.latestRelease?.tag).toBe("1.10");
  expect(parseEntry("small.yaml", smallEntry({ latestRelease: "\n  tag: 1.10" })).entry).toBeUndefined();
});

test.each(["2023", "2023-03", "2024-02-29"])("%s is a date", (date) => {
  expect(entrySchema.shape.released.safeParse(date).success).toBe(true);
});

test.each(["2023-13", "2023-02-29", "23-01-01", "2023-3-1", "soon", ""])("%j is none", (date) => {
  expect(entrySchema.shape.released.safeParse(date).success).toBe(false);
});

describe("the fast reader and the one that knows positions read the same", () => {
  test("of every entry of this repository", async () => {
    const files = await readdir("catalog/models");
    for (const file of files) {
      const text = await readFile(join("catalog/models", file), "utf8");
      const slow = entrySchema.parse(openYaml(text).data());
      expect(parseEntry(file, text).entry).toEqual({ id: file.replace(/\.yaml$/, ""), ...slow });
    }
  });

  test("of any text, quoted or laid out", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), fc.boolean(), (notes, laidOut) => {
        const quoted = smallEntry({ notes: JSON.stringify(notes) });
        const text = laidOut ? layOut(quoted) : quoted;
        const slow = entrySchema.safeParse(openYaml(text).data());
        expect(parseEntry("small.yaml", text).entry?.notes).toBe(slow.data?.notes);
      }),
    );
  });

  test.each([
    "2023-03-14",
    "yes",
    "No",
    "on",
    "1_000",
    "0x10",
    "0o17",
    "1e3",
    "~",
    "null",
    ".inf",
    "12:30",
    "1.10",
    "=",
    "<<",
  ])("of the plain scalar %s", (scalar) => {
    const text = smallEntry({ notes: scalar });
    const slow = entrySchema.safeParse(openYaml(text).data());
    expect(parseEntry("small.yaml", text).entry?.notes).toBe(slow.data?.notes);
  });
});

describe("what only a newer version knows", () => {
  const attention = "\n  kind: gated\n  layers: 1\n  kvHeads: 1\n  headDim: 1\n  source: [https://example.org/]";

  test("takes the whole shape along where it decides what the figures mean", () => {
    const { entry, problems } = parseEntry("a.yaml", smallEntry({ attention, contextTokens: "4096" }));
    expect(entry?.attention).toBeUndefined();
    expect(entry?.contextTokens).toBe(4096);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
  });

  test("a purpose goes alone, or with the list that it was all of", () => {
    const purposesOf = (purposes: string) => parseEntry("a.yaml", smallEntry({ purposes })).entry?.purposes;
    expect(purposesOf("[chat, cooking]")).toEqual(["chat"]);
    const { entry, problems } = parseEntry("a.yaml", smallEntry({ purposes: "[cooking]" }));
    expect(entry?.name).toBe("Small");
    expect(entry?.purposes).toBeUndefined();
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
  });

  test("a precision of a file's size goes alone", () => {
    const { entry } = parseEntry("a.yaml", smallEntry({ fileGb: "{nf3: 4, awq: 5}" }));
    expect(entry?.fileGb).toEqual({ awq: 5 });
  });

  test("a kind of card loses that card and no other", () => {
    const card = (name: string, kind: string) =>
      `- name: ${name}\n  kind: ${kind}\n  editions: [{memoryGb: 8}]\n  source: [https://example.org/]\n`;
    const { values, problems } = parseReference("cards", card("A1", "phone") + card("B2", "desktop"));
    expect(values.cards?.map(({ name }) => name)).toEqual(["B2"]);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
  });
});
