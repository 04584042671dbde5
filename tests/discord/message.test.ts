import { describe, expect, test } from "vitest";
import { button, buttonRow, container, selectRow, separator, textDisplay, type View } from "#src/chat/view.ts";
import { filesOf, toEdit, toMessage } from "#src/discord/message.ts";

const texts = (lengths: number[]): View => ({
  components: [container(lengths.map((length) => textDisplay("x".repeat(length))))],
});
const menu = (values: string[]): View => ({
  components: [selectRow("a:b", "…", []), textDisplay("x")].map((component) =>
    component.type === 1 && component.components[0].type === 3
      ? {
          ...component,
          components: [{ ...component.components[0], options: values.map((value) => ({ label: "x", value })) }],
        }
      : component,
  ),
});
const buttons = (ids: string[]): View => ({ components: [buttonRow(ids.map((id) => button("x", id)))] });
const many = (length: number, from = 0): string[] => Array.from({ length }, (_, at) => `id:${from + at}`);

describe("a message is sent where it keeps Discord's limits, and is a fault of ours where it does not", () => {
  test.each<[string, View, View]>([
    ["4000 characters in all", texts([3999, 1]), texts([3999, 2])],
    [
      "40 components, what is in a container and in rows counted",
      {
        components: [
          container(Array.from({ length: 36 }, () => separator())),
          buttonRow([button("x", "a:b")]),
          separator(),
        ],
      },
      {
        components: [
          container(Array.from({ length: 37 }, () => separator())),
          buttonRow([button("x", "a:b")]),
          separator(),
        ],
      },
    ],
    ["at least one component", { components: [separator()] }, { components: [] }],
    ["a text that says something", texts([1]), texts([0])],
    ["five buttons in a row", buttons(many(5)), buttons(many(6))],
    ["at least one button in a row", buttons(many(1)), buttons([])],
    ["25 options in a menu", menu(many(25)), menu(many(26))],
    ["at least one option in a menu", menu(many(1)), menu([])],
    ["values of 100 characters", menu(["x".repeat(100)]), menu(["x".repeat(101)])],
    ["each value once", menu(["a", "b"]), menu(["a", "a"])],
    ["custom ids of 100 characters", buttons(["x".repeat(100)]), buttons(["x".repeat(101)])],
    ["a custom id at all", buttons(["a"]), buttons([""])],
    [
      "each custom id once",
      { components: [...buttons(["a"]).components, ...buttons(["b"]).components] },
      { components: [...buttons(["a"]).components, ...buttons(["a"]).components] },
    ],
    [
      "a component for each file",
      { components: [{ type: 13, file: { url: "attachment://a.md" } }], files: [{ name: "a.md", text: "" }] },
      { components: [{ type: 13, file: { url: "attachment://b.md" } }], files: [{ name: "a.md", text: "" }] },
    ],
  ])("%s", (_what, fits, broken) => {
    expect(toMessage(fits).components).toEqual(fits.components);
    expect(() => toMessage(broken)).toThrow(RangeError);
    expect(() => toEdit(broken)).toThrow(RangeError);
  });
});

test("nothing in a message mentions anybody, and an edit does not say who sees it", () => {
  const view = { ...texts([1]), private: true };
  expect(toMessage(view)).toMatchObject({ flags: 32_768 + 64, allowed_mentions: { parse: [] } });
  expect(toEdit(view)).toMatchObject({ flags: 32_768, allowed_mentions: { parse: [] } });
  expect(toMessage(texts([1])).flags).toBe(32_768);
});

test("texts are uploaded as Markdown", () => {
  expect(filesOf({ components: [] })).toEqual({});
  expect(filesOf({ components: [], files: [{ name: "a.md", text: "你好" }] })).toEqual({
    files: [{ name: "a.md", data: Buffer.from("你好"), contentType: "text/markdown; charset=utf-8" }],
  });
});
