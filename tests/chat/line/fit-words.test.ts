import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerLine } from "#src/chat/line/answer.ts";
import { completeLine } from "#src/chat/line/complete.ts";
import { parseLine } from "#src/chat/line/parse.ts";
import type { View } from "#src/chat/view.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const app = await testApp();
const find = (name: string) => app.router.commands.find((command) => command.name === name);
const parse = (line: string) => parseLine(line, find, app.services);

const textOf = ({ components }: View): string =>
  components
    .flatMap((item) => (item.type === 17 ? item.components : [item]))
    .map((item) => (item.type === 10 ? item.content : ""))
    .join("\n");
async function answer(run: (context: ReturnType<typeof contextOf>) => Promise<string>) {
  const shown: View[] = [];
  const outcome = await run(contextOf(app, { show: (view) => shown.push(view) }));
  return { outcome, text: shown.map(textOf).join("\n") };
}
const type = (line: string) => answer((context) => answerLine(line, app.router, context));

describe("the words behind /fit", () => {
  test.each([
    ["8", { vram: "8" }],
    ["24 GB", { vram: "24 GB" }],
    ["24 64", { vram: "24", ram: "64" }],
    ["24 GB 64 GB", { vram: "24 GB", ram: "64 GB" }],
    ["8 64 32768", { vram: "8", ram: "64", context: "32768" }],
    ["8 8192", { vram: "8", context: "8192" }],
    ["8 64 8192", { vram: "8", ram: "64", context: "8192" }],
    ["8 32k", { vram: "8", context: "32k" }],
    ["8 ram:64", { vram: "8", ram: "64" }],
    ["8 ram:64 GB", { ram: "64" }],
    ["4090 ram:64 GB", { vram: "4090", ram: "64" }],
    ["8 context:128k", { vram: "8", context: "128k" }],
    ["A100 40G", { vram: "A100 40G" }],
    ["A100 80G 64", { vram: "A100 80G", ram: "64" }],
    ["2x A100 80G 64", { vram: "2x A100 80G", ram: "64" }],
    ["vram:A100 40G", { vram: "A100 40G" }],
    ['vram:"A100 40G" 64 context:32k', { vram: "A100 40G", ram: "64", context: "32k" }],
    ['"M4 Max 64GB"', { vram: "M4 Max 64GB" }],
    ["M4 Max 64GB", { vram: "M4 Max 64GB" }],
    ["M4 Max 64GB 内存", { vram: "M4 Max 64GB" }],
    ["M4 Max 内存 64GB", { vram: "M4 Max   64GB" }],
    ["4060 笔记本", { vram: "4060 笔记本" }],
    ["4060 笔记本 16G 内存", { vram: "4060 笔记本", ram: "16G 内存" }],
    ["4070 Ti Super", { vram: "4070 Ti Super" }],
    ["H20 96G", { vram: "H20 96G" }],
    ["3060 12g", { vram: "3060 12g" }],
    ["3060 12g 32g", { vram: "3060 12g", ram: "32g" }],
    ["3060 32g", { vram: "3060", ram: "32g" }],
    ["3060 显存 32g", { vram: "3060   32g" }],
    ["4090 24G 内存 64G", { vram: "4090 24G", ram: "内存 64G" }],
    ["8g 内存 64", { vram: "8g", ram: "内存 64" }],
    ["显存 24G", { vram: "24G" }],
    ["两张 4090", { vram: "两张 4090" }],
    ["2 4090", { vram: "2x4090" }],
    ["双3090 内存64", { vram: "双3090", ram: "内存 64" }],
    ["4090 内存：64G，上下文：32k", { vram: "4090", ram: "内存 64G", context: "32k" }],
    [
      "4090 内存 64G 上下文 32k 写代码 商用",
      { vram: "4090", ram: "内存 64G", context: "32k", purpose: "code", commercial: "true" },
    ],
    ["写小说 4090", { vram: "4090", purpose: "writing" }],
    ["4090 用途:看图 q8_0 max", { vram: "4090", purpose: "vision", cache: "q8_0", context: "max" }],
    ["4090 能跑什么", { vram: "4090" }],
    ["我的显卡是4090", { vram: "4090" }],
    ["一张4090能跑什么", { vram: "一张4090" }],
    ["2048", { vram: "2048" }],
  ])("%s", (words, expected) => {
    expect(parse(`/fit ${words}`)).toMatchObject({ command: "fit", given: expected });
  });

  test.each([
    ["/fit A100 40G", "A100 40 GB"],
    ["/fit M4 Max 64GB", "Apple M4 Max 64 GB"],
    ["/fit 3060 32g", "RTX 3060 12 GB"],
    ["/fit 3060 32g", "内存 32 GB"],
    ["/fit 双3090 内存64", "2×RTX 3090"],
    ["/fit 4090 内存 64G 上下文 32k 写代码 商用", "上下文 ≥ 32K"],
    ["/fit 8 purpose:写小说", "写作"],
    ["/fit 8 purpose:寫小說", "写作"],
    ["/fit 8 purpose:写作", "写作"],
    ["/fit 8 purpose:看图", "看图"],
    ["/fit 8 purpose:编程", "写代码"],
    ["/fit 8 purpose:推理和思考", "推理"],
    ["/fit 8 purpose:智能體與工具呼叫", "智能体"],
  ])("%s is answered with %s", async (line, expected) => {
    const { outcome, text } = await type(line);
    expect(text).toContain(expected);
    expect(outcome).toBe("answered");
  });

  test.each([
    ["/fit 4090 蓝色的", "看不懂「蓝色的」。\n用法：`/fit <vram>"],
    ["/fit 4090 不商用", "看不懂「不商用」"],
    ["/fit", "缺少 vram"],
    ["/fit 写代码", "缺少 vram"],
    ["/fit 8 purpose:跳舞", "purpose 可以是 chat"],
    ["/fit RTX 4099", "相近的有 RTX 4090"],
    ["/fit 树莓派 8g", "看不懂「树莓派」"],
    ["/fit 星辰大海", "看不懂显存「星辰大海」。请写"],
    ["/fit 4090 ram:many", "看不懂内存「many」"],
  ])("%s is refused with %s", async (line, expected) => {
    const { outcome, text } = await type(line);
    expect(text).toContain(expected);
    expect(outcome).toBe("refused");
  });

  test("whatever is typed is read or refused", () => {
    const piece = fc.constantFrom(
      "8",
      "4090",
      "A100",
      "40G",
      "内存",
      "上下文",
      "显存",
      "：",
      " ",
      "x",
      "32k",
      "张",
      "M4",
      "商用",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        expect(parse(`/fit ${parts.join("")}`)?.command).toBe("fit");
      }),
    );
  });
});

