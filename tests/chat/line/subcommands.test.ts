import { expect, test } from "vitest";
import { answerLine } from "#src/chat/line/answer.ts";
import { completeLine } from "#src/chat/line/complete.ts";
import { parseLine } from "#src/chat/line/parse.ts";
import { completer } from "#src/terminal/complete.ts";
import { contextOf, terminalOf, testApp } from "#tests/test-app.ts";

const app = await testApp();
const find = (name: string) => app.router.commands.find((command) => command.name === name);
const USER = "300000000000000001";

test.each([
  ["/admin", { command: "admin", given: {} }],
  ["/admin blocks", { command: "admin blocks", given: {} }],
  [`/ADMIN Block <@${USER}> 刷屏 太多`, { command: "admin block", given: { user: `<@${USER}>`, reason: "刷屏 太多" } }],
  [
    `/admin block hours:2 user:${USER} 刷屏`,
    { command: "admin block", given: { hours: "2", user: USER, reason: "刷屏" } },
  ],
  [`/admin quota <@!${USER}> 5`, { command: "admin quota", given: { user: `<@!${USER}>`, runs: "5" } }],
  ["/admin pause where:everywhere 维护", { command: "admin pause", given: { where: "everywhere", reason: "维护" } }],
  [
    "／ADMIN　block：<@300000000000000001>　刷屏",
    { command: "admin block", given: { user: `<@${USER}>`, reason: "刷屏" } },
  ],
  ["、admin：blocks", { command: "admin blocks", given: {} }],
  ["/admin nothing x", { command: "admin nothing", given: {} }],
])("%s", (line, expected) => {
  expect(parseLine(line, find, app.services)).toEqual(expected);
});

const labels = (line: string): string[] =>
  completeLine(line, app.router, contextOf(app)).items.map(({ label }) => label);

test("sub-commands are completed as commands are, and then their own options", () => {
  expect(labels("/adm")).toEqual(["/admin"]);
  expect(labels("/admin ")).toEqual(Object.keys(find("admin")?.subcommands ?? {}));
  expect(labels("/admin blo")).toEqual(["block", "blocks"]);
  expect(labels("／admin：blo")).toEqual(["block", "blocks"]);
  expect(completeLine("/admin pau", app.router, contextOf(app))).toMatchObject({ typed: "pau", needed: true });
  expect(labels("/admin block ")).toEqual(["reason:", "hours:"]);
  expect(completeLine("/admin block ", app.router, contextOf(app)).hint).toMatch(/^user · /);
  expect(labels("/admin pause where:e")).toEqual(["everywhere"]);
  expect(labels("/admin nothing ")).toEqual([]);
  expect(completer("/admin unb", terminalOf(app))).toEqual([["unblock "], "unb"]);
});

test.each([
  ["/admin", /\/admin 后面要写做什么：block、unblock/],
  ["/admin nothing", /\/admin 后面要写做什么/],
  [
    "/admin block",
    /缺少 user.*\n用法：`\/admin block <user> \[reason\] \[hours:1-8760\]`\n例如：`\/admin block <@300000000000000001> 刷屏`/,
  ],
  ["/admin quota runs:5", /缺少 user.*\n用法：`\/admin quota <user> \[runs:0-100000\]`\n例如：`\/admin quota </],
  ["/admin block 张三", /user 应为一个人：.*不能是「张三」/],
  ["/admin block <#300000000000000001>", /user 应为一个人/],
  ["/admin private <@300000000000000001>", /channel 应为一个频道/],
  [`/admin block ${USER} hours:0`, /hours 应为 1 到 8760 的整数，不能是「0」/],
  [`/admin block ${USER} hours:1.5`, /hours 应为 1 到 8760 的整数/],
  ["/admin private", /缺少 channel/],
  ["/admin pause where:here", /这里不是服务器/],
  ["/admin reports <#500000000000000001>", /只能在 Discord 里做/],
  [`/admin block <@!${USER}> 刷屏`, /什么都不会保留/],
  ["admin blocks", /目录里没有.*admin blocks/],
  ["help admin block", /^### \/admin\n/],
  ["/help admin nothing", /没有 \/admin nothing/],
  ["/help admin", /\*\*\/admin block\*\* 不让一个人试用模型\n {2}- `user` 哪个人 · 必填/],
])("on the terminal %s is answered", async (line, said) => {
  let text = "";
  const context = contextOf(app, {
    show: (view) => {
      const items = view.components.flatMap((item) => (item.type === 17 ? item.components : [item]));
      text += items.map((item) => (item.type === 10 ? item.content : "")).join("\n");
    },
  });
  await answerLine(line, app.router, context);
  expect(text).toMatch(said);
});
