import fc from "fast-check";

/** Texts that a person may paste or type: of any characters, of the words that the search knows, and very long ones. */
export const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.string({ unit: fc.constantFrom(..."模型的能跑在显存商用代码清华通义千问语写看图我"), maxLength: 120 }),
  fc
    .array(
      fc.constantFrom(..."int4|<=|8|g|b|显存|-|商用|2023|k|belle|１２|qwen|通义|.|~|张|4090|gpt|\u0001|\n".split("|")),
      { maxLength: 60 },
    )
    .map((parts) => parts.join("")),
  fc.constantFrom("a", "1", "的", " ", "-").map((character) => character.repeat(5000)),
);
