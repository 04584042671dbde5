import { expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { isLeaving } from "#src/terminal/leave.ts";
import { createPager, type Window } from "#src/terminal/pager.ts";

function windowOf(rows: number | undefined, columns = 80) {
  let written = "";
  const window: Window = {
    columns,
    write: (text) => {
      written += text;
    },
  };
  if (rows !== undefined) window.rows = rows;
  const pager = createPager(window, textIn("zh-CN"), (line) => line);
  /** What was written since the last look. */
  const look = (): string => {
    const now = written;
    written = "";
    return now;
  };
  return { window, pager, look };
}

const lines = (count: number): string => Array.from({ length: count }, (_, at) => `${at + 1}`).join("\n");

test("what the window holds is written at once, and what is one row longer in parts", () => {
  const { pager, look } = windowOf(10);
  pager.show(lines(8));
  expect(look()).toBe(`${lines(8)}\n`);
  expect(pager.more()).toBe(false);
  pager.show(lines(9));
  expect(look()).toBe(`${lines(8)}\n还有 1 行，回车接着看。\n`);
  expect(pager.more()).toBe(true);
  expect(look()).toBe("9\n");
  expect(pager.more()).toBe(false);
});

test("a line that is wider than the window counts as the rows it takes, also in Chinese and with colours", () => {
  const { pager, look } = windowOf(6, 20);
  pager.show(`${"中".repeat(11)}\n\u001b[31m${"a".repeat(20)}\u001b[39m\n3\n4`);
  expect(look()).toMatch(/\n3\n还有 1 行，回车接着看。\n$/);
});

test("a part is as high as the window is when it comes", () => {
  const { window, pager, look } = windowOf(10);
  pager.show(lines(30));
  look();
  window.rows = 20;
  pager.more();
  expect(look().split("\n").slice(0, -2)).toHaveLength(18);
});

test("where the height is not known all is written", () => {
  const { pager, look } = windowOf(undefined);
  pager.show(lines(500));
  expect(look()).toBe(`${lines(500)}\n`);
});

test("a text that has scrolled past comes again from the top; one that has not is not offered", () => {
  const { pager, look } = windowOf(10);
  pager.keep(lines(8));
  expect(look()).toBe("");
  pager.keep(lines(9));
  expect(look()).toBe("回答有 9 行，回车从头看。\n");
  pager.more();
  expect(look()).toContain("1\n2\n");
  pager.drop();
  expect(pager.more()).toBe(false);
});

test.each([
  ...["exit", "QUIT", ":q", ":q!", "q", "/exit", "／quit", "退出", "再见", " exit; "].map(
    (line) => [line, true] as const,
  ),
  ...["quit smoking", "qwen3", "exit code", "退出码是什么", "quiet", ""].map((line) => [line, false] as const),
])("%s asks to leave: %s", (line, leaves) => {
  expect(isLeaving(line)).toBe(leaves);
});
