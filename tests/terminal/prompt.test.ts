import { PassThrough } from "node:stream";
import stringWidth from "string-width";
import { expect, onTestFinished, test } from "vitest";
import type { TerminalApp } from "#src/terminal/answer.ts";
import { completer } from "#src/terminal/complete.ts";
import { logAbovePrompt } from "#src/terminal/log-above-prompt.ts";
import { runPrompt } from "#src/terminal/prompt.ts";
import { renderMarkdown } from "#src/terminal/render.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { terminalOf, testApp } from "#tests/test-app.ts";

const plainApp = terminalOf(await testApp());

/** A prompt on streams that claim to be a terminal. `type` resolves when what is expected has been printed. */
function openPrompt(app: TerminalApp = plainApp, size: { rows?: number; columns?: number } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 150, hasColors: () => false, ...size });
  let written = "";
  const waiting = new Set<() => void>();
  stdout.setEncoding("utf8").on("data", (text: string) => {
    written += text;
    for (const look of waiting) look();
  });
  const stop = new AbortController();
  const log = logAbovePrompt(stdout);
  const ended = runPrompt(app, { stdin, stdout }, stop.signal, log.waiting);
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
  return { type, ended, stdout, log, written: () => written };
}

test("takes slash commands, and a number presses a button or opens an entry of the last answer", async () => {
  const { type } = openPrompt();
  const list = await type("/models chatglm-6b int4\r", "输入编号");
  expect(list).toContain("ChatGLM-6B");
  const page = await type("1\r", "资源要求");
  expect(page).toContain("THUDM/ChatGLM-6B");
  expect(await type("99\r", "没有编号 99")).toBeTruthy();
  expect(await type("你好\r", "/try qwen3 你好")).toBeTruthy();
});

test("Tab completes a command, the up key brings the last line back, Ctrl-C clears the line, Ctrl-D leaves", async () => {
  const { type, ended } = openPrompt();
  await type("/mode", "/mode");
  await type("ls int4\r", "个模型");
  await type("\u001b[A", "/models int4");
  await type("\u0003／hel\t", "/help ");
  await type("\r", "目录 Mulu 的命令");
  await type("\u0004", "再见");
  await ended;
});

test("a try streams into the prompt, Ctrl-C stops the answer and not the program, and continue asks for the next message", async () => {
  const ollama = await startOllama({ models: [{ name: "glm4:9b" }] });
  onTestFinished(() => ollama.stop());
  const { type } = openPrompt(terminalOf(await testApp({ OLLAMA_HOSTS: ollama.url })));
  ollama.script({ text: "尊敬的老师", tokensPerSecond: 100 });
  const first = await type("/try chatglm 写一封邮件\r", "输入编号");
  expect(first).toContain("尊敬的老师");
  expect(first).toContain("由 glm4:9b 代替");
  await type("2\r", "接着说");
  await type("再短一点\r", "输入编号");
  expect(ollama.requests[1]?.messages.map(({ content }) => content)).toEqual(["写一封邮件", "尊敬的老师", "再短一点"]);
  ollama.script({ endless: true });
  await type("/try glm4:9b 说个不停\r", "测试用的回答");
  await type("\u0003", "已停止");
  expect(await type("/status\r", "1 个模型")).toBeTruthy();
});

test("words are looked for, help helps, and exit leaves", async () => {
  const { type, ended } = openPrompt();
  expect(await type("qwen3　int4\r", "输入编号")).toMatch(/找到 \d+ 个模型/);
  expect(await type("？\r", "/help models 有每个命令")).toContain("/compare");
  expect(await type("/try\r", "例如")).toContain("用法：/try <model> <prompt>");
  await type("exit\r", "再见");
  await ended;
});

test("a question is cancelled by an empty answer, and a command typed for an answer is a command", async () => {
  const ollama = await startOllama({ models: [{ name: "glm4:9b" }] });
  onTestFinished(() => ollama.stop());
  const { type } = openPrompt(terminalOf(await testApp({ OLLAMA_HOSTS: ollama.url })));
  await type("/try glm4:9b 你好\r", "输入编号");
  await type("2\r", "（直接回车取消）：");
  await type("\r", "已取消");
  await type("2\r", "（直接回车取消）：");
  await type("／status\r", "1 个模型");
  await type("/try glm4:9b 再见\r", "输入编号");
  await type("2\r", "（直接回车取消）：");
  // A path is no command.
  await type("/etc/passwd 是什么\r", "输入编号");
  expect(ollama.requests.map(({ messages }) => messages.at(-1)?.content)).toEqual([
    "你好",
    "再见",
    "/etc/passwd 是什么",
  ]);
});

test.each([
  ["", 0],
  ["/models int4", 0],
  ["x".repeat(60), 1],
])("a line of the log stands above %j, which is drawn again", async (typed, rows) => {
  const { type, log, written } = openPrompt(plainApp, { columns: 40 });
  if (typed !== "") await type(typed, typed.slice(-1));
  const from = written().length;
  log.write("WARN a host is out\n");
  const up = rows > 0 ? `\u001b[${rows}A` : "";
  expect(written().slice(from)).toBe(`${up}\u001b[1G\u001b[0JWARN a host is out\nmulu> ${typed}`);
});

