import { expect, test } from "vitest";
import { answerLine } from "#src/chat/line/answer.ts";
import { isSlashCommand } from "#src/chat/line/words.ts";
import type { View } from "#src/chat/view.ts";
import { renderView } from "#src/terminal/render.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const app = await testApp();

/** What a line is answered with, as text. */
async function answer(line: string) {
  let shown = "";
  const show = (view: View): void => {
    shown += renderView(view, { colour: false, columns: Number.POSITIVE_INFINITY });
  };
  const outcome = await answerLine(line, app.router, contextOf(app, { show }));
  return { outcome, shown };
}

test.each([
  ["qwen3 int4", "/models qwen3 int4"],
  ["  千问　int4 ", "/models 千问 int4"],
  ["8G显存能跑什么模型", "/models 8G显存能跑什么模型"],
  ["what model can I run on 8 GB?", "/models what model can I run on 8 GB?"],
  ["models int4", "/models int4"],
  ["Model chatglm", "/model chatglm"],
  ["fit 24", "/fit 24"],
  ["compare chatglm-6b belle", "/compare chatglm-6b belle"],
  ["help", "/help"],
  ["？", "/help"],
  ["?", "/help"],
  ["帮助", "/help"],
  ["幫助 model", "/help model"],
  ["help /model", "/help model"],
  ["／models　int4", "/models int4"],
  ["、models int4", "/models int4"],
  ["/model：chatglm", "/model chatglm"],
  ["/model: chatglm", "/model chatglm"],
  ["／fit　vram：８", "/fit vram:８"],
  ["\ufeff/model chatglm", "/model chatglm"],
  ["\u001b[1m/model\u001b[0m\tchat\u0000glm\u200b", "/model chatglm"],
])("%j is answered as %s", async (line, command) => {
  const meant = await answer(command);
  expect(meant.outcome).toBe("answered");
  expect(await answer(line)).toEqual(meant);
});

test("what takes something away, or loads the machine, needs its slash", async () => {
  expect((await answer("forget")).outcome).toBe("refused");
  expect((await answer("/forget")).outcome).toBe("answered");
  expect((await answer("ollama")).shown).not.toBe((await answer("/ollama")).shown);
});

test("、 before anything but a command is punctuation", async () => {
  expect((await answer("、qwen3 int4")).shown).toBe((await answer("/models 、qwen3 int4")).shown);
});

test("a line of ten thousand characters is read, and one more is refused", async () => {
  const line = (length: number): string => "/models ".padEnd(length, "a ");
  expect((await answer(line(10_000))).shown).toContain("70");
  expect((await answer(line(10_001))).shown).toContain("10001");
  expect((await answer("长".repeat(1_000_000))).shown.length).toBeLessThan(500);
});

test.each([
  ["/models int4", true],
  ["／try：x", true],
  ["/modles", true],
  ["/etc/passwd 是什么", false],
  ["/ 是什么运算符", false],
  ["写一封邮件 /models", false],
])("%s in place of an answer is a command: %s", (line, command) => {
  expect(isSlashCommand(line)).toBe(command);
});
