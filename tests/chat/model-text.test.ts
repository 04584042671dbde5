import fc from "fast-check";
import { lexer, type Token } from "marked";
import { describe, expect, test } from "vitest";
import { modelText } from "#src/chat/try/model-text.ts";

const shown = (raw: string): string => modelText(raw, 4000).markdown;

const childrenOf = (token: Token): Token[] => ("tokens" in token ? (token.tokens ?? []) : []);

/** What Discord formats: it looks for escapes, blocks and inline code from left to right. */
const withoutCode = (markdown: string): string => markdown.replace(/\\[^\w\s]|```.*?```|(`+)(?:.*?[^`])\1(?!`)/gs, "·");

/** Whether no code block is left open, to Markdown at large and to Discord, which counts three backticks in a row. */
function isClosed(markdown: string): boolean {
  const blocks = (tokens: Token[]): Token[] =>
    tokens.flatMap((token) => [token, ...blocks("items" in token ? token.items : []), ...blocks(childrenOf(token))]);
  const fences = blocks(lexer(markdown)).filter(({ type, raw }) => type === "code" && /^ *[`~]{3}/.test(raw));
  return !withoutCode(markdown).includes("```") && fences.every(({ raw }) => /\n[ >]*```\s*$/.test(raw));
}

/** Markdown made to go wrong: pieces of every construct in any order. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "```",
        "~~~",
        "````js",
        "`",
        "``",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "    ",
        "[",
        "](",
        ")",
        "![",
        "<",
      ),
      fc.constantFrom(
        "|",
        "|a|b|\n",
        "|-|:-:|\n",
        "a|b\n-|-\n",
        "#### ",
        "**",
        "_",
        "\\",
        "https://e.org/ä",
        "<b>",
        "]",
        "(",
      ),
      fc.constantFrom("[a](https://e.org)", "中文", "👩‍👩‍👧", "🇨🇳🇨🇳", "e\u0301", "\ud83d", "\u0000", "\r\n", "\u2028"),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 60, size: "max" },
  )
  .map((parts) => parts.join(""));

const ANSWER = `#### 模型 **对比**

见 [模型卡](https://example.org/a_(b) "标题")，![图](https://example.org/i.png) 和 \`inline\`：

| 模型 | 参数 | 说明 |
|:-----|-----:|:----:|
| **Qwen3** | 32B | \`a\\|b\` |
| 深度求索 | 671B | [卡](https://example.org) |

1. 先运行
   \`\`\`bash
   echo \`date\` | cat
   \`\`\`
2. 再看

~~~~python title="x"
print("""\`\`\`""")
~~~
~~~~

> 引用
> \`\`\`js
> const a = [b](c);
外面 \`\`\` 没完 <div>[x](javascript:alert(1))</div>

\`\`\`\`md
\`\`\`js
let 👩‍👩‍👧 = 1;
\`\`\`
\`\`\`\`
`;

