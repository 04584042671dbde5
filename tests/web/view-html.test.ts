import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { modelText } from "#src/chat/try/model-text.ts";
import type { ActionRow, Component, View } from "#src/chat/view.ts";
import { viewHtml } from "#src/web/html/view.ts";

const text = textIn("zh-CN");
const htmlOf = (content: string): Promise<string> => viewHtml({ components: [{ type: 10, content }] }, text);

const VALUE = '"[^"<>]*"';
const WEB = `"https?://[^"<>]*"`;
/** Every tag that an answer may have, exactly as it may be written. */
const TAGS = [
  `</?(?:p|ul|li|table|thead|tbody|tr|th|td|strong|em|del|u|blockquote|code|h[2-6]|summary|details|small|span|div|pre|a|ol|button)>`,
  "<(?:hr|br)>",
  `<ol start="\\d+">`,
  `<td class="short">`,
  `<p class="quiet">`,
  `<pre tabindex="0">`,
  `<div class="(?:card|row|file|pictures)">`,
  `<div class="scroll" tabindex="0">`,
  `<a href=${WEB} target="_blank" rel="noopener noreferrer nofollow"(?: class="button")?>`,
  `<a class="button" href="data:text/plain;charset=utf-8;base64,[A-Za-z0-9+/=]*" download=${VALUE}>`,
  `<button type="button" class="spoiler" aria-pressed="false">`,
  `<button type="button" class="button(?: primary| danger)?" data-press=${VALUE}(?: disabled)?>`,
  `<button type="button" data-press=${VALUE} data-value=${VALUE}(?: aria-current="true")?>`,
  `<details class="menu">`,
  `<summary class="button">`,
  `<img src="data:image/svg\\+xml;base64,[A-Za-z0-9+/=]*" alt=${VALUE}>`,
];
const ALLOWED = new RegExp(`^(?:${TAGS.join("|")})$`);

/** Whatever a browser could take for a tag, other than what is allowed. */
function strangersIn(html: string): string[] {
  const pieces = html.match(/<[^<>]*>?/g) ?? [];
  return pieces.filter((piece) => !ALLOWED.test(piece));
}

const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<pre>",
  "<code",
  "</pre><svg onload=alert(1)//",
  '" onmouseover="alert(1)',
  "' autofocus onfocus='",
  "[a](javascript:alert(1))",
  '[a](https://a.b"onclick=alert(1))',
  "![a](https://evil.example/x.png)",
  '<https://a.b/?"><img src=x>',
  "<!--",
  "-->",
  "<![CDATA[",
  "<?php",
  "||<b>||",
  "```html\n<b>",
  "~~~",
  "\n-# <i>",
  "\n> ",
  "\n- [x] ",
  "\n1. ",
  "\n| a | <b> |\n| --- | --- |\n| x | `<i>` |",
  "\n[r]: javascript:alert(1)\n[r]",
  "&lt;script&gt;",
  "&#60;img src=x&#62;",
  "__a__ **b** *c* ~~d~~ `e`",
  "\u0000\u202e\ud800",
];
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom("\n", " ", "\n\n", "    "),
    ),
    {
      maxLength: 14,
    },
  )
  .map((pieces) => pieces.join(""));

