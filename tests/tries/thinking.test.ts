import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitThinking } from "#src/tries/thinking.ts";

describe("splitThinking", () => {
  test.each([
    ["<think>\nhm\n</think>\n\nHello", { thinking: "hm", text: "Hello", thinkingOpen: false }],
    [" \n<think>hm</think>Hello ", { thinking: "hm", text: "Hello ", thinkingOpen: false }],
    ["<think>hm ", { thinking: "hm ", text: "", thinkingOpen: true }],
    ["<think>", { thinking: "", text: "", thinkingOpen: true }],
    ["<think>hm\n</thi", { thinking: "hm", text: "", thinkingOpen: true }],
    ["<think>1 < 2", { thinking: "1 < 2", text: "", thinkingOpen: true }],
    ["<think><think>a</think>b</think>", { thinking: "<think>a", text: "b</think>", thinkingOpen: false }],
    ["<think></think>Hello", { thinking: "", text: "Hello", thinkingOpen: false }],
    ["hm\n</think>\nHello", { thinking: "hm", text: "Hello", thinkingOpen: false }],
    ["Say <think>hm</think>", { thinking: "", text: "Say <think>hm</think>", thinkingOpen: false }],
    ["Hello", { thinking: "", text: "Hello", thinkingOpen: false }],
    [" <th", { thinking: "", text: "", thinkingOpen: false }],
    ["<thx", { thinking: "", text: "<thx", thinkingOpen: false }],
    ["", { thinking: "", text: "", thinkingOpen: false }],
  ])("while it is written: %j", (raw, expected) => {
    expect(splitThinking(raw)).toEqual(expected);
  });

  test("at the end a tag that was only begun is text", () => {
    expect(splitThinking(" <th", { final: true })).toEqual({ thinking: "", text: " <th", thinkingOpen: false });
    expect(splitThinking("<think>a </th", { final: true })).toEqual({
      thinking: "a </th",
      text: "",
      thinkingOpen: true,
    });
  });

  test("loses nothing but the tags and white space", () => {
    const part = fc.constantFrom("<think>", "</think>", "<th", "a", "中", " ", "\n", "<");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const raw = parts.join("");
        const { thinking, text } = splitThinking(raw, { final: true });
        const bare = (value: string): string => value.replace(/\s|<\/?think>/g, "");
        expect(bare(thinking) + bare(text)).toBe(bare(raw));
      }),
    );
  });
});
