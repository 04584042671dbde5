import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { LOCALES, type Locale } from "#src/base/locale.ts";
import { type MeasuredOffer, selectOffers } from "#src/catalog/memory/measured-offers.ts";
import { subjectNamed } from "#src/catalog/search/subject.ts";
import { labelOf, type MemoryChart } from "#src/chart/memory-chart.ts";
import { memorySvg } from "#src/chart/memory-svg.ts";
import { type Component, type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import { DISCORD_ROOM, toMessage } from "#src/discord/message.ts";
import { choicesOf, renderView } from "#src/terminal/render.ts";
import { textsOf } from "#tests/chart/drawing.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const requirement = (variant: string, precision: string, gb: number, more = ""): string =>
  `\n  - precision: ${precision}${variant && `\n    variant: ${variant}`}\n    vramInferenceGb: ${gb}${more}`;

/** Two models to compare beside the real ones, whose facts stay as they are here. */
const alpha = smallEntry({
  name: "Alpha-7B",
  family: "Alpha",
  familyAliases: "\n  - alphas",
  released: "'2023-01-02'",
  parametersB: "7",
  contextTokens: "2048",
  requirements: requirement("", "fp16", 14) + requirement("", "int4", 6),
  repository: "\n  name: someone/alpha",
});
const beta = smallEntry({
  name: "Beta",
  confidence: "secondary",
  released: "'2024-05-06'",
  variants: `
  - name: Beta-1B
    parametersB: 1
  - name: Beta-9B
    parametersB: 9
    contextTokens: 8192
    license:
      commercial: yes`,
  contextTokens: "32768",
  requirements: requirement("Beta-1B", "int4", 1.5) + requirement("Beta-9B", "int8", 11, "\n    estimated: true"),
});
const folder = await mkdtemp(join(tmpdir(), "mulu-"));
await cp("catalog", folder, { recursive: true });
await writeFile(join(folder, "models/alpha-7b.yaml"), alpha);
await writeFile(join(folder, "models/beta.yaml"), beta);
const app = await testApp({ CATALOG_DIR: folder });
afterAll(() => rm(folder, { recursive: true, force: true }));
const PAPER: Room = { ...DISCORD_ROOM, pictures: false };

async function compare(
  names: string[],
  { vram, locale = "zh-CN", room = PAPER }: { vram?: string; locale?: Locale; room?: Room } = {},
) {
  const given = Object.fromEntries(names.map((name, at) => [`model${at + 1}`, name]));
  const shown: View[] = [];
  const context = contextOf(app, { locale, room, show: (view) => shown.push(view) });
  const outcome = await app.router.execute("compare", { ...given, ...(vram !== undefined && { vram }) }, context);
  const view = shown.at(-1) ?? { components: [] };
  return { outcome, view, text: textOf(view), chart: chartOf(view) };
}

const flat = (components: Component[]): Component[] =>
  components.flatMap((item) => (item.type === 17 ? flat(item.components) : [item]));
const textOf = ({ components }: View): string =>
  flat(components)
    .map((item) => (item.type === 10 ? item.content : ""))
    .join("\n");
const chartOf = ({ files = [] }: View): MemoryChart | undefined =>
  files.flatMap((file) => ("chart" in file ? file.chart : []))[0];
const lineOf = (text: string, label: string): string =>
  text.split("\n").find((line) => line.startsWith(label)) ?? `no ${label} in ${text}`;

describe("two models side by side", () => {
  test("differences are marked and come first, what is the same follows, what none states is named", async () => {
    const { text, outcome } = await compare(["alpha-7b", "beta"]);
    expect(outcome).toBe("answered");
    expect(lineOf(text, "≠ **发布**")).toBe("≠ **发布** ① 2023-01-02 · ② 2024-05-06");
    expect(lineOf(text, "≠ **上下文**")).toBe("≠ **上下文** ① 2K · ② 32K");
    expect(lineOf(text, "= 架构")).toBe("= 架构 稠密");
    expect(lineOf(text, "≠ **项目地址**")).toContain("② 未注明");
    expect(lineOf(text, "-# 都未注明")).toContain("最近版本");
    const marks = text.match(/^[≠=]/gm)?.join("") ?? "";
    expect(marks).toMatch(/^≠+=+$/);
  });

  test("what is uncertain says so: second-hand, estimated, unclear", async () => {
    const { text } = await compare(["alpha-7b", "beta"]);
    expect(lineOf(text, "②")).toContain("⚠ 二手资料");
    expect(lineOf(text, "≠ **商用**")).toBe("≠ **商用** ① ⚠ 商用未明确 · ② 部分可商用（1B 商用未明确）");
    expect(text).toContain("9B INT8 ≈ 11 GB");
    expect(text).toContain("≈ 估算");
  });

  test("a person's memory says what fits", async () => {
    const { text, chart } = await compare(["alpha-7b", "beta"], { vram: "8 GB" });
    expect(text).toContain("FP16 14 GB ✗、INT4 6 GB ✓");
    expect(text).toContain("1B INT4 1.5 GB ✓、9B INT8 ≈ 11 GB ✗");
    expect(chart?.limit).toEqual({ gb: 8, label: "你的显存 8 GB" });
  });

  test("memory is understood in the place of a further model", async () => {
    const named = await compare(["alpha-7b", "beta"], { vram: "8GB" });
    const inOrder = await compare(["alpha-7b", "beta", "8GB"]);
    expect(inOrder.text).toBe(named.text);
    expect(inOrder.chart?.limit?.gb).toBe(8);
    expect((await compare(["alpha-7b", "8GB"])).outcome).toBe("refused");
    expect((await compare(["alpha-7b", "beta", "3060", "8g"])).chart?.limit?.gb).toBe(8);
    expect((await compare(["alpha-7b", "beta", "8g"], { vram: "3060" })).chart?.limit?.gb).toBe(8);
    expect((await compare(["alpha-7b", "beta"], { vram: "2x3090" })).chart?.limit?.gb).toBe(48);
  });

  test("a variant's name narrows to the variant; what only its series states is marked", async () => {
    const { text, chart } = await compare(["Beta-9B", "beta 1b"]);
    expect(lineOf(text, "≠ **参数**")).toBe("≠ **参数** ① 9B · ② 1B");
    expect(lineOf(text, "≠ **上下文**")).toBe("≠ **上下文** ① 8K · ② 32K（整个系列）");
    expect(lineOf(text, "≠ **商用**")).toContain("① 可商用");
    expect(chart?.groups.map(({ bars }) => bars.map(labelOf))).toEqual([["INT8"], ["INT4"]]);
  });

  test("a family's name is its newest, and the answer says so", async () => {
    const { text } = await compare(["alphas", "beta"]);
    expect(text).toContain("「alphas」取其中最新的 Alpha-7B");
  });

  test("where tables are drawn the models are columns, and the chart is drawn in characters", async () => {
    const { view, text } = await compare(["alpha-7b", "beta"], { room: UNLIMITED, vram: "8" });
    expect(text).toContain("| 项目 | **Alpha-7B** | **Beta** |");
    expect(text).toContain("| ≠ **发布** | 2023-01-02 | 2024-05-06 |");
    const lines = renderView(view, { colour: false, columns: 60 }).split("\n");
    expect(lines.find((line) => line.startsWith("  FP16"))).toMatch(/^ {2}FP16 +█+│█+[▏▎▍▌▋▊▉]? +14 GB ✗$/);
    expect(lines.find((line) => line.startsWith("  9B INT8"))).toMatch(/▒+│▒+ +≈ 11 GB ✗$/);
    const places = lines.flatMap((line) => (/^ {2}\S.*│.*GB/.test(line) ? line.indexOf("│") : []));
    expect(places.length).toBe(4);
    expect(new Set(places).size).toBe(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(JSON.parse(JSON.stringify(view)).files[0]).toMatchObject({
      name: "memory.png",
      chart: { groups: [{}, {}] },
    });
  });

  test("every model can be opened from the answer", async () => {
    const { view } = await compare(["alpha-7b", "beta-9b", "beta-1b"]);
    expect(choicesOf(view).map(({ chosen }) => chosen)).toEqual([["alpha-7b"], ["beta"]]);
  });
});

describe("what cannot be compared", () => {
  test.each(LOCALES)("an unknown name is answered with near ones, which compare again, in %s", async (locale) => {
    const { outcome, view, text } = await compare(["alfa-7b", "beta"], { locale, vram: "8" });
    expect(outcome).toBe("refused");
    expect(text).toContain("alpha-7b");
    const choice = choicesOf(view).find(({ chosen }) => chosen[0] === "alpha-7b");
    expect(choice?.customId).toBe("compare:with:0:8:|beta");
    const shown: View[] = [];
    const context = contextOf(app, { locale, room: PAPER, show: (next) => shown.push(next) });
    expect(await app.router.press(choice?.customId ?? "", ["alpha-7b"], context)).toBe("answered");
    expect(chartOf(shown[0] ?? { components: [] })?.limit?.gb).toBe(8);
  });

  test("near names of a question that no button can hold are opened instead", async () => {
    const long = "Llama 中文社区 (Llama2-Chinese / Atom / Llama3-Chinese)";
    const { view, outcome } = await compare([
      "alfa-7b",
      long,
      "Chinese-LLaMA-Alpaca-2 (中文 LLaMA-2 & Alpaca-2)",
      "beta",
    ]);
    expect(outcome).toBe("refused");
    expect(choicesOf(view)[0]?.customId).toBe("model:open");
  });

  test.each(LOCALES)("a name like no other, and the same model twice, in %s", async (locale) => {
    const nothing = await compare(["zzzzzzzzzzzz", "beta"], { locale });
    expect(nothing.outcome).toBe("refused");
    expect(nothing.text).toContain("zzzzzzzzzzzz");
    const twice = await compare(["alpha-7b", "beta", "Alpha 7B"], { locale });
    expect(twice.outcome).toBe("refused");
    expect(twice.text).toContain("Alpha 7B");
  });

  test.each(LOCALES)("memory that is none, in %s", async (locale) => {
    for (const vram of ["0", "-8", "10001", "1e9", "viel", "8 TB", "", "NaN", "８８８８８", "0.01"]) {
      const { outcome, text } = await compare(["alpha-7b", "beta"], { locale, vram });
      // Nothing typed is nothing asked.
      expect(outcome, vram).toBe(vram === "" ? "answered" : "refused");
      if (vram === "10001") expect(text).toContain("10000");
    }
    for (const vram of ["8", "8GB", "8 g", "８ｇｂ", "7.5GiB", "10000g"])
      expect((await compare(["alpha-7b", "beta"], { locale, vram })).outcome, vram).toBe("answered");
  });
});

test.each(LOCALES)(
  "any two to four models fit a message in %s, with the same figures in words and in the chart",
  async (locale) => {
    const { entries } = app.services.catalog;
    const names = entries.flatMap(({ id, variants = [] }) => [id, ...variants.map(({ name }) => name)]);
    const some = fc.uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(some, fc.option(fc.constantFrom("6", "24", "640")), async (chosen, vram) => {
        const { outcome, view, text, chart } = await compare(chosen, { locale, ...(vram !== null && { vram }) });
        if (outcome === "refused") return;
        // Charts are drawn where Discord is; here only the text and the components are looked at.
        const { files: _files, ...rest } = view;
        const shown = flat(rest.components).filter(({ type }) => type !== 12);
        expect(() => toMessage({ components: shown })).not.toThrow();
        if (chart === undefined) return;
        const drawn = textsOf(memorySvg(chart));
        const words = text.replaceAll("\\", "");
        expect(chart.groups.flatMap(({ bars }) => bars).length).toBeLessThanOrEqual(16);
        for (const bar of chart.groups.flatMap(({ bars }) => bars)) {
          expect(drawn).toContain(bar.value);
          expect(words).toContain(`${labelOf(bar)} ${bar.value}`);
        }
        const gallery = flat(view.components).find((item) => item.type === 12);
        expect(gallery?.items[0].description.length).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 60 },
    );
  },
);

describe("the figures that stand for many", () => {
  const offer = (
    variant: string | undefined,
    parametersB: number,
    precision: "bf16" | "int8" | "int4",
    vramGb: number,
  ): MeasuredOffer => ({
    ...(variant !== undefined && { variant }),
    parametersB,
    precision,
    vramGb,
    architecture: undefined,
    estimated: false,
    secondary: false,
    stated: true,
  });
  const series = [1, 4, 8, 14, 32].flatMap((size) => [
    offer(`S-${size}B`, size, "bf16", size * 2),
    offer(`S-${size}B`, size, "int8", size),
    offer(`S-${size}B`, size, "int4", size / 2),
  ]);
  const shown = (limit: number, gb?: number): string[] =>
    selectOffers(series, limit, gb).map(({ variant, precision }) => `${variant} ${precision}`);

  test("the smallest and the largest, at the widest and the narrowest precision", () => {
    expect(shown(4)).toEqual(["S-1B bf16", "S-1B int4", "S-32B bf16", "S-32B int4"]);
    expect(shown(99)).toHaveLength(15);
  });

  test("with memory given, the largest that fits and its neighbours", () => {
    expect(shown(6, 5)).toEqual(["S-4B bf16", "S-4B int4", "S-8B bf16", "S-8B int4", "S-14B bf16", "S-14B int4"]);
    expect(shown(4, 0.1)).toEqual(["S-1B bf16", "S-1B int4", "S-4B bf16", "S-4B int4"]);
    expect(shown(4, 1000)).toEqual(["S-14B bf16", "S-14B int4", "S-32B bf16", "S-32B int4"]);
  });

  test("what is said of no variant is never left out", () => {
    const general = offer(undefined, 7, "int4", 6);
    expect(selectOffers([...series, general], 4, 1000)).toContain(general);
  });
});

test("autocomplete offers entries and variants, each a name that is found", () => {
  const context = contextOf(app);
  for (const typed of ["", "beta", "beta-9", "qwen3-8", "阿里", "chatglm", "清华"]) {
    const offered = app.router.complete("compare", "model3", typed, context);
    expect(offered.length, typed).toBeGreaterThan(0);
    expect(offered.length).toBeLessThanOrEqual(25);
    for (const { name, value } of offered) {
      expect(name.length).toBeLessThanOrEqual(100);
      expect(subjectNamed(value, app.services.catalog), value).toBeDefined();
    }
  }
  expect(app.router.complete("compare", "model1", "beta-9", context)[0]?.value).toBe("Beta-9B");
  expect(app.router.complete("compare", "model1", "beta", context)[0]?.value).toBe("beta");
  const memory = (typed: string) => app.router.complete("compare", "vram", typed, context).map(({ value }) => value);
  expect(memory("1")).toEqual(expect.arrayContaining(["1g", "12", "16"]));
  expect(memory("4090")).toContain("RTX 4090 24 GB");
});

test("a chart that cannot be drawn leaves the answer without a picture", async () => {
  const broken = await testApp();
  onTestFinished(() => broken.services.pictures.close());
  await broken.services.pictures.close();
  const shown: View[] = [];
  const context = contextOf(broken, { room: DISCORD_ROOM, show: (view) => shown.push(view) });
  expect(await broken.router.execute("compare", { model1: "chatglm-6b", model2: "qwen3" }, context)).toBe("answered");
  const [view = { components: [] }] = shown;
  expect(view.files).toBeUndefined();
  expect(textOf(view)).toContain("INT4 6 GB");
  expect(() => toMessage(view)).not.toThrow();
});
