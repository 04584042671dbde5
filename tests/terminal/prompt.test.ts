import { PassThrough } from "node:stream";
import stringWidth from "string-width";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "#src/app.ts";
import { completeLine } from "#src/terminal/complete-line.ts";
import { runPrompt } from "#src/terminal/prompt.ts";
import { renderMarkdown } from "#src/terminal/render.ts";

const { router, catalog } = await createApp({
  catalogDir: "catalog",
  locale: "zh-CN",
  logLevel: "silent",
  discord: undefined,
});
const app = { router, catalog, locale: "zh-CN" } as const;

/** A prompt on streams that claim to be a terminal. `type` resolves when what is expected has been printed. */
function openPrompt() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 150, hasColors: () => false });
  let written = "";
  const waiting = new Set<() => void>();
  stdout.setEncoding("utf8").on("data", (text: string) => {
    written += text;
    for (const look of waiting) look();
  });
  const stop = new AbortController();
  const ended = runPrompt(app, { stdin, stdout }, stop.signal);
  onTestFinished(() => {
    stdin.end();
    return ended;
  });
  const type = async (keys: string, expected: string): Promise<string> => {
    const from = written.length;
    const shown = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!written.slice(from).includes(expected)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
    });
    stdin.write(keys);
    await shown;
    return written.slice(from);
  };
  return { type, ended };
}

test("takes slash commands, and a number presses a button or opens an entry of the last answer", async () => {
  const { type } = openPrompt();
  const list = await type("/models int4\r", "输入编号");
  expect(list).toContain("ChatGLM-6B");
  const page = await type("1\r", "资源要求");
  expect(page).toContain("THUDM/ChatGLM-6B");
  expect(await type("99\r", "没有编号 99")).toBeTruthy();
  expect(await type("你好\r", "/models 你好")).toBeTruthy();
});

test("Tab completes a command, the up key brings the last line back, Ctrl-C clears the line, Ctrl-D leaves", async () => {
  const { type, ended } = openPrompt();
  await type("/mode", "/mode");
  await type("ls int4\r", "找到 4 个模型");
  await type("\u001b[A", "/models int4");
  await type("\u0003/hel\t", "/help ");
  await type("\r", "目录 Mulu 的命令");
  await type("\u0004", "再见");
  await ended;
});

test("completes commands, options, choices and names", () => {
  expect(completeLine("/mo", app)).toEqual([["/models ", "/model "], "/mo"]);
  expect(completeLine("/models sort:n", app)).toEqual([["newest", "name"], "n"]);
  expect(completeLine("/model chatg", app)[0]).toContain("chatglm-6b");
  expect(completeLine("/nothing x", app)[0]).toEqual([]);
  expect(completeLine("hello", app)[0]).toEqual([]);
});

test("columns with wide characters are aligned, and become lines where they do not fit", () => {
  const table = "| 模型 | 参数 |\n| --- | --- |\n| 清华大学 | 6.2B |\n| GLM | 7B |";
  const lines = renderMarkdown(table, { colour: false, columns: 80 }).split("\n");
  const starts = lines.map((line) => stringWidth(line.slice(0, line.search(/参数|6\.2B|7B/))));
  expect(new Set(starts).size).toBe(1);
  expect(
    renderMarkdown(table.replace("清华大学", "清华大学".repeat(20)), { colour: false, columns: 30 }),
  ).not.toContain("模型");
});

test("control and direction characters of data never reach the terminal", () => {
  expect(renderMarkdown("a\u001b[31mred\u0007\u202eb", { colour: false, columns: 80 })).toBe("a[31mredb");
});
