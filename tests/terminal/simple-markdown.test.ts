import fc from "fast-check";
import { expect, test } from "vitest";
import { LOCALES } from "#src/base/locale.ts";
import { answerLine } from "#src/chat/line/answer.ts";
import { type Component, UNLIMITED } from "#src/chat/view.ts";
import { renderMarkdown } from "#src/terminal/render.ts";
import { simpleBlocks, simpleInline } from "#src/terminal/simple-markdown.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const STYLE = { colour: true, columns: 80 };
const FORMAT = { bold: (text: string) => `<b>${text}</b>`, code: (text: string) => `<code>${text}</code>` };

/** What is not simple sends all that stands beside it to the lexer. */
const byLexer = (source: string): string => renderMarkdown(`${source}\n\n&`, STYLE).replace(/\n?&$/, "");

const textsOf = (component: Component): string[] =>
  component.type === 17 ? component.components.flatMap(textsOf) : component.type === 10 ? [component.content] : [];

test.each(LOCALES)("answers look the same read simply and by the lexer: %s", async (locale) => {
  const app = await testApp();
  const texts: string[] = [];
  const context = contextOf(app, {
    locale,
    room: UNLIMITED,
    show: (view) => texts.push(...view.components.flatMap(textsOf)),
  });
  const models = ["chatglm-6b", "qwen", "minicpm-v", "deepseek-r1", "ling-3"].map((id) => `/model ${id}`);
  const lines = ["/models", "/models int4", "/fit 24gb", "/compare qwen chatglm-6b", "/updates", "/status", "/help"];
  for (const line of [...lines, ...models]) await answerLine(line, app.router, context);
  expect(texts.filter((text) => simpleBlocks(text, FORMAT)).length).toBeGreaterThan(5);
  for (const text of texts) expect(renderMarkdown(text, STYLE)).toBe(byLexer(text));
});

test("whatever is read simply looks as by the lexer", () => {
  const bits =
    "a|a_b|A_|& |b 1|B（x）|**B**|**x y**|`c`|`c d`|\\(|\\*|\\`|*|**|_|`|~|-|- |1. |=|#|### |> |:|!|[|](|\\|<|&|@|www.|http:// | ".split(
      "|",
    );
  const bars = [
    "|",
    " | ",
    "| ",
    " |",
    "| --- |",
    "| --- | --- |",
    "\\|",
    "  ",
    "\n",
    "\n\n",
    "\n| a | b |\n| --- | --- |\n| c | ",
  ];
  const source = fc.array(fc.constantFrom(...bits, ...bars), { maxLength: 12 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(source, (text) => {
      fc.pre(simpleBlocks(text, FORMAT) !== undefined);
      expect(renderMarkdown(text, STYLE)).toBe(byLexer(text));
    }),
    { numRuns: 3000 },
  );
});

test("a list, a quote, a link and what only looks like bold are left to the lexer", () => {
  for (const text of ["- a", "1. a", "> a", "[a](https://b.c)", "https://b.c", "a_b_", "a**b**c", "a  ", "```\na\n```"])
    expect(simpleBlocks(text, FORMAT), text).toBeUndefined();
  expect(simpleInline("**a \\(b\\)** `c` Q4_K & d", FORMAT)).toBe("<b>a (b)</b> <code>c</code> Q4_K & d");
});

test("a list inside of an item stands below it, further in, and within the width", () => {
  const plain = { colour: false, columns: 30 };
  expect(renderMarkdown(`- **a** b\n  - c\n  - ${"four ".repeat(6)}\n- n`, plain)).toBe(
    ["• a b", "  • c", "  • four four four four four", "    four", "• n"].join("\n"),
  );
});