describe("modelText", () => {
  test.each([
    ["closes an open fence", "```js\nlet a", "```js\nlet a\n```"],
    ["closes a fence that has no code yet", "```js", "```js\n```"],
    ["adds no blank line to an open fence", "```js\nlet a\n", "```js\nlet a\n```"],
    ["leaves a closed fence", "a\n```js\nlet a\n```\nb\n", "a\n```js\nlet a\n```\nb\n"],
    ["leaves an indented fence", "  ```\n  a\n  ```", "  ```\n  a\n  ```"],
    ["does not close at a fence indented like code", "```\n    ```\nb", "```\n    ``\u200b`\nb\n```"],
    ["turns tildes into backticks", "~~~py\na\n```\n~~~\nb", "```py\na\n``\u200b`\n```\nb"],
    ["breaks up shorter fences in a longer one", "````md\n```\na\n```\n````", "```md\n``\u200b`\na\n``\u200b`\n```"],
    ["keeps the language alone", '```c++ title="x"\na\n```', "```c++\na\n```"],
    ["keeps what is no language as code", "```你好 吗\na\n```", "```\n你好 吗\na\n```"],
    ["closes a fence in a list item", "- a\n  ```\n  b", "- a\n  ```\n  b\n  ```"],
    ["closes a fence with its quote", "> ```\n> a\nb", "> ```\n> a\n> ```\nb"],
    ["takes no fence for what only looks like one", "say ``` now\n```\na", "say \\`\\`\\` now\n```\na\n```"],
    ["leaves code on one line", "```a b``` and `c` and `` ` ``", "```a b``` and `c` and `` ` ``"],
  ])("%s", (_, raw, expected) => {
    expect(shown(raw)).toBe(expected);
  });

  test.each([
    ["[label](https://e.org/a)", "label (<https://e.org/a>)"],
    ['[**bold** text](https://e.org "title")', "**bold** text (<https://e.org>)"],
    ["![alt](https://e.org/i.png)", "alt (<https://e.org/i.png>)"],
    ["![](https://e.org/i.png)", "<https://e.org/i.png>"],
    ["[![alt](https://e.org/i)](https://e.org)", "alt (<https://e.org/i>) (<https://e.org>)"],
    ["[https://e.org](https://e.org)", "<https://e.org>"],
    ["[https://good.org](https://evil.org)", "https://good.org (<https://evil.org>)"],
    ["**[a](https://e.org)** *[b](https://e.org)*", "**a (<https://e.org>)** *b (<https://e.org>)*"],
    ["[a](javascript:alert(1))", "a (javascript:alert(1))"],
    ["[a](docs/a.md) [b](#b)", "a (docs/a.md) b (#b)"],
    ["[a](<https://e.org/a b>)", "a (<https://e.org/a%20b>)"],
    ["[a](https://e.org/\u202egro.live)", "a (<https://e.org/%E2%80%AEgro.live>)"],
    ["- > [a](https://e.org)", "- > a (<https://e.org>)"],
    ["<div>\n[a](https://e.org)\n</div>", "<div>\na (<https://e.org>)\n</div>"],
    ["    [a](https://e.org)", "    a (<https://e.org>)"],
    ["`[a](https://e.org)`", "`[a](https://e.org)`"],
    ["```\n[a](https://e.org)\n```", "```\n[a](https://e.org)\n```"],
    ["https://e.org/a <https://e.org/b> www.e.org", "https://e.org/a <https://e.org/b> www.e.org"],
    ["still [writing](https://e", "still [writing]\\(https://e"],
    ["[a][(https://evil.org)](https://good.org)", "[a]\\(https://evil.org) (<https://good.org>)"],
  ])("shows where a link leads: %s", (raw, expected) => {
    expect(shown(raw)).toBe(expected);
  });

  test.each([
    ["#### Title", "**Title**"],
    ["###### **Title** with `a**b` ##", "**Title with `a**b`**"],
    ["> #### [a](https://e.org)", "> **a (<https://e.org>)**"],
    ["### Title", "### Title"],
    ["####### Title", "####### Title"],
    ["####", "####"],
    ["####Title", "####Title"],
    ["```\n#### Title\n```", "```\n#### Title\n```"],
    ["#### ````a ``` b````", "**```a ``\u200b` b```**"],
  ])("shows a deep heading in bold: %s", (raw, expected) => {
    expect(shown(raw)).toBe(expected);
  });

  test("draws a table with aligned columns, wide characters too", () => {
    const table =
      "| 模型 | Size |  |\n|---|--:|:-:|\n| **通义千问** | 32B | `a\\|b` |\n| GLM | 9B* |\nafter | 1\n\nend";
    expect(shown(`before\n${table}`).split("\n")).toEqual([
      "before",
      "```",
      "模型      Size",
      "--------  ----  ---",
      "通义千问   32B  a|b",
      "GLM        9B*",
      "after        1",
      "```",
      "",
      "end",
    ]);
  });

  test.each([
    ["in a quote", "> |a|b|\n> |-|-|\n> |1|2|\nc", "> ```\n> a    b\n> ---  ---\n> 1    2\n> ```\nc"],
    ["up to a list", "a|b\n-|-\n1|2\n- c|d", "```\na    b\n---  ---\n1    2\n```\n- c|d"],
    ["with a fence's marks", "|a|\n|-|\n|\\`\\`\\`|", "```\na\n---\n``\u200b`\n```"],
    ["with links", "|a|\n|-|\n|[b](https://e.org)<br>c|", "```\na\n-------------------\nb (https://e.org) c\n```"],
    ["not one of unequal heads", "|a|b|\n|-|", "|a|b|\n|-|"],
    ["not one in code", "```\n|a|\n|-|\n```", "```\n|a|\n|-|\n```"],
  ])("draws a table %s", (_, raw, expected) => {
    expect(shown(raw)).toBe(expected);
  });

  describe("limits on what a model may write", () => {
    test("a column is at most 40 wide; a longer cell pushes its own row only", () => {
      const table = (width: number): string => `|a|b|\n|-|-|\n|${"x".repeat(width)}|1|\n|y|2|`;
      const pad = " ".repeat(39);
      expect(shown(table(40)).split("\n").slice(2, 5)).toEqual([
        `${"-".repeat(40)}  ---`,
        `${"x".repeat(40)}  1`,
        `y${pad}  2`,
      ]);
      expect(shown(table(41)).split("\n").slice(2, 5)).toEqual([
        `${"-".repeat(40)}  ---`,
        `${"x".repeat(41)}  1`,
        `y${pad}  2`,
      ]);
    });

    test("emphasis is found in cells of 150 characters at most", () => {
      const cell = (length: number): string => shown(`|a|\n|-|\n|**b**${"x".repeat(length - 5)}|`).split("\n")[3] ?? "";
      expect(cell(150)).toBe(`b${"x".repeat(145)}`);
      expect(cell(151)).toBe(`**b**${"x".repeat(146)}`);
    });

    test("quotes within quotes count up to nine", () => {
      const marks = (depth: number): string => ">".repeat(depth);
      const end = (outer: number, inner: number): string =>
        shown(`${marks(outer)} \`\`\`\n${marks(outer)} a\n${marks(inner)} b`)
          .split("\n")
          .at(-1) ?? "";
      expect(end(9, 8)).toBe(`${marks(8)} b`);
      expect(end(10, 9)).toBe(`${marks(10)} \`\`\``);
    });

    test("the name of a language has 40 characters at most", () => {
      const first = (length: number): string => shown(`\`\`\`${"c".repeat(length)}\na\n\`\`\``).split("\n")[0] ?? "";
      expect(first(40)).toBe(`\`\`\`${"c".repeat(40)}`);
      expect(first(41)).toBe("```");
    });
  });

  test("a fence is closed by one as long, and by none of another kind", () => {
    expect(shown("````\na\n```\nb\n````\nc")).toBe("```\na\n``\u200b`\nb\n```\nc");
    expect(shown("```\na\n````\nc")).toBe("```\na\n```\nc");
    expect(shown("~~~\na\n```\n~~~\nc")).toBe("```\na\n``\u200b`\n```\nc");
  });

  test("text without constructs is left as it is, however often", () => {
    const letters = fc.constantFrom(..."abc XYZ 0123，。！？；：“”（）、,.;:!?'\"%$=+/&\n中文字模型éß👍🏽🇨🇳");
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 300 }), (text) => {
        const plain = text.toWellFormed();
        expect(modelText(plain, 1000)).toEqual({ markdown: plain, complete: true });
      }),
    );
  });

  test("control characters and halves of characters do not come through", () => {
    expect(shown("a\u0000b\u001b[1m\u009bc\td\r\ne\ud83d")).toBe("ab[1mc\td\ne\ufffd");
  });

  test("cuts between characters, and never a link or the end of a fence", () => {
    const family = "👩‍👩‍👧‍👦";
    expect(modelText(family.repeat(20), 100)).toEqual({ markdown: family.repeat(9), complete: false });
    expect(modelText("🇨🇳".repeat(50), 102).markdown).toBe("🇨🇳".repeat(25));
    expect(modelText(`${"a".repeat(90)} [b](https://e.org)`, 100)).toEqual({
      markdown: `${"a".repeat(90)} b`,
      complete: false,
    });
    expect(modelText(`\`\`\`js\n${"a".repeat(200)}\n\`\`\`\nend`, 100)).toEqual({
      markdown: `\`\`\`js\n${"a".repeat(90)}\n\`\`\``,
      complete: false,
    });
    expect(modelText(`> ~~~\n> ${"a".repeat(200)}`, 100).markdown).toMatch(/^> ```\n> a{86}\n> ```$/);
    expect(modelText(`\`${"a".repeat(200)}\``, 100).markdown).toBe(`\`${"a".repeat(98)}\``);
    expect(modelText(`${"a".repeat(97)}\n\`\`\`\nb\n\`\`\``, 100)).toEqual({
      markdown: "a".repeat(97),
      complete: false,
    });
    expect(modelText("a".repeat(100), 100)).toEqual({ markdown: "a".repeat(100), complete: true });
  });

  test("every state of an answer being written is well-formed, whatever the limit", () => {
    for (let length = 0; length <= ANSWER.length; length++) {
      for (const limit of [100, 101, 150, 333, 2000]) {
        const { markdown, complete } = modelText(ANSWER.slice(0, length), limit);
        expect(markdown.length).toBeLessThanOrEqual(limit);
        expect(markdown.isWellFormed()).toBe(true);
        expect(isClosed(markdown), markdown).toBe(true);
        if (limit === 2000) expect(complete).toBe(true);
      }
    }
  });

  test("text made to go wrong stays within the limit, well-formed, closed and without masked links", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 100, max: 300 }), (raw, limit) => {
        const { markdown, complete } = modelText(raw, limit);
        expect(markdown.length).toBeLessThanOrEqual(limit);
        expect(markdown.isWellFormed()).toBe(true);
        expect(markdown).not.toMatch(/[\0\r]/);
        expect(withoutCode(markdown)).not.toMatch(/```|\]\(/);
        if (complete) expect(markdown).toBe(modelText(raw, 10_000).markdown);
      }),
      { numRuns: 2000 },
    );
  });

  // A path that looks again and again at what it has seen would take minutes here and run into the time limit.
  test("text made to be slow comes to an end", () => {
    const traps = "` [ | ![ ]( [a]( * **a *a_ __a* < <!-- ~ \\ > #### http:// |a|\n|-|\n -|\n ```\n ~~~\n>\t".split(
      " ",
    );
    for (const trap of [...traps, "- ", "> ", "1. ", " ", "\n", "e\u0301", "\u0301", "👨‍👩‍👧", "中", "|a\n|-\n*a_|"]) {
      const { markdown } = modelText(trap.repeat(100_000 / trap.length), 4000);
      expect(markdown.length, trap).toBeLessThanOrEqual(4000);
    }
  });
});
