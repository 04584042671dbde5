import { describe, expect, test } from "vitest";
import { layOutReference } from "#src/catalog/entry/layout.ts";
import { parseReference } from "#src/catalog/entry/parse.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import { checkReference } from "#src/catalog/entry/reference-check.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const card = (name: string, aliases: string[] = [], memoryGb: number[] = [24]): Card => ({
  name,
  aliases,
  kind: "desktop",
  editions: memoryGb.map((gb) => ({ memoryGb: gb })),
  source: ["https://example.org/"],
});

describe("names of cards and base models", () => {
  test.each<[string, Card[], string[]]>([
    ["two cards of one name", [card("RTX 1"), card("rtx-1")], []],
    ["an alias that is another's name", [card("RTX 1"), card("RTX 2", ["rtx1"])], []],
    ["an alias that is another's too", [card("RTX 1", ["1 ti"]), card("RTX 2", ["1ti"])], []],
    ["an alias that says the name again", [card("RTX 1", ["rtx 1"])], []],
    ["an edition twice", [card("RTX 1", [], [8, 12, 8])], []],
    ["a base model twice", [], ["LLaMA-7B", "llama 7b"]],
  ])("%s is refused", (_what, cards, bases) => {
    expect(checkReference({ cards, bases })).toHaveLength(1);
  });

  test("those of the catalog differ", () => {
    const near = [card("RTX 1", ["1"]), card("RTX 1 Ti", ["1 ti"], [8, 12])];
    expect(checkReference({ cards: near, bases: ["LLaMA-7B", "LLaMA-13B"] })).toEqual([]);
    expect(checkReference(realCatalog)).toEqual([]);
  });
});

test("a file beside the entries has one layout, which says the same", () => {
  const text = `# cards\n\n- kind: desktop\n  source: [https://example.org/]\n  editions: [{bandwidthGbs: 8, memoryGb: 4}]\n  aliases: ['4090']\n  name: RTX 1\n`;
  const laidOut = layOutReference("cards", text);
  expect(laidOut).toBe(
    "# cards\n\n- name: RTX 1\n  aliases:\n    - '4090'\n  kind: desktop\n  editions:\n    - memoryGb: 4\n      bandwidthGbs: 8\n  source:\n    - https://example.org/\n",
  );
  expect(layOutReference("cards", laidOut)).toBe(laidOut);
  expect(parseReference("cards", laidOut)).toEqual(parseReference("cards", text));
});

test.each([
  ["a card without a source", "- {name: A, kind: desktop, editions: [{memoryGb: 4}], source: []}"],
  ["a card without memory", "- {name: A, kind: desktop, editions: [], source: [https://example.org/]}"],
  ["no memory at all", "- {name: A, kind: desktop, editions: [{memoryGb: 0}], source: [https://example.org/]}"],
])("%s is an error", (_what, text) => {
  expect(parseReference("cards", text)).toMatchObject({ values: {}, problems: [{ severity: "error" }] });
});

test("what a newer version says of a card is passed over with a warning", () => {
  const text = "- {name: A, kind: desktop, year: 2030, editions: [{memoryGb: 4}], source: [https://example.org/]}";
  const { values, problems } = parseReference("cards", text);
  expect(values.cards).toEqual([card("A", [], [4])]);
  expect(problems).toMatchObject([{ severity: "warning", known: expect.any(Array) }]);
});
