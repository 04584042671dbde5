import fc from "fast-check";
import { expect, test } from "vitest";
import { createContentReader } from "#src/tries/content.ts";
import { splitThinking } from "#src/tries/thinking.ts";

const piece = fc.oneof(
  fc.constantFrom("<think>", "</think>", "<th", "ink>", "</th", "想", " ", "\n\n", "答案", "<", "a < b"),
  fc.string({ maxLength: 5 }),
);

test("in whatever pieces it comes, the end is what the whole text says", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const reader = createContentReader();
      for (const item of pieces) reader.push(item);
      const { text, thinking } = splitThinking(pieces.join(""), { final: true });
      expect(reader.end()).toEqual({ text, thinking });
    }),
  );
});

test("text without tags is shown piece by piece, thinking never as text", () => {
  const plain = createContentReader();
  expect(["你", "好 <", "b>"].map((item) => plain.push(item).text)).toEqual(["你", "你好 <", "你好 <b>"]);
  const thinking = createContentReader();
  const shown = ["<thi", "nk>想", "想</thi", "nk>", "答", "案"].map((item) => thinking.push(item));
  expect(shown.map(({ text }) => text)).toEqual(["", "", "", "", "答", "答案"]);
  expect(shown.at(-1)?.thinking).toBe("想想");
});
