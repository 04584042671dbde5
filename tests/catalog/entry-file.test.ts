import { expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry-file.ts";
import { entrySchema } from "#src/catalog/schema.ts";
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
