import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { familiesOf, familyPages, fileNames } from "#src/catalog/readme/families.ts";
import { shorten } from "#src/catalog/readme/markdown.ts";
import { catalogPages, MOST_PAGE_BYTES } from "#src/catalog/readme/pages.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const entryOf = (fields: Record<string, string>, id = "small") => {
  const { entry } = parseEntry(`${id}.yaml`, smallEntry(fields));
  if (entry === undefined) throw new Error("the test's own entry is wrong");
  return entry;
};
/** All generated pages, the list first, one after the other. */
const pagesOf = (entries: readonly Entry[]): string =>
  catalogPages(entries)
    .map(({ text }) => text)
    .join("\n");
const anchorsOf = (page: string): string[] => [...page.matchAll(/^<a id="(.+)"><\/a>$/gm)].map(([, id = ""]) => id);
const rows = (readme: string): string[] => readme.split("\n").filter((line) => line.startsWith("| ["));
/** What a reader sees of a cell: labels of links, without their addresses. */
const visible = (cell: string): string => cell.replaceAll(/\[((?:\\.|[^\]])*)\]\([^)]*\)/g, "$1");

test("GitHub shows every page whole, also with twice as many entries", () => {
  const twice = realCatalog.entries.flatMap((entry) => [entry, { ...entry, id: `${entry.id}-2` }]);
  const sizes = catalogPages(twice).map(({ text }) => Buffer.byteLength(text));
  expect(Math.max(...sizes)).toBeLessThan(MOST_PAGE_BYTES);
});

test("every entry has one row that leads to its section, families in order, the newest of a family first", () => {
  const [list, ...families] = catalogPages(realCatalog.entries);
  const sections = families.flatMap(({ file, text }) => anchorsOf(text).map((id) => `${file}#${id}`));
  expect(rows(list?.text ?? "").map((row) => /\]\(([^)]+)\)/.exec(row)?.[1])).toEqual(sections);
  expect(sections.map((section) => section.replace(/^.*#/, "")).toSorted()).toEqual(
    realCatalog.entries.map(({ id }) => id).toSorted(),
  );
  const qwen = realCatalog.entries.filter(({ family }) => family === "Qwen");
  const newest = qwen.toSorted((a, b) => (b.released ?? "").localeCompare(a.released ?? ""))[0];
  expect(list?.text).toContain(`- **[Qwen](families/qwen.md)**：[${newest?.name}](families/qwen.md#${newest?.id})`);
  expect(sections.findIndex((section) => section.startsWith("families/glm.md"))).toBeLessThan(
    sections.findIndex((section) => section.startsWith("families/qwen.md")),
  );
});

test("every link between the pages leads to a page and a section that are there", () => {
  const pages = catalogPages(realCatalog.entries);
  const targets = new Set(pages.flatMap(({ file, text }) => [file, ...anchorsOf(text).map((id) => `${file}#${id}`)]));
  const links = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, to = ""]) =>
      to.startsWith("#") ? file + to : join(dirname(file), to),
    ),
  );
  expect(links.length).toBeGreaterThan(2 * realCatalog.entries.length);
  expect(links.filter((link) => !targets.has(link))).toEqual([]);
});

test("a family too long for one page keeps its newest entries on the first, and older parts stay as they are", () => {
  const members = ["2023", "2024", "2025", "2026"].map((released) => entryOf({ released: `'${released}'` }, released));
  const parts = (entries: readonly Entry[]) =>
    familyPages(familiesOf(entries), () => 100, 200).map(({ file, members: held, part }) => [
      file,
      held.map(({ id }) => id).join(),
      part?.number,
    ]);
  expect(parts(members.slice(0, 2))).toEqual([["families/small.md", "2024,2023", undefined]]);
  expect(parts(members.slice(0, 3))).toEqual([
    ["families/small.md", "2025", 2],
    ["families/small.1.md", "2024,2023", 1],
  ]);
  expect(parts(members)).toEqual([
    ["families/small.md", "2026,2025", 2],
    ["families/small.1.md", "2024,2023", 1],
  ]);
});

