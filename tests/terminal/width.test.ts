import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { textWidth } from "#src/terminal/width.ts";
import { realCatalog } from "#tests/real-catalog.ts";

/** All that has a rule of its own, and what may stand beside it and change it. */
const SIGNS = [
  ..."aZ09#*~ ·×–—‘’“”…≈≤≥⚠、。〈〉《》「」中文鿿！？（）｠～￥é€✓😀🇨🇳",
  "\u0301",
  "\ufe0f",
  "\ufe0e",
  "\u200d",
  "\u20e3",
  "\t",
  "\u001b[2m",
];

test("a text is as wide as the library says, whatever signs stand side by side", () => {
  const text = fc.array(fc.constantFrom(...SIGNS), { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (each) => textWidth(each) === stringWidth(each)),
    { numRuns: 5000 },
  );
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (each) => textWidth(each) === stringWidth(each)));
  for (const { name, summary } of realCatalog.entries)
    for (const each of [name, summary.zh, summary.en]) expect(textWidth(each), each).toBe(stringWidth(each));
});
