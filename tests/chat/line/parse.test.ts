import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "#src/base/user-error.ts";
import { choice, type Options, text } from "#src/chat/command.ts";
import { parseLine } from "#src/chat/line/parse.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const commands: Record<string, Options> = {
  models: { query: text({ required: false, maxLength: 70 }), sort: choice(["newest", "name"]) },
  try: { model: text({ required: true, maxLength: 80 }), prompt: text({ required: true, maxLength: 4000 }) },
  compare: {
    model1: text({ required: true, maxLength: 80 }),
    model2: text({ required: true, maxLength: 80 }),
    model3: text({ required: false, maxLength: 80 }),
    vram: text({ required: false, maxLength: 20 }),
  },
};
const parse = (line: string) =>
  parseLine(line, (name) => commands[name] && { options: commands[name], subcommands: {} }, { catalog: realCatalog });

describe("a line", () => {
  test.each([
    ["/models", { command: "models", given: {} }],
    ["／models int4", { command: "models", given: { query: "int4" } }],
    ["/MODELS int4 7b", { command: "models", given: { query: "int4 7b" } }],
    ["/models int4 sort:newest", { command: "models", given: { query: "int4", sort: "newest" } }],
    ["/models sort：name int4 7b", { command: "models", given: { query: "int4 7b", sort: "name" } }],
    ['/models query:"int4 7b" sort:name', { command: "models", given: { query: "int4 7b", sort: "name" } }],
    ["/models query:商用 7b int4", { command: "models", given: { query: "商用 7b int4" } }],
    ["/models query:int4 7b sort:name", { command: "models", given: { query: "int4 7b", sort: "name" } }],
    ["/models sort:name query:int4 7b", { command: "models", given: { query: "int4 7b", sort: "name" } }],
    ["/models query:int4 sort:name 7b", { command: "models", given: { query: "int4", sort: "name" } }],
    ["/try model:chatglm prompt:写一封 邮件", { command: "try", given: { model: "chatglm", prompt: "写一封 邮件" } }],
    ["/try chatglm 写一封  邮件", { command: "try", given: { model: "chatglm", prompt: "写一封  邮件" } }],
    ['/try model:"qwen3 8b" 你好', { command: "try", given: { model: "qwen3 8b", prompt: "你好" } }],
    ["/try “qwen3 8b” 你 好", { command: "try", given: { model: "qwen3 8b", prompt: "你 好" } }],
    ['/try chatglm 把 "a b" 译成英文', { command: "try", given: { model: "chatglm", prompt: '把 "a b" 译成英文' } }],
    ["/compare a b", { command: "compare", given: { model1: "a", model2: "b" } }],
    ["/compare a b vram:8 c", { command: "compare", given: { model1: "a", model2: "b", model3: "c", vram: "8" } }],
    ["/compare “a b” c vram：8GB", { command: "compare", given: { model1: "a b", model2: "c", vram: "8GB" } }],
    ["/compare a b c 8 GB", { command: "compare", given: { model1: "a", model2: "b", model3: "c", vram: "8 GB" } }],
    ["/compare model2:b a", { command: "compare", given: { model1: "a", model2: "b" } }],
    ["／ｍｏｄｅｌｓ　int4", { command: "models", given: { query: "int4" } }],
    ["/unknown x", { command: "unknown", given: {} }],
  ])("%s", (line, expected) => {
    expect(parse(line)).toEqual(expected);
  });

  test("without a slash is no command", () => {
    expect(parse("int4")).toBeUndefined();
    expect(parse("  ")).toBeUndefined();
  });

  test("with a quotation mark left open is refused", () => {
    expect(() => parse('/try model:"qwen3 你好')).toThrow(UserError);
  });

  test("never fails in another way", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (rest) => {
        try {
          parse(`/try ${rest}`);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});