test("the parts of a family lead to each other, and a base on another page there", () => {
  const papers = `[${Array.from({ length: 100 }, () => `{title: ${"字".repeat(600)}}`)}]`;
  const old = entryOf({ name: "Old", released: "'2023'", papers }, "old");
  const between = entryOf({ name: "Between", released: "'2024'", papers }, "between");
  const fresh = entryOf({ name: "New", released: "'2025'", baseModel: "old" }, "new");
  const elsewhere = entryOf({ name: "Other", family: "其他 2", baseModel: "new" }, "other");
  const pages = new Map(catalogPages([old, between, fresh, elsewhere]).map(({ file, text }) => [file, text]));
  expect([...pages.keys()]).toEqual(["README.md", "families/small.md", "families/small.1.md", "families/qita-2.md"]);
  expect(pages.get("families/small.md")).toContain("[第 1 部分：Old](small.1.md)");
  expect(pages.get("families/small.1.md")).toContain("[第 2 部分：Between 至 New](small.md)");
  expect(pages.get("families/small.md")).toContain("- 基座模型：[Old](small.1.md#old)");
  expect(pages.get("families/qita-2.md")).toContain("- 基座模型：[New](small.md#new)");
  expect(pages.get("families/qita-2.md")).toContain("[全部模型](../README.md)");
});

test.each([
  [
    ["Llama 3", "书生", "dots", "Fin-R1"],
    ["dots", "fin-r1", "llama-3", "shusheng"],
  ],
  [
    ["Été", "../x"],
    ["ete", "x"],
  ],
])("families %j are named %j in files", (families, expected) => {
  expect([...fileNames(families).values()].toSorted()).toEqual(expected);
});

test("families whose names come to the same keep files of their own, whatever order they come in", () => {
  const names = fileNames(["Qwen 2", "Qwen-2", "★"]);
  expect(names.get("Qwen 2")).toBe("qwen-2");
  expect(names.get("Qwen-2")).toMatch(/^qwen-2-[0-9a-f]{6}$/);
  expect(names.get("★")).toMatch(/^family-[0-9a-f]{6}$/);
  expect(fileNames(["★", "Qwen-2", "Qwen 2"])).toEqual(names);
});

test("the cells of the comparison stay short, whatever the entry holds", () => {
  const long = "很长的说明，".repeat(50);
  const entry = entryOf({
    training: `\n  process: ${long}\n  pretrainingData:\n    - name: ${long}\n    - name: ${long}\n    - name: x`,
    highlights: `\n  - ${long}`,
  });
  for (const row of [...rows(pagesOf([entry])), ...rows(pagesOf(realCatalog.entries))])
    for (const cell of row.split(/(?<!\\)\|/)) expect(visible(cell).length, row).toBeLessThan(100);
  expect(pagesOf([entry])).toContain(`- 额外的训练过程：${long}`);
});

test("what is second-hand, estimated, a stand-in or unclear is marked wherever it stands", () => {
  const readme = pagesOf([
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
  expect(row).toMatch(
    /Small\]\(families\/small\.md#small\) ⚠ 二手 \|.*\| 17 GB（7B，BF16，估算，⚠ 二手） \| ⚠ 商用未明确 \|/,
  );
  expect(readme).toContain("> **⚠ 二手资料**");
  expect(readme).toContain("- 权重许可：Own License\n- 商用：⚠ 商用未明确（ask）");
  expect(readme).toContain("- Small-7B：⚠ 二手");
  expect(readme).toContain("- Small-7B（⚠ 二手）：[BF16]");
  expect(readme).toContain("| Small-7B（⚠ 二手） | BF16 | 17 GB（估算） | 文件 14.5 GB（⚠ 二手） |");
  expect(readme).toContain("`ollama run other:7b`（⚠ 替代，不是同一权重，⚠ 二手，官方库）");
});

test("a base with an entry leads there, three kinds of silence stay apart", () => {
  const base = entryOf({ name: "Base", training: "\n  pretrainingData: []" }, "base");
  const readme = pagesOf([base, entryOf({ baseModel: "base", quantizations: "[]", publishes: "unknown" })]);
  expect(rows(readme)[0]).toMatch(/^\| \[Base\]\(families\/small\.md#base\) \| 未注明 \| 无 \| 未注明 /);
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