const row: fc.Arbitrary<ActionRow> = fc.oneof(
  fc.record({
    type: fc.constant(1 as const),
    components: fc.array(
      fc.oneof(
        fc.record({
          type: fc.constant(2 as const),
          style: fc.constantFrom(1, 2, 3, 4),
          label: hostile,
          custom_id: hostile,
        }),
        fc.record({ type: fc.constant(2 as const), style: fc.constant(5 as const), label: hostile, url: hostile }),
      ),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    type: fc.constant(1 as const),
    components: fc.tuple(
      fc.record({
        type: fc.constant(3 as const),
        custom_id: hostile,
        placeholder: hostile,
        options: fc.array(fc.record({ label: hostile, value: hostile, description: hostile, default: fc.boolean() }), {
          maxLength: 3,
        }),
      }),
    ),
  }),
);
const CHART = {
  title: "<b>",
  groups: [
    {
      name: "<i>",
      id: "a",
      bars: [{ variant: "<u>", precision: '"', plainLabel: "x", gb: 1, value: "1", estimated: true }],
    },
  ],
  notes: { estimated: "", beyond: "", logarithmic: "", empty: "" },
};
const inner: fc.Arbitrary<Exclude<Component, { type: 17 }>> = fc.oneof(
  hostile.map((content) => ({ type: 10 as const, content })),
  fc.constant({ type: 14 as const }),
  fc.constant({ type: 13 as const, file: { url: "attachment://a" } }),
  hostile.map((description): Component & { type: 12 } => ({
    type: 12,
    items: [{ media: { url: "attachment://b" }, description }],
  })),
  row,
);
const view: fc.Arbitrary<View> = fc.record({
  components: fc.array(
    fc.oneof(inner, fc.record({ type: fc.constant(17 as const), components: fc.array(inner, { maxLength: 3 }) })),
    { maxLength: 3 },
  ),
  files: hostile.map((content) => [
    { name: "a", text: content },
    { name: "b", chart: CHART },
  ]),
});

describe("a view as HTML", () => {
  test("has no tag, attribute or address but ours, whatever its texts hold", async () => {
    await fc.assert(
      fc.asyncProperty(view, async (item) => {
        expect(strangersIn(await viewHtml(item, text))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("nor has what a model said, as it is shown", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (said) => {
        expect(strangersIn(await htmlOf(modelText(said, 20_000).markdown))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("the check itself sees what it is for", () => {
    expect(strangersIn('<p onclick="x">')).toHaveLength(1);
    expect(strangersIn('<a href="javascript:x" target="_blank" rel="noopener noreferrer nofollow">')).toHaveLength(1);
    expect(strangersIn("<img src=x")).toHaveLength(1);
    expect(strangersIn("<p>1 &lt; 2</p>")).toEqual([]);
  });
});

describe("Discord's Markdown", () => {
  test.each([
    ["### 题\n行一\n行二", "<h4>题</h4>\n<p>行一<br>行二</p>\n"],
    ["- 一\n- 二\n-# 小字 `x`", '<ul>\n<li>一</li>\n<li>二</li>\n</ul>\n<p class="quiet">小字 <code>x</code></p>\n'],
    ["__下划__ **粗** *斜* ~~删~~", "<p><u>下划</u> <strong>粗</strong> <em>斜</em> <del>删</del></p>\n"],
    ["||谜底 <b>||", '<p><button type="button" class="spoiler" aria-pressed="false">谜底 &lt;b&gt;</button></p>\n'],
    ["> 引\n> 文", "<blockquote>\n<p>引<br>文</p>\n</blockquote>\n"],
    ["```js\n-# 不是小字\n```", '<pre tabindex="0"><code>-# 不是小字</code></pre>\n'],
    ["[a](ftp://x.y) [b](/etc) ![c](https://x.y/z.png)", "<p>a b c</p>\n"],
    ["1\\. \\*字\\*", "<p>1. *字*</p>\n"],
  ])("%s", async (markdown, html) => {
    expect(await htmlOf(markdown)).toBe(html);
  });

  test("a long table stays one table, and long text keeps all of its words", async () => {
    const table = [
      "| a | b |",
      "| --- | --- |",
      ...Array.from({ length: 100 }, (_, at) => `| 第 ${at} 行的内容 | ${"x".repeat(40)} |`),
    ];
    expect((await htmlOf(table.join("\n"))).match(/<table>/g)).toHaveLength(1);
    const words = Array.from({ length: 3000 }, (_, at) => `词${at}`);
    for (const joint of ["", " ", "\n", "\n\n"]) {
      const html = await htmlOf(words.join(joint));
      expect(html.replace(/<[^>]*>|\s/g, "")).toBe(words.join(""));
    }
  });

  test("an answer that grows costs no more than its end, and text made to be slow not much", async () => {
    const slow = [
      "**a ".repeat(5000),
      "~~a ~b".repeat(3500),
      "> ".repeat(10_000),
      "- ".repeat(10_000),
      "[".repeat(20_000),
      "`a``b".repeat(4000),
    ];
    // What is slow without a limit takes minutes, and not seconds, and so ends by the test's own time.
    for (const markdown of slow) expect(await htmlOf(markdown)).not.toBe("");
  });
});
