import { describe, expect, it } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { OPEN_POINTS } from "#src/sync/propose/draft/draft.ts";
import { evidenceText, lineUrl } from "#src/sync/propose/draft/evidence.ts";
import { openText } from "#src/sync/propose/draft/open-text.ts";
import type { Naming } from "#src/sync/sources/candidate.ts";
import { namingOf, placedAt } from "./candidates.ts";

const text = textIn("en-US");
const ID = "Qwen/Qwen4-8B";
const place = { kind: "series" as const, id: "qwen4", name: "Qwen4", variant: "Qwen4-8B", like: undefined };
const evidenceFor = (named: readonly Naming[]) => evidenceText([placedAt(ID, place, { named })], text);

/** What is left of Markdown once its code is taken out of it. */
const withoutCode = (markdown: string): string => markdown.replace(/`[^`\n]*`/g, "");

describe("the evidence of a proposal", () => {
  it("quotes the line with a link to it at the commit that was read", () => {
    const evidence = evidenceFor([namingOf(ID)]);
    expect(evidence).toContain(`\`- [${ID}](https://huggingface.co/${ID})\``);
    expect(evidence).toContain(`(https://github.com/QwenLM/Qwen4/blob/${"d".repeat(40)}/README.md?plain=1#L12)`);
  });

  it("links the branch where the commit is not known", () => {
    expect(lineUrl(namingOf(ID, { head: undefined }))).toBe(
      "https://github.com/QwenLM/Qwen4/blob/main/README.md?plain=1#L12",
    );
    expect(lineUrl(namingOf(ID, { head: undefined, defaultBranch: undefined }))).toContain("/blob/HEAD/");
  });

  it.each([
    "`` @everyone fixes #1 ``",
    "<img src=x onerror=1> @someone",
    "a\u202eb ]( https://evil.example ) GH-1",
    "line\n- [x] tick <!-- mulu:rebase -->",
    "~~~\n# heading",
  ])("leaves %j nothing to do", (line) => {
    const outside = withoutCode(evidenceFor([namingOf(ID, {}, line)]));
    expect(outside).not.toMatch(/@|fixes|<|evil|GH-1|\[x\]|mulu|~~~|\u202e/);
  });

  it("quotes 10 lines and no eleventh, 300 characters and no more", () => {
    const lines = (count: number): Naming[] =>
      Array.from({ length: count }, (_, at) => {
        const naming = namingOf(ID);
        return { ...naming, at: { ...naming.at, line: at + 1 } };
      });
    expect(evidenceFor(lines(10))).not.toContain("more");
    expect(evidenceFor(lines(11))).toContain("… and 1 more");
    expect(evidenceFor([namingOf(ID, {}, "x".repeat(300))])).toContain("x".repeat(300));
    const cut = evidenceFor([namingOf(ID, {}, "x".repeat(301))]);
    expect(cut).toContain(`${"x".repeat(300)}…`);
    expect(cut).not.toContain("x".repeat(301));
  });

  it("quotes a line once that names several models", () => {
    const models = [ID, "Qwen/Qwen4-14B"].map((id) => placedAt(id, place, { named: [namingOf(id, {}, "both")] }));
    expect(evidenceText(models, text).match(/`both`/g)).toHaveLength(1);
  });

  it("quotes a file's lines in its order, whatever the models are called", () => {
    const at = (line: number): Naming => {
      const naming = namingOf(ID, {}, `line ${line}`);
      return { ...naming, at: { ...naming.at, line } };
    };
    const models = [placedAt("Qwen/Qwen4-8B-Base", place, { named: [at(8)] }), placedAt(ID, place, { named: [at(6)] })];
    expect(evidenceText(models, text).match(/(?<=`line )\d/g)).toEqual(["6", "8"]);
  });

  it("names the page and the day of a model that only a hub lists", () => {
    const evidence = evidenceFor([]);
    expect(evidence).toContain("`Qwen/Qwen4-8B`, created on Hugging Face on `2026-11-20`");
    expect(evidence).toContain("(https://huggingface.co/Qwen/Qwen4-8B)");
  });
});

describe("what a person still has to write", () => {
  it("is a check list in every language", () => {
    for (const locale of ["zh-CN", "zh-TW", "en-US"] as const)
      expect(openText(OPEN_POINTS, textIn(locale)).match(/^- \[ \] \S/gm)).toHaveLength(OPEN_POINTS.length);
  });

  it("is nothing where nothing is open", () => {
    expect(openText([], text)).toBe("");
  });
});
