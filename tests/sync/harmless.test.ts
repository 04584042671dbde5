import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { harmless, harmlessLine } from "#src/sync/github/harmless.ts";

/** Forms that GitHub's documentation names, with what must not be found in the text any more. */
const FORMS: readonly [text: string, active: RegExp][] = [
  ["@octocat", /@octocat/],
  ["Thanks to @github/support!", /@github/],
  ["mail@example.org", /@example/],
  ["@_private", /@_/],
  ["#26", /#\d/],
  ["GH-26", /GH-\d/i],
  ["gh-26", /GH-\d/i],
  ["jlord/sheetsee.js#26", /#\d/],
  ["jlord#26", /#\d/],
  ["github-linguist/linguist#4039", /#\d/],
  ["https://github.com/jlord/sheetsee.js/issues/26", /issues\/\d/],
  ["https://github.com/jlord/sheetsee.js/pull/26", /pull\/\d/],
  ["https://github.example.org/o/r/pull/26/files", /pull\/\d/],
  ["https://github.com/o/r/discussions/26", /discussions\/\d/],
  ["https://github.com/jlord/sheetsee.js/commit/a5c3785ed8d6a35868bc169f07e40e889087fd2e", /commit\/a5c3785/],
  ["jlord@a5c3785ed8d6a35868bc169f07e40e889087fd2e", /@a5c3785/],
  ["jlord/sheetsee.js@a5c3785ed8d6a35868bc169f07e40e889087fd2e", /@a5c3785/],
  ...["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"].flatMap(
    (keyword): [string, RegExp][] => [
      [`${keyword} #10`, /#\d/],
      [`${keyword.toUpperCase()}: #10`, /#\d/],
      [`${keyword} octo-org/octo-repo#100`, /#\d/],
      [`${keyword} https://github.com/octo-org/octo-repo/issues/100`, /issues\/\d/],
      [`${keyword} GH-100`, /GH-\d/],
    ],
  ),
  ["Co-authored-by: name <name@example.org>", /Co-authored-by:/],
  ["notes\n  Signed-off-by: x", /Signed-off-by:/],
  ["on-behalf-of: @org", /@org/],
  ["[skip ci]", /\[skip ci\]/],
  ["[CI SKIP]", /\[ci skip\]/i],
  ["[no ci] [skip actions] [actions skip]", /\[(?:no ci|skip actions|actions skip)\]/],
  ["skip-checks: true", /skip-checks:/],
  ["- [x] <!-- mulu:rebase --> do it", /<!--/],
  ["＃1 and #１", /#１/],
];

describe("outside text", () => {
  test.each(FORMS)("%s does nothing on GitHub", (text, active) => {
    expect(text, "the form is one").toMatch(active);
    expect(harmless(text)).not.toMatch(active);
    if (!text.includes("\n")) expect(harmlessLine(text)).not.toMatch(active);
  });

  test.each(FORMS)("%s reads as it was", (text) => {
    expect(harmless(text).replaceAll("\u200b", "")).toBe(text);
  });

  test("that says nothing to GitHub stays as it is", () => {
    const text =
      "# Qwen3 [文档](https://huggingface.co/Qwen/Qwen3-8B) # 1, 5 @ 8, C#, by: x, [ci], issues/new, v1.0-by";
    expect(harmless(text)).toBe(text);
  });

  test("is one line in a title", () => {
    expect(harmlessLine("a\n\n #1\tb")).toBe("a #\u200b1 b");
  });

  test("is made harmless once, whatever it is", () => {
    const part = fc.constantFrom(...FORMS.map(([text]) => text), " ", "\n", "@", "#", "1", "GH-", "/issues/", "<!--");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const once = harmless(parts.join(""));
        expect(harmless(once)).toBe(once);
        expect(once).not.toMatch(/@[\w-]|#\d|\bGH-\d|\/(?:issues|pulls?|discussions)\/\d|<!--/i);
      }),
    );
  });
});
