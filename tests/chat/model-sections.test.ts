import { expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { modelList } from "#src/chat/model/list.ts";
import { modelSections } from "#src/chat/model/sections.ts";
import { type Room, UNLIMITED } from "#src/chat/view.ts";
import { catalogOf, realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const { entry } = parseEntry(
  "small.yaml",
  smallEntry({
    contextNote: "约 20 万字",
    latestRelease: "{tag: v1.0, url: https://example.org/v1.0}",
    repository: "{name: a/small, formerNames: [b/small], status: unknown, lastCommit: '2024-06-27', publishes: tags}",
    variants: `
  - name: Small-7B
    confidence: secondary
    architecture: moe
    activeParametersB: 3
    modalities: [text, vision]
    weights:
      - {label: BF16, precision: bf16, hub: huggingface, id: a/b, formerId: c/b}
    requirements:
      - {precision: bf16, vramInferenceGb: 17, estimated: true, fileGb: 14.5, fileConfidence: secondary}
    ollama:
      - {model: "other:7b", official: true, exact: false}
    license:
      code: MIT
      weights: Own License
      weightsUrl: https://example.org/licence
      commercial: unknown
      note: ask first`,
  }),
);
if (entry === undefined) throw new Error("the test's own entry is wrong");

/** The page as one text. */
const page = (room: Room = { ...UNLIMITED, tables: false }, locale: (typeof LOCALES)[number] = "zh-CN"): string =>
  modelSections(entry, { locale, text: textIn(locale), room })
    .flatMap(({ lines }) => lines)
    .join("\n");

test("a variant shows what it is, and that it is second-hand; the licence of all of them stands once", () => {
  expect(page()).toContain("- **Small-7B** ⚠ 二手资料 · 激活 3B · 混合专家 (MoE) · 文本、图像\n");
  expect(page()).toContain(
    "- 代码许可：MIT\n- 权重许可：[Own License](https://example.org/licence)\n- 商用：未明确，来源没有写或互相矛盾\n- ask first",
  );
});

test.each([
  ["a table", UNLIMITED],
  ["lines", { ...UNLIMITED, tables: false }],
])(
  "second-hand, estimated and stand-ins are marked with the variant's weights, memory and models, in %s",
  (_how, room) => {
    const text = page(room);
    expect(text).toMatch(/\[Small-7B BF16\]\(\S+\) · ⚠ 二手资料 · BF16 · Hugging Face · 原名 c\/b/);
    expect(text).toMatch(/BF16 · Small-7B.*17 GB（估算）.*⚠ 二手资料.*文件 14\.5 GB（二手资料）/);
    expect(text).toContain("`ollama run other:7b` · ⚠ 替代，不是同一权重 · ⚠ 二手资料 · 官方库");
  },
);

test("what is known of the repository is shown, and a note without its figure", () => {
  expect(page()).toContain("上下文：未注明 (约 20 万字)");
  expect(page()).toMatch(/a\/small\]\(\S+\) \(原名 b\/small；最后提交 2024-06-27；是否归档未核实；只打标签\)/);
  expect(page()).toContain("[v1.0](https://example.org/v1.0)");
});

test("a list marks the memory of a variant that is second-hand", () => {
  const result = catalogOf([entry]).search("bf16");
  const list = modelList(result, { page: 0, id: String }, { locale: "zh-CN", text: textIn("zh-CN"), room: UNLIMITED });
  expect(JSON.stringify(list)).toContain("17 GB（Small-7B，估算，二手资料）");
});

test.each(LOCALES)("no entry of this repository shows a missing text in %s", (locale) => {
  for (const item of realCatalog.entries) {
    const lines = modelSections(item, { locale, text: textIn(locale), room: UNLIMITED }).flatMap(
      (section) => section.lines,
    );
    expect(lines.join("\n")).not.toMatch(
      /undefined|\{\{|(?<![/\w.])(?:facts|repository|publishes|commercial|ollama)\.[a-z]/,
    );
  }
});
