import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { renderReadme } from "#src/catalog/readme/document.ts";
import { shorten } from "#src/catalog/readme/markdown.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const entryOf = (fields: Record<string, string>, id = "small") => {
  const { entry } = parseEntry(`${id}.yaml`, smallEntry(fields));
  if (entry === undefined) throw new Error("the test's own entry is wrong");
  return entry;
};
const rows = (readme: string): string[] => readme.split("\n").filter((line) => line.startsWith("| ["));
/** What a reader sees of a cell: labels of links, without their addresses. */
const visible = (cell: string): string => cell.replaceAll(/\[((?:\\.|[^\]])*)\]\([^)]*\)/g, "$1");

test("GitHub shows it: it stays below 500 kB", () => {
  expect(Buffer.byteLength(renderReadme(realCatalog.entries))).toBeLessThan(500_000);
});

test("every entry has one row and one section, families in order, the newest of a family first", async () => {
  const readme = await readFile("catalog/README.md", "utf8");
  const sections = [...readme.matchAll(/^<a id="(.+)"><\/a>$/gm)].map(([, id]) => id);
  expect(sections.toSorted()).toEqual(realCatalog.entries.map(({ id }) => id).toSorted());
  expect(rows(readme).map((row) => /\(#([^)]+)\)/.exec(row)?.[1])).toEqual(sections);
  const qwen = realCatalog.entries.filter(({ family }) => family === "Qwen");
  const newest = qwen.toSorted((a, b) => (b.released ?? "").localeCompare(a.released ?? ""))[0];
  expect(readme).toContain(`- **Qwen**：[${newest?.name}]`);
  expect(readme.indexOf("## GLM 家族")).toBeLessThan(readme.indexOf("## Qwen 家族"));
});

test("the cells of the comparison stay short, whatever the entry holds", () => {
  const long = "很长的说明，".repeat(50);
  const entry = entryOf({
    training: `\n  process: ${long}\n  pretrainingData:\n    - name: ${long}\n    - name: ${long}\n    - name: x`,
    highlights: `\n  - ${long}`,
  });
  for (const row of [...rows(renderReadme([entry])), ...rows(renderReadme(realCatalog.entries))])
    for (const cell of row.split(/(?<!\\)\|/)) expect(visible(cell).length, row).toBeLessThan(100);
  expect(renderReadme([entry])).toContain(`- 额外的训练过程：${long}`);
});

test("what is second-hand, estimated, a stand-in or unclear is marked wherever it stands", () => {
  const readme = renderReadme([
    entryOf({
      confidence: "secondary",
      variants: `
  - name: Small-7B
    confidence: secondary
    weights:
      - {label: BF16, precision: bf16, hub: huggingface, id: a/b}
    requirements:
      - {precision: bf16, vramInferenceGb: 17, estimated: true, fileGb: 14.5, fileConfidence: secondary}
    ollama:
      - {model: "other:7b", official: true, exact: false}
    license: {weights: Own License, commercial: unknown, note: ask}`,
    }),
  ]);
  const [row] = rows(readme);
  expect(row).toMatch(/Small\]\(#small\) ⚠ 二手 \|.*\| 17 GB（BF16，估算，⚠ 二手） \| ⚠ 商用未明确 \|/);
  expect(readme).toContain("> **⚠ 二手资料**");
  expect(readme).toContain("- 商用：⚠ 商用未明确");
  expect(readme).toContain("- Small-7B：⚠ 二手，权重许可 Own License，⚠ 商用未明确（ask）");
  expect(readme).toContain("- Small-7B（⚠ 二手）：[BF16]");
  expect(readme).toContain("| Small-7B（⚠ 二手） | BF16 | 未注明 | 17 GB（估算） | 未注明 | 文件 14.5 GB（⚠ 二手） |");
  expect(readme).toContain("`ollama run other:7b`（⚠ 替代，不是同一权重，⚠ 二手，官方库）");
});

test("a base with an entry leads there, three kinds of silence stay apart", () => {
  const base = entryOf({ name: "Base", training: "\n  pretrainingData: []" }, "base");
  const readme = renderReadme([base, entryOf({ baseModel: "base", quantizations: "[]", publishes: "unknown" })]);
  expect(rows(readme)[0]).toMatch(/^\| \[Base\]\(#base\) \| 未注明 \| 无 \| 未注明 /);
  expect(readme).toContain("- 基座模型：[Base](#base)");
  expect(readme).toContain("- 量化支持：无");
  expect(readme).toContain("- 项目地址：未注明（是否发布版本不明）");
});

test.each([
  ["短文", 10, "短文"],
  ["前半句在这里写完了，后半句", 12, "前半句在这里写完了…"],
  ["没有停顿的一串文字没有停顿", 8, "没有停顿的一串文…"],
])("%s within %i is %s", (text, limit, expected) => {
  expect(shorten(text, limit)).toBe(expected);
});
