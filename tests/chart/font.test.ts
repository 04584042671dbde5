import { readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { canDraw, FONT_FILE, fitWidth, widthOf } from "#src/chart/glyphs.ts";
import { memoryChart } from "#src/chat/compare/chart.ts";
import { inkOf } from "#tests/chart/drawing.ts";

/** What the font lacks of a text. */
const missing = (text: string): string => [...new Set(text)].filter((character) => !canDraw(character)).join("");

/** GB 2312 level 1: rows 16 to 55, which every simplified text is mostly made of. */
const commonCharacters = (): string => {
  const decoder = new TextDecoder("gbk");
  const rows = Array.from({ length: 40 }, (_, at) => 0xb0 + at);
  const cells = Array.from({ length: 94 }, (_, at) => 0xa1 + at);
  const pairs = rows.flatMap((row) => cells.map((cell) => [row, cell] as const));
  return pairs
    .filter(([row, cell]) => row < 0xd7 || cell <= 0xf9)
    .map(([row, cell]) => decoder.decode(Uint8Array.of(row, cell)))
    .join("");
};

test("the common characters and the charts' texts in every language can be drawn, and nearly every name", async () => {
  expect(commonCharacters().length).toBe(3755);
  expect(missing(commonCharacters())).toBe("");
  for (const locale of LOCALES) {
    const { chart } = memoryChart([], 8, { text: textIn(locale) });
    expect(missing([chart.title, chart.limit?.label, ...Object.values(chart.notes)].join("")), locale).toBe("");
  }
  const { entries } = await readCatalog("catalog");
  const names = entries.flatMap(({ name, variants = [] }) => [name, ...variants.map((item) => item.name)]);
  // A new name may hold a rare character; its entry's id is drawn until the font has it.
  expect(names.filter((name) => !canDraw(name)).length).toBeLessThan(names.length * 0.02);
});

test("the font really has what its list of characters names, and nothing is an empty box", async () => {
  const list = (await readFile("src/chart/NotoSansSC-subset.txt", "utf8")).replaceAll("\n", "");
  const box = inkOf("\u{10ffff}", 20);
  const shown = (character: string): string =>
    ["<", ">", "&"].includes(character) ? `&#${character.codePointAt(0)};` : character;
  const sample = [...list].filter((_, at) => at % 40 === 1);
  expect(sample.length).toBeGreaterThan(100);
  for (const character of sample) {
    const ink = inkOf(shown(character), 20);
    expect(Buffer.from(ink.pixels).equals(Buffer.from(box.pixels)), character).toBe(false);
    expect(ink.right, character).toBeGreaterThan(ink.left);
  }
  expect(canDraw("𠀀")).toBe(false);
  expect(canDraw("😀")).toBe(false);
  expect((await stat(FONT_FILE)).size).toBeLessThan(1_500_000);
});

test("a text is never wider than it is taken to be", () => {
  for (const text of ["GGUF Q4_K_M", "WWWWWWWW", "ChatGLM-6B (清华大学)", "iiiiiiii", "≈ 1234.56 GB", "mmmm@@%%"]) {
    const { right } = inkOf(text, 20);
    expect(right, text).toBeLessThanOrEqual(widthOf(text, 20) + 1);
    expect(right, text).toBeGreaterThan(widthOf(text, 20) * 0.85);
  }
  expect(fitWidth("Chinese-LLaMA-Alpaca", 13, 60)).toMatch(/^Chine.*…$/);
  expect(widthOf(fitWidth("很长的中文名字很长的中文名字", 13, 60), 13)).toBeLessThanOrEqual(60);
  expect(fitWidth("short", 13, 60)).toBe("short");
});
