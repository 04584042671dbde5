import { expect, test } from "vitest";
import { LOCALES, type Locale, textIn } from "#src/base/locale.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { modelList } from "#src/chat/model/list.ts";
import { type Component, type Room, UNLIMITED } from "#src/chat/view.ts";
import { smallCatalog } from "#tests/catalog/small-catalog.ts";

const SHORT: Room = { ...UNLIMITED, tables: false, listLength: 2 };

/** The texts of a list, one a line. */
function linesOf(catalog: Catalog, query: string, room: Room = SHORT, page = 0, locale: Locale = "zh-CN"): string[] {
  const context = { locale, text: textIn(locale), room };
  const view = modelList(catalog.search(query), { page, id: String }, context);
  return flat(view.components).flatMap((item) => (item.type === 10 ? item.content.split("\n") : []));
}

const flat = (components: readonly Component[]): Component[] =>
  components.flatMap((item) => (item.type === 17 ? flat(item.components) : [item]));

const assistants = smallCatalog({
  novelist: { purposes: "[writing]", released: "'2023'" },
  newer: { purposes: "[chat]", released: "'2025'" },
  older: { purposes: "[chat]", released: "'2024'" },
});

test("what only does a purpose too stands below a divider, which begins the next page again", () => {
  const [first, second] = [0, 1].map((page) => linesOf(assistants, "写小说", SHORT, page));
  const divider = "-# — 以下并非专为「写作」而做，但也能胜任 —";
  expect(first?.indexOf(divider)).toBeGreaterThan(first?.findIndex((line) => line.includes("novelist")) ?? -1);
  expect(first?.indexOf(divider)).toBeLessThan(first?.findIndex((line) => line.includes("newer")) ?? -1);
  expect(second?.indexOf(divider)).toBeLessThan(second?.findIndex((line) => line.includes("older")) ?? -1);
  expect(second).toContain(divider);
});

test("where nothing is made for it, that is said before the first", () => {
  expect(linesOf(assistants, "客服", { ...UNLIMITED, tables: false })).toContain(
    "-# — 以下并非专为「客服」而做，但也能胜任 —",
  );
});

test("each group is a table where there are tables", () => {
  const lines = linesOf(assistants, "写小说", UNLIMITED);
  expect(lines.filter((line) => line.startsWith("| 模型"))).toHaveLength(2);
  expect(lines).toContain("**以下并非专为「写作」而做，但也能胜任**");
});

const words = smallCatalog({
  named: { name: "zeta", family: "Greek", released: "'2023'" },
  relative: { family: "Greek", released: "'2025'" },
  mention: { summary: "{zh: zeta, en: zeta}", released: "'2026'" },
});

test("a name lists its own, then its family, then what mentions it", () => {
  const lines = linesOf(words, "zeta", { ...UNLIMITED, tables: false });
  const at = (part: string): number => lines.findIndex((line) => line.includes(part));
  const order = ["**zeta**", "以下是同系列的其他型号", "**relative**", "以下不是它本身", "**mention**"].map(at);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).not.toContain(-1);
});

test("where all of a list is of one kind there is no divider", () => {
  for (const query of ["greek", "2023", ""])
    expect(linesOf(words, query, { ...UNLIMITED, tables: false }).join("\n")).not.toContain("—");
});

test("a narrower word, who made it, what one machine runs and a context are said", () => {
  const said = (query: string, files: Parameters<typeof smallCatalog>[0]): string =>
    linesOf(smallCatalog(files), query, { ...UNLIMITED, tables: false }).join("\n");
  const medical = { purposes: "[medical]" };
  expect(said("中医", { a: { ...medical, summary: "{zh: 中医, en: x}" }, b: medical })).toContain(
    "— 以下没有提到「中医」 —",
  );
  expect(said("zeta", { a: { familyAliases: "[zeta]" }, b: { developers: "[{name: zeta}]" } })).toContain(
    "— 「zeta」 参与研发的模型 —",
  );
  const sizes = { a: { purposes: "[chat]", parametersB: "300" }, b: { purposes: "[chat]", parametersB: "8" } };
  expect(said("客服", sizes)).toContain("-# 没有限定显存：单机能跑的（不超过 200B）排在前面");
  expect(said(">1b 客服", sizes)).not.toContain("没有限定显存");
  const int4 = "\n  - {label: int4, precision: int4, hub: huggingface, id: a/b}";
  expect(
    said("48g 128k", { a: { released: "'2025'", parametersB: "7", contextTokens: "131072", weights: int4 } }),
  ).toContain("显存（128K 上下文时） ≈");
});

const fields = smallCatalog({
  lawyer: { purposes: "[legal]", parametersB: "7" },
  general: { purposes: "[chat]", parametersB: "7" },
  doctor: { purposes: "[medical]", parametersB: "7" },
  large: { purposes: "[legal]", parametersB: "70" },
});

test("few of a field are followed by assistants, and the count is of those that meet it all", () => {
  const lines = linesOf(fields, "法律 7b", { ...UNLIMITED, tables: false });
  expect(lines[0]).toBe("### 找到 1 个模型");
  expect(lines).toContain("-# — 以下符合其余条件，但不符合：法律 —");
  expect(lines.join("\n")).toContain("general");
  expect(lines.join("\n")).not.toMatch(/doctor|large/);
  expect(fields.count("法律 7b")).toBe(1);
});

test("where nothing meets it all, that is said, and what meets the rest follows", () => {
  const lines = linesOf(fields, "金融 7b", { ...UNLIMITED, tables: false });
  expect(lines[0]).toBe("### 没有符合条件的模型");
  expect(lines).toContain("-# — 以下符合其余条件，但不符合：金融 —");
  expect(fields.count("金融 7b")).toBe(0);
});

test("a page of what meets it all needs nothing else", () => {
  const lawyers = (count: number) =>
    smallCatalog({
      ...Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`lawyer-${at}`, { purposes: "[legal]", parametersB: "7" }]),
      ),
      general: { purposes: "[chat]", parametersB: "7" },
    }).search("法律 7b").hits;
  expect(lawyers(9)).toHaveLength(10);
  expect(lawyers(10)).toHaveLength(10);
  expect(lawyers(10).every(({ group }) => group === "full")).toBe(true);
});

test.each(LOCALES)("every divider has its text in %s", (locale) => {
  for (const [catalog, query] of [
    [assistants, "写小说"],
    [words, "zeta"],
    [fields, "法律 7b"],
    [fields, "7b"],
  ] as const)
    expect(linesOf(catalog, query, { ...UNLIMITED, tables: false }, 0, locale).join("\n")).not.toMatch(/list\.group/);
});
