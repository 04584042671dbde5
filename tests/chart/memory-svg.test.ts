import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canDraw, widthOf } from "#src/chart/glyphs.ts";
import { memorySvg } from "#src/chart/memory-svg.ts";
import { scaleOf } from "#src/chart/scale.ts";
import { bar, chartOf, drawn, textsOf } from "#tests/chart/drawing.ts";

const bars = { "ChatGLM-6B": [bar("FP16", 13), bar("INT8", 8), bar("INT4", 6)], Qwen3: [bar("8B AWQ", 9, true)] };

/** Left end, length and fill of every bar. */
const rectangles = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="11" rx="2" fill="([^"]+)"/g)].map(
    ([, x = "", width = "", fill = ""]) => ({ x: Number(x), width: Number(width), fill }),
  );
const limitOf = (svg: string): number => Number(/<path d="M([\d.]+) [\d.]+V[\d.]+" stroke="#f4c95d"/.exec(svg)?.[1]);

describe("a chart as SVG", () => {
  test("says every figure and every name, and draws bars in proportion from 0", () => {
    const chart = chartOf(bars);
    const svg = memorySvg(chart);
    const texts = textsOf(svg);
    for (const text of ["ChatGLM-6B", "Qwen3", "FP16", "8B AWQ", "13 GB", "8 GB", "6 GB", "≈ 9 GB", "0"])
      expect(texts).toContain(text);
    const [fp16, int8, int4, awq] = rectangles(svg);
    expect((int8?.width ?? 0) / (fp16?.width ?? 1)).toBeCloseTo(8 / 13, 2);
    expect((int4?.width ?? 0) / (fp16?.width ?? 1)).toBeCloseTo(6 / 13, 2);
    expect(awq?.fill).toBe("url(#fits)");
    expect(texts).toContain("估算");
    expect(texts).not.toContain("超出");
    expect(drawn(svg).width).toBe(400);
  });

  test("marks what goes beyond the limit by a sign, not by colour alone, and the line stands at its figure", () => {
    const svg = memorySvg(chartOf(bars, 8));
    const texts = textsOf(svg);
    expect(texts).toContain("你的显存 8 GB");
    expect(texts).toContain("超出");
    const [fp16, int8, int4, awq] = rectangles(svg);
    expect([fp16?.fill, int8?.fill, int4?.fill, awq?.fill]).toEqual(["#ee8a4f", "#6ea8fe", "#6ea8fe", "url(#beyond)"]);
    expect(limitOf(svg)).toBeCloseTo((int8?.x ?? 0) + (int8?.width ?? 0), 1);
    // Two bars and the explanation.
    expect(svg.match(/<path d="M[\d.]+ [\d.]+l8 8m0 -8l-8 8"/g)?.length).toBe(3);
  });

  test("a model without figures says so", () => {
    const texts = textsOf(memorySvg(chartOf({ ...bars, "open-llama": [] })));
    expect(texts.slice(texts.indexOf("open-llama"))[1]).toBe("未注明");
  });

  test("figures that differ by more than twenty times are on a logarithmic scale that says so", () => {
    const svg = memorySvg(chartOf({ Small: [bar("INT4", 1)], Large: [bar("BF16", 1000)] }));
    expect(textsOf(svg)).toContain("对数刻度");
    for (const { width } of rectangles(svg)) expect(width).toBeGreaterThan(5);
    expect(textsOf(memorySvg(chartOf({ Small: [bar("INT4", 1)], Large: [bar("BF16", 20)] })))).not.toContain(
      "对数刻度",
    );
  });

  test("what the font lacks is said in other words: the id, the plain label", () => {
    const texts = textsOf(memorySvg(chartOf({ 𠮷模型: [bar("𠀀 INT4", 6)], Second: [bar("INT4", 6)] })));
    expect(texts).toContain("entry-0");
    expect(texts).toContain("plain");
    for (const text of texts) expect(canDraw(text), text).toBe(true);
  });

  test("whatever a name holds is shown as text, and nothing runs out of the card", () => {
    const name = fc.string({
      unit: fc.constantFrom(..."<>&\"'/ aW显存😀\u0000\u202e\n]".split(""), "</text>", "<script>", "]]>", "&amp;"),
      minLength: 1,
      maxLength: 60,
    });
    const figure = fc.double({ min: 0.1, max: 5000, noNaN: true }).map((gb) => Number(gb.toFixed(2)));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, name, figure), { minLength: 1, maxLength: 4 }),
        fc.option(figure),
        (items, limit) => {
          const groups = Object.fromEntries(
            items.map(([group, label, gb]) => [group, [bar(`${label} INT4`, gb), bar("FP16", gb * 2, true)]]),
          );
          const svg = memorySvg(chartOf(groups, limit ?? undefined));
          expect(() => drawn(svg)).not.toThrow();
          expect(svg).not.toMatch(/<script|<\/text><\/text>/);
          for (const [, x = "", size = "", content = ""] of svg.matchAll(
            /<text x="([-\d.]+)" y="[\d.]+" font-size="(\d+)" fill="[^"]+">([^<]*)<\/text>/g,
          )) {
            const [text = ""] = textsOf(`<text >${content}</text>`);
            expect(canDraw(text)).toBe(true);
            expect(Number(x)).toBeGreaterThanOrEqual(16);
            expect(Number(x) + widthOf(text, Number(size))).toBeLessThanOrEqual(384.01);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("a scale keeps the order, ends where its ticks end, and has few ticks", () => {
  const figure = fc.double({ min: 0.1, max: 10_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(figure, { minLength: 1, maxLength: 16 }), fc.option(figure), (figures, limit) => {
      const scale = scaleOf(chartOf({ Model: figures.map((gb) => bar("INT4", gb)) }, limit ?? undefined));
      const all = [...figures, ...(limit === null ? [] : [limit])].toSorted((a, b) => a - b);
      const places = all.map(scale.place);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places[0]).toBeGreaterThan(0);
      expect(places.at(-1)).toBeLessThanOrEqual(1 + 1e-9);
      expect(scale.logarithmic).toBe((all.at(-1) ?? 0) > (all[0] ?? 0) * 20);
      expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
      expect(scale.ticks.length).toBeLessThanOrEqual(7);
      for (const tick of scale.ticks) expect(String(tick).length).toBeLessThanOrEqual(5);
    }),
  );
});
