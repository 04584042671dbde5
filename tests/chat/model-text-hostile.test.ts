import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { modelText } from "#src/chat/try/model-text.ts";
import { withoutCode } from "./without-code.ts";

const shown = (raw: string): string => modelText(raw, 4000).markdown;

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
        '<b x="',
        '">',
        "]",
        "(",
      ),
      fc.constantFrom(
        "[a](https://e.org)",
        "`[a](https://e.org)`",
        "中文",
        "👩‍👩‍👧",
        "🇨🇳🇨🇳",
        "e\u0301",
        "\ud83d",
        "\u0000",
        "\r\n",
        "\u2028",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 60, size: "max" },
  )
  .map((parts) => parts.join(""));

describe("modelText against models that mean harm", () => {
  // Discord finds the ends of code differently from Markdown at large: each of these became a masked link.
  test.each([
    [
      "backticks that met where a picture's marks were",
      "``[a](https://e.org)``![````js````js\\[a](https://e.org)",
      "``[a](https://e.org)``\u200b```js```js[a (<https://e.org>)",
    ],
    [
      "an escaped backslash that took a backtick's escape",
      '<b x="\\\\`"> `[a](https://e.org)`',
      '<b x="\\\\\\`"> `[a](https://e.org)`',
    ],
    [
      "a backslash at the end of a part that took the next part's escape",
      `${"x".repeat(1999)}\\\` \`\`[a](https://e.org)\`\``,
      `${"x".repeat(1999)}\\\u200b\\\` \`\`[a](https://e.org)\`\``,
    ],
    ["emphasis that ends in code", "**b `** [a](https://e.org)`", "**b `** [a]\u200b(https://e.org)`"],
    ["a spoiler that ends in code", "||b\n```\n|| [a](https://e.org)", "||b\n```\n|| [a]\u200b(https://e.org)\n```"],
    ["a language that ends emphasis", "_\n```_\n[a](https://e.org)", "_\n```_\n[a]\u200b(https://e.org)\n```"],
    [
      "code after code that emphasis ended in",
      "**b `**` c `[a](https://e.org)`",
      "**b `**` c `[a]\u200b(https://e.org)`",
    ],
    ["a label that ends in code", "[b\n\n```[a](https://e.org)```", "[b\n\n```[a]\u200b(https://e.org)```"],
    ["an address that ends in code", "https://.` [a](https://e.org)`", "https://.` [a]\u200b(https://e.org)`"],
    ["one that Discord unescapes", "**b `** [a]( \\<https\\://e.org)`", "**b `** [a]\u200b( \\<https\\://e.org)`"],
    ["code that went on behind a quote", "> `b\n[a](https://e.org)`", "> `b [a](https://e.org)`"],
    ["code that went on behind a heading", "# ```b\n  [a](https://e.org)```", "# ```b [a](https://e.org)```"],
    [
      "a quote that Discord takes for none",
      "> ```\n>[a](https://e.org)\n> ```",
      "> ```\n>[a]\u200b(https://e.org)\n> ```",
    ],
    [
      "a block without code, whose end began one",
      "```js\n```\n\n```\n[a](https://e.org)\n```",
      "```js\n\u200b\n```\n\n```\n[a](https://e.org)\n```",
    ],
    [
      "the same in a quote",
      "> ```\n> \n> ```\n> ```\n> [a](https://e.org)\n> ```",
      "> ```\n> \n> \u200b\n> ```\n> ```\n> [a]\u200b(https://e.org)\n> ```",
    ],
  ])("makes no masked link of %s", (_, raw, expected) => {
    expect(shown(raw)).toBe(expected);
  });

  test("keeps the end of code where an accent makes one character of it", () => {
    const code = "`[a](https://e.org)`";
    expect(modelText(`${code}\u0301`, code.length)).toEqual({ markdown: code, complete: false });
    expect(modelText(`${code}\u0301`, code.length + 1)).toEqual({ markdown: `${code}\u0301`, complete: true });
  });

  test("leaves what looks like a link and will be copied, where Discord shows it as code", () => {
    const call = "**b** `**` ```js\nhandlers[name](event)```";
    expect(shown(call)).toBe(call.replace("\n", " "));
    const sample = "Here:\n```md\n**b** _c_ [a](https://e.org)\n```";
    expect(shown(sample)).toBe(sample);
    const after = "See <https://e.org/a> or `x`:\n```md\n[a](https://e.org)\n```";
    expect(shown(after)).toBe(after);
  });

  test("text made to go wrong stays within the limit, well-formed, closed and without masked links", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 300 }), (raw, limit) => {
        const { markdown, complete } = modelText(raw, limit);
        expect(markdown.length).toBeLessThanOrEqual(limit);
        expect(markdown.isWellFormed()).toBe(true);
        expect(markdown).not.toMatch(/[\0\r]/);
        expect(withoutCode(markdown)).not.toMatch(/```|\]\(/);
        if (complete) expect(markdown).toBe(modelText(raw, 10_000).markdown);
      }),
      {
        numRuns: 2000,
        examples: [["``[a](https://e.org)``![````js````js\\[a](https://e.org)", 100]],
      },
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
