import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createContentReader } from "#src/tries/content.ts";
import { ANSWER_TAGS, THINKING_TAGS } from "#src/tries/thinking-tags.ts";

const TAGS = [...THINKING_TAGS, ...ANSWER_TAGS];
const bare = (text: string): string =>
  TAGS.flatMap(({ open, close }) => [open, close])
    .reduce((rest, tag) => rest.replaceAll(tag, ""), text.replace(/\s/g, ""))
    .replace(/\s/g, "");

/** What is shown while the content is written, and in the end. */
function read(pieces: readonly string[], hasThought = false) {
  const reader = createContentReader();
  const shown = pieces.map((piece) => reader.push(piece, hasThought));
  return { shown, last: shown.at(-1), end: reader.end() };
}

describe.each(THINKING_TAGS)("$open … $close", ({ open, close, openedByPrompt }) => {
  test("parts what is thought from what is said", () => {
    expect(read([`${open}\n想一想\n${close}\n\n你好`]).end).toEqual({ thinking: "想一想", text: "你好" });
    expect(read([` \n${open}想${close}好 `]).end).toEqual({ thinking: "想", text: "好 " });
    expect(read([`${open}${close}好`]).end).toEqual({ thinking: "", text: "好" });
    expect(read([`说 ${open}想${close}`]).end).toEqual({ thinking: "", text: `说 ${open}想${close}` });
  });

  test("comes in any pieces, and never shows a part of a tag", () => {
    const { shown, end } = read([...`${open}想一想${close}你好`]);
    expect(end).toEqual({ thinking: "想一想", text: "你好" });
    expect(new Set(shown.map(({ text }) => text))).toEqual(new Set(["", "你", "你好"]));
    expect(new Set(shown.map(({ thinking }) => thinking))).toEqual(new Set(["", "想", "想一", "想一想"]));
  });

  test(openedByPrompt ? "may be opened by the prompt" : "counts only where it is opened", () => {
    const { end } = read([`想\n${close}\n好`]);
    expect(end).toEqual(openedByPrompt ? { thinking: "想", text: "好" } : { thinking: "", text: `想\n${close}\n好` });
  });

  test("that is only begun at the end is text", () => {
    const half = open.slice(0, -1);
    expect(read([half])).toMatchObject({ last: { text: "", thinking: "" }, end: { text: half, thinking: "" } });
    const halfClosed = `想${close.slice(0, -1)}`;
    expect(read([`${open}${halfClosed}`])).toMatchObject({ last: { thinking: "想" }, end: { thinking: halfClosed } });
  });
});

test.each(ANSWER_TAGS)("$open … $close around what is said after thinking are taken out", ({ open, close }) => {
  const whole = `<think>\n想\n</think>\n${open}\n你好\n${close}`;
  expect(read([whole]).end).toEqual({ thinking: "想", text: "你好\n" });
  const { shown } = read([...whole]);
  expect(new Set(shown.map(({ text }) => text))).toEqual(new Set(["", "你", "你好", "你好\n"]));
  expect(read([...`${open}你好${close}`], true).end.text).toBe("你好");
  expect(read([`${open}你好${close}`]).end.text).toBe(`${open}你好${close}`);
});

test("what is less than a tag, or another's, is what it is", () => {
  expect(read(["<think>1 < 2"]).last).toEqual({ thinking: "1 < 2", text: "" });
  expect(read(["<thx"]).last?.text).toBe("<thx");
  expect(read(["<think><think>a</think>b</think>"]).end).toEqual({ thinking: "<think>a", text: "b</think>" });
  expect(read(["<think>a</seed:think>b</think>c"]).end).toEqual({ thinking: "a</seed:think>b", text: "c" });
});

test.each([
  "标签 `</think>` 表示思考结束。",
  "`</think>` 是结束标签。",
  "“</think>”是结束标签。",
  "模板如下：\n```\n…</think>\n```\n这就是结束标签。",
])("a closing tag that an answer speaks of is part of it: %s", (whole) => {
  expect(read([whole]).end).toEqual({ thinking: "", text: whole });
  expect(read([...whole]).end).toEqual({ thinking: "", text: whole });
});

test("a closing tag closes also after one that was spoken of, and after code", () => {
  expect(read(["问的是 `</think>`。\n</think>\n答"]).end).toEqual({ thinking: "问的是 `</think>`。", text: "答" });
  expect(read(["```py\nx = 1\n```\n好\n</think>答"]).end).toEqual({ thinking: "```py\nx = 1\n```\n好", text: "答" });
});

const tags = TAGS.flatMap(({ open, close }) => [open, close, open.slice(0, 3), close.slice(2)]);
const piece = fc.oneof(
  fc.constantFrom(...tags, "想", " ", "`", "\n```\n", "“", "\n\n", "答案", "<", "a < b"),
  fc.string({ maxLength: 5 }),
);

test("in whatever pieces it comes, the end is what the whole text says, and nothing but tags is lost", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.boolean(), (pieces, hasThought) => {
      const { end } = read(pieces, hasThought);
      expect(end).toEqual(read([pieces.join("")], hasThought).end);
      expect(bare(end.thinking + end.text)).toBe(bare(pieces.join("")));
    }),
    { numRuns: 500 },
  );
});

test("text without tags is shown piece by piece, thinking never as text", () => {
  expect(read(["你", "好 <", "b>"]).shown.map(({ text }) => text)).toEqual(["你", "你好 <", "你好 <b>"]);
  const { shown } = read(["<thi", "nk>想", "想</thi", "nk>", "答", "案"]);
  expect(shown.map(({ text }) => text)).toEqual(["", "", "", "", "答", "答案"]);
  expect(shown.at(-1)?.thinking).toBe("想想");
});
