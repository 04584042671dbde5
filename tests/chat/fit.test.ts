import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOCALES, type Locale, textIn } from "#src/base/locale.ts";
import { findFits } from "#src/catalog/memory/fit.ts";
import type { FitRequest } from "#src/catalog/memory/ways.ts";
import { bar } from "#src/chat/fit/line.ts";
import { LIMITS, type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import { toMessage } from "#src/discord/message.ts";
import { type Choice, choicesOf } from "#src/terminal/render.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const { entries } = realCatalog;
const app = await testApp();
const MESSAGE: Room = { components: 40, characters: 4000, listLength: 10, tables: false, pictures: true, live: true };

type Asked = { outcome: string; view: View; text: string };
async function act(
  run: (context: ReturnType<typeof contextOf>) => Promise<string>,
  { room = UNLIMITED, locale = "zh-CN" }: { room?: Room; locale?: Locale } = {},
): Promise<Asked> {
  const shown: View[] = [];
  const outcome = await run(contextOf(app, { locale, room, show: (view) => shown.push(view) }));
  const view = shown.at(-1) ?? { components: [] };
  return { outcome, view, text: textOf(view) };
}
const textOf = ({ components }: View): string =>
  components
    .flatMap((item) => (item.type === 17 ? item.components : [item]))
    .map((item) => (item.type === 10 ? item.content : ""))
    .join("\n");
const ask = (given: Record<string, string>, surface?: { room?: Room; locale?: Locale }): Promise<Asked> =>
  act((context) => app.router.execute("fit", given, context), surface);
const press = ({ customId, chosen }: Choice, locale: Locale): Promise<Asked> =>
  act((context) => app.router.press(customId, chosen, context), { room: MESSAGE, locale });

describe("/fit", () => {
  test("tells of each what it takes, where that is from, and how to run it", async () => {
    const { text, outcome } = await ask({ vram: "8" }, { room: { ...UNLIMITED, tables: false } });
    expect(outcome).toBe("answered");
    expect(text).toContain("### 8 GB 显存能跑");
    expect(text).toMatch(
      /\*\*Qwen3\.5\*\* · Qwen3\.5-9B · GGUF Q4\\?_K\\?_M · 可商用\n-# ▓▓▓▓▓▓▓░ ≈ 7\.\d \/ 8 GB（估计） · 4K 上下文 · Ollama/,
    );
    expect(text).toContain("`ollama run qwen3.5:9b`");
    // What a source states for less context is no longer its figure; what it states for as much is.
    expect(text).toMatch(/\*\*VisualGLM-6B\*\* · INT4 · 不可商用\n-# ▓▓▓▓▓▓▓░ ≈ 7\.\d \/ 8 GB（估计）/);
    expect(text).toMatch(/\*\*ChatGLM-6B\*\* · INT4\+QE · 登记后可商用\n-# ▓▓▓▓░░░░ 4\.3 \/ 8 GB · 2K 上下文/);
    expect(text).toContain("没有指定上下文，按 4K 计算");
    expect(text).toMatch(/Ling 3\.0\*\* ⚠ 二手资料/);
    expect(text).toContain("翻译专用");
  });

  test("a figure that we added context to is no longer the source's", async () => {
    const { text } = await ask({ vram: "24", context: "32k" }, { room: { ...UNLIMITED, tables: false } });
    const request: FitRequest = { machine: { cards: 1, cardGb: 24 }, contextTokens: 32_768, commercial: false };
    const found = findFits(entries, request);
    const fits = [...found.fits, ...found.borderline];
    expect(fits.filter(({ basis }) => basis === "grown").length).toBeGreaterThan(1);
    const lines = text.split("\n").filter((item) => item.startsWith("-# ▓"));
    const ours = lines.filter((line) => /[▓░] ≈/.test(line));
    expect(ours).toHaveLength(fits.filter(({ basis }) => basis !== "measured").length);
    expect(text).toContain("上下文 ≥ 32K");
  });

  test("tells the longest context, a narrower cache, and how fast the cards can be at most", async () => {
    const { text, view } = await ask(
      { vram: "RTX 4090", context: "max", cache: "q8_0" },
      { room: { ...MESSAGE, listLength: 5 } },
    );
    expect(text).toContain("上下文 各模型最长 · KV 缓存 q8_0");
    expect(text).not.toContain("没有指定上下文");
    expect(text).toMatch(/· \d+K 上下文 · Ollama · ≤ \d+ tokens\/s/);
    const next = choicesOf(view).find(({ label }) => label === "下一页");
    const second = next && (await press(next, "zh-CN"));
    expect(second?.text).toContain("上下文 各模型最长 · KV 缓存 q8_0");
    expect(second?.text).toContain("tokens/s");
  });

  test("names a larger variant that fits too", async () => {
    const { text } = await ask({ vram: "24" }, { room: { ...UNLIMITED, tables: false } });
    expect(text).toMatch(/也装得下 Qwen3\.\d-35B-A3B（[^）]+，≈ [\d.]+ GB）/);
  });

  test.each(LOCALES)("fits messages, page by page, with nothing lost, in %s", async (locale) => {
    const lines = ({ text }: Asked): string[] =>
      text.split("\n").filter((line) => line.startsWith("**") && !line.endsWith("**"));
    let page = await ask({ vram: "24GB", ram: "128", commercial: "true" }, { room: MESSAGE, locale });
    const seen = lines(page);
    for (;;) {
      toMessage(page.view);
      for (const { customId } of choicesOf(page.view)) expect(customId.length).toBeLessThanOrEqual(LIMITS.customId);
      const next = choicesOf(page.view).find(({ label }) => label === textIn(locale)("pages.next"));
      if (next === undefined) break;
      page = await press(next, locale);
      seen.push(...lines(page));
    }
    const request: FitRequest = { machine: { cards: 1, cardGb: 24, ramGb: 128 }, commercial: true };
    const { fits, borderline, partial } = findFits(entries, request);
    expect(partial.length).toBeGreaterThan(0);
    expect(seen).toHaveLength(fits.length + borderline.length + partial.length);
    expect(page.text).toContain(textIn(locale)("fit.partial", { ram: "128 GB" }));
  });

  test("what may fit or not stands apart, after what fits", async () => {
    const { text } = await ask({ vram: "16" }, { room: { ...UNLIMITED, tables: false } });
    const [sure = "", close = ""] = text.split("差一点，不一定放得下");
    const request: FitRequest = { machine: { cards: 1, cardGb: 16 }, commercial: false };
    const { fits, borderline } = findFits(entries, request);
    const lines = (part: string) => part.split("\n").filter((item) => item.startsWith("-# ▓")).length;
    expect([lines(sure), lines(close)]).toEqual([fits.length, borderline.length]);
    expect(borderline.length).toBeGreaterThan(0);
    expect(close).not.toContain("余量不足一成");
  });

  test("the way to what needs main memory is one button", async () => {
    const { view, text } = await ask({ vram: "8", ram: "64" }, { room: MESSAGE });
    expect(text).toMatch(/借用内存还能跑 \d+ 个（慢得多），在最后：Qwen/);
    const jump = choicesOf(view).find(({ label }) => label === "看借用内存的");
    if (jump === undefined) throw new Error("a button leads there");
    const last = await press(jump, "zh-CN");
    expect(last.text).toMatch(/要把一部分放进内存（64 GB），慢得多：\*\*\n\n\*\*|慢得多/);
    expect(last.text).toMatch(/显存放得下 \d+%，共需 ≈ [\d.]+ GB/);
    const used = [...JSON.stringify(view).matchAll(/"custom_id":"([^"]*)"/g)].map(([, id]) => id);
    expect(used.length).toBeGreaterThan(3);
    expect(new Set(used).size).toBe(used.length);
  });

  test("a menu opens an entry", async () => {
    const { view } = await ask({ vram: "8" }, { room: MESSAGE });
    const open = choicesOf(view).find(({ chosen }) => chosen.includes("qwen3.5"));
    expect(open && (await press(open, "zh-CN")).text).toContain("## Qwen3.5");
  });

  test("where nothing fits it names what comes nearest, smallest first, and what main memory would do", async () => {
    const { text, outcome, view } = await ask({ vram: "1", purpose: "vision" }, { room: MESSAGE });
    expect(outcome).toBe("answered");
    expect(text).toMatch(/没有能放进 1 GB 显存的模型\n条件：看图\n-# 没有指定上下文.*\n内存也可以用上/);
    const needs = [...text.matchAll(/需要 (?:≈ )?(?:[\d.]+–)?([\d.]+) GB/g)].map(([, gb]) => Number(gb));
    expect(needs).toHaveLength(5);
    expect(needs).toEqual(needs.toSorted((a, b) => a - b));
    expect(toMessage(view)).toBeDefined();
    const none = await ask({ vram: "8", context: "90m" });
    expect(none.text).toContain("没有更小的符合这些条件");
  });

  test("commercial use says what it leaves out", async () => {
    const { text } = await ask({ vram: "8", commercial: "true" });
    expect(text).toMatch(/因许可没有列出 \d+ 个：不可商用 \d+ 个，未明确 \d+ 个/);
  });

  test.each(LOCALES)("values that mean nothing are refused with examples, in %s", async (locale) => {
    for (const [given, example] of [
      [{ vram: "0" }, "2x24"],
      [{ vram: "-8" }, "2x24"],
      [{ vram: "10001" }, "2x24"],
      [{ vram: "八" }, "2x24"],
      [{ vram: "8", ram: "many" }, "64GB"],
      [{ vram: "8", context: "0" }, "32768"],
      [{ vram: "8", purpose: "dance" }, "reasoning"],
    ] as const) {
      const { outcome, text } = await ask(given, { locale });
      expect(outcome).toBe("refused");
      expect(text).toContain(example);
    }
  });

  test("whatever is typed, it is answered or refused and nothing fails", async () => {
    const piece = fc.constantFrom(
      "8",
      "24",
      "0",
      "-",
      ".",
      "e9",
      "x",
      "×",
      "g",
      "GB",
      "k",
      "m",
      " ",
      "显存",
      "∞",
      "1".repeat(9),
    );
    const typed = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(typed, typed, typed, async (vram, ram, context) => {
        const { outcome, view } = await ask({ vram, ram, context }, { room: MESSAGE });
        expect(["answered", "refused"]).toContain(outcome);
        toMessage(view);
        for (const { customId, label } of choicesOf(view)) {
          if (customId.startsWith("fit:") && label === "下一页") {
            expect((await press({ customId, chosen: [], label }, "zh-CN")).outcome).toBe("answered");
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("offers usual cards by their memory and by their names", () => {
    const complete = (typed: string) => app.router.complete("fit", "vram", typed, contextOf(app));
    expect(complete("").length).toBeGreaterThan(8);
    expect(complete("")[0]).toMatchObject({
      name: expect.stringContaining(" GB · "),
      value: expect.stringMatching(/^\d+$/),
    });
    expect(complete("24")[0]).toMatchObject({ name: expect.stringContaining("RTX 4090"), value: "24" });
    expect(complete("4090").slice(0, 3)).toEqual([
      { name: "RTX 4090 24 GB · 1008 GB/s", value: "RTX 4090 24 GB" },
      { name: "RTX 4090 48 GB · 1008 GB/s", value: "RTX 4090 48 GB" },
      { name: "RTX 4090 D 24 GB · 1008 GB/s", value: "RTX 4090 D 24 GB" },
    ]);
    expect(complete("2x3090")[0]).toEqual({ name: "2×RTX 3090 · 2×24 GB · 936.2 GB/s", value: "2×RTX 3090" });
    expect(complete("m4 max 64")[0]).toEqual({
      name: "Apple M4 Max 64 GB · 48 GB · 546 GB/s",
      value: "Apple M4 Max 64 GB",
    });
    expect(complete("2x24")[0]).toEqual({ name: "2×24 GB", value: "2x24g" });
    expect(complete("zzz")).toEqual([]);
  });
});

test.each([
  [0, "░░░░░░░░"],
  [0.01, "▓░░░░░░░"],
  [0.5, "▓▓▓▓░░░░"],
  [0.99, "▓▓▓▓▓▓▓░"],
  [1, "▓▓▓▓▓▓▓▓"],
])("a bar of %s", (share, drawn) => {
  expect(bar(share)).toBe(drawn);
});

describe("a button of a message from before", () => {
  const pressed = (id: string) => act((context) => app.router.press(id, [], context), { room: MESSAGE });

  test("without the choice of a cache still turns the page", async () => {
    const { outcome, text } = await pressed("fit:page:1:24g:-:-:code:all");
    expect(outcome).toBe("answered");
    expect(text).toContain("24 GB");
  });

  test.each(["fit:page", "fit:page:-1:24g:-:-:-:-:all", "fit:page:0:24g:-:-:-:cooking:all", "fit:page:0:24g"])(
    "that cannot be read says so: %s",
    async (id) => {
      const { outcome } = await pressed(id);
      expect(outcome).toBe("refused");
    },
  );
});