describe("options apart, as Discord gives them", () => {
  const give = (given: Record<string, string>) => answer((context) => app.router.execute("fit", given, context));

  test.each([
    [{ vram: "A100 40G" }, "A100 40 GB"],
    [{ vram: "3060", ram: "12g" }, "内存 12 GB"],
    [{ vram: "M4 Max", ram: "64" }, "Apple M4 Max 64 GB"],
    [{ vram: "M4 Max 36GB", ram: "64" }, "Apple M4 Max 36 GB"],
    [{ vram: "8", purpose: "writing" }, "写作"],
  ])("%o", async (given, expected) => {
    expect((await give(given)).text).toContain(expected);
  });
});

test("a choice is known by what it is called", async () => {
  const named = await type("/models qwen3 sort:最新发布");
  expect(named.outcome).toBe("answered");
  expect(named.text).toBe((await type("/models qwen3 sort:newest")).text);
  expect((await type("/models qwen3 sort:最好看")).outcome).toBe("refused");
});

test("a card of several words is completed as a whole, and what follows it as another option", () => {
  const complete = (line: string) => completeLine(line, app.router, contextOf(app));
  expect(complete("/fit 4070 Ti").items[0]).toMatchObject({ replaces: "4070 Ti", text: "RTX 4070 Ti" });
  expect(complete("/fit A100 40").items[0]).toMatchObject({
    replaces: "A100 40",
    text: expect.stringContaining("40 GB"),
  });
  expect(complete("/fit 4090 ").hint).toMatch(/^ram · /);
  expect(complete("/fit 4090 co").items.map(({ label }) => label)).toEqual(["context:", "commercial:"]);
  expect(complete("/fit 4090 商用 ").items.map(({ label }) => label)).not.toContain("commercial:");
});