/** The rows that a text takes in a window. */
const rowsOf = (text: string, columns: number): number =>
  text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);

test.each([
  [80, 24],
  [120, 40],
  [160, 30],
])("in a window of %i × %i nothing scrolls past the top before it was read", async (columns, rows) => {
  const { type } = openPrompt(plainApp, { columns, rows });
  const answers = { "qwen int4": "输入编号", "/fit 8": "输入编号", "/model qwen3": "来源", "/help": "/help models" };
  for (const [line, end] of Object.entries(answers)) {
    let part = await type(`${line}\r`, "mulu> ");
    const parts = [part];
    while (part.includes("回车接着看")) {
      // The line itself is above what is answered, and may go.
      expect(rowsOf(part.slice(part.indexOf("\n") + 1), columns)).toBeLessThanOrEqual(rows);
      part = await type("\r", "mulu> ");
      parts.push(part);
    }
    // The heading of the last section; what stands under it may be a part of its own.
    expect(parts.slice(-2).join(""), line).toContain(end);
    if (line === "/model qwen3") expect(parts.length).toBeGreaterThan(2);
  }
});

test("a list is as long as the window is high, and its next page goes on where it ended, also after a resize", async () => {
  const { type, stdout } = openPrompt(plainApp, { columns: 200, rows: 20 });
  const shown = async (keys: string): Promise<string[]> =>
    [...(await type(keys, "输入编号")).matchAll(/^(\S.*?) {2,}([a-z0-9.-]+) {2,}/gm)].map(([, , id = ""]) => id);
  const first = await shown("/models int4\r");
  expect(first.length).toBeGreaterThan(5);
  Object.assign(stdout, { rows: 50 });
  const second = await shown(`${first.length + 1}\r`);
  expect(second).toHaveLength(first.length);
  const more = await shown("/models int4\r");
  expect(more.slice(0, first.length * 2)).toEqual([...first, ...second]);
});

test("completes commands, options, choices and names", () => {
  expect(completer("/mo", plainApp)).toEqual([["/models ", "/model "], "/mo"]);
  expect(completer("/models sort:n", plainApp)).toEqual([["newest", "name"], "n"]);
  expect(completer("/model chatg", plainApp)[0]).toContain("chatglm-6b");
  expect(completer("/nothing x", plainApp)[0]).toEqual([]);
  expect(completer("/try chatglm 写", plainApp)).toEqual([[], "写"]);
});

test("completes the word that is being typed for the option it stands for", () => {
  const [models, typed] = completer("/compare chatglm-6b qwen3-8", plainApp);
  expect([models[0], typed]).toEqual(["Qwen3-8B", "qwen3-8"]);
  expect(completer("/compare chatglm-6b ", plainApp)[1]).toBe("");
  expect(completer("/compare model3:belle chatglm-6b qwen3 vram:12", plainApp)[0][0]).toBe("12");
  expect(completer('/compare "chatglm', plainApp)[0]).toEqual([]);
  expect(completer("/compare a b minicpm-v", plainApp)[0]).toContain('"MiniCPM-V 2.0"');
  expect(completer("/models int4 7", plainApp)[1]).toBe("int4 7");
  expect(completer("hello", plainApp)[0]).toEqual([]);
});

test("completes as the page does: a full-width slash, capitals, flags, options that the line does not have yet", () => {
  expect(completer("／Mo", plainApp)).toEqual([["/models ", "/model "], "／Mo"]);
  expect(completer("/statu", plainApp)[0]).toEqual(["/status"]);
  expect(completer("/models sort:N", plainApp)).toEqual([["newest", "name"], "N"]);
  expect(completer("/try qwen3 你好 think:t", plainApp)).toEqual([["true"], "t"]);
  expect(completer("/try qwen3 你好 th", plainApp)).toEqual([["think:"], "th"]);
  expect(completer("/try qwen3 think:true 你好 th", plainApp)[0]).toEqual([]);
  // What stands before the closing mark is not the end of the line.
  expect(completer('/compare "chatglm-6b"', plainApp)[0]).toEqual([]);
});

test("columns with wide characters are aligned, broken inside of cells, and become lines where they do not fit", () => {
  const table = "| 模型 | 参数 |\n| --- | --- |\n| 清华大学 | 6.2B |\n| GLM | 7B |";
  const lines = renderMarkdown(table, { colour: false, columns: 80 }).split("\n");
  const starts = lines.map((line) => stringWidth(line.slice(0, line.search(/参数|6\.2B|7B/))));
  expect(new Set(starts).size).toBe(1);
  const long = table.replace("清华大学", "清华大学".repeat(20));
  const broken = renderMarkdown(long, { colour: false, columns: 30 }).split("\n");
  for (const line of broken) expect(stringWidth(line)).toBeLessThanOrEqual(30);
  expect(broken.join("").match(/清华大学/g)?.length).toBe(20);
  expect(stringWidth(broken[1]?.slice(0, broken[1].indexOf("6.2B")) ?? "")).toBe(26);
  expect(renderMarkdown(long, { colour: false, columns: 17 })).not.toContain("模型");
});

test("control and direction characters of data never reach the terminal", () => {
  expect(renderMarkdown("a\u001b[31mred\u0007\u202eb", { colour: false, columns: 80 })).toBe("a[31mredb");
});
