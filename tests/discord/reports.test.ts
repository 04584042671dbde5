import { describe, expect, test } from "vitest";
import { ASKER, ended, labels, OTHER, OVER_REDIS, openWorld, shows } from "#tests/discord/try-world.ts";
import { GUILD, textOf } from "#tests/stand-ins/discord/people.ts";

const ADMIN = "300000000000000009";
const THIRD = "300000000000000003";
const CHANNEL = "500000000000000001";
const REPORTS = "500000000000000020";
const MODERATOR = "8192";
const REPORT = "举报这条回答";
const REMOVE = "删除这条回答";

/** An answer that has ended, and who may do what with it. */
async function open({ prompt = "你好", text = "坏话 @everyone" }: { prompt?: string; text?: string } = {}) {
  const world = await openWorld({
    env: { ADMIN_USER_IDS: ADMIN, TRY_MAX_TOKENS: "10000", TRY_PER_PERSON_HOUR: "100" },
  });
  const { discord, ollama } = world;
  ollama.script({ text });
  const asker = discord.person({ id: ASKER });
  const ask = async (question = prompt) => {
    const message = await asker.run("try", { model: "glm4:9b", prompt: question });
    await ended(discord, message);
    return message;
  };
  return {
    ...world,
    ask,
    answer: await ask(),
    asker,
    admin: discord.person({ id: ADMIN, permissions: MODERATOR }),
    other: discord.person({ id: OTHER }),
  };
}

describe("a report", () => {
  test("brings the prompt, the answer and who asked to the channel that is set, with what can be done", async () => {
    const { discord, admin, other, answer } = await open();
    const channel = discord.channel(REPORTS);
    expect(textOf(await admin.run("admin reports", { channel: REPORTS }))).toBe(`举报会发到 <#${REPORTS}>。`);
    expect(channel.messages.map(textOf)).toEqual(["以后举报会发到这里。"]);
    const thanks = await other.use(answer, REPORT);
    expect([textOf(thanks), thanks.ephemeral]).toEqual(["谢谢，已经告诉管理员了。", true]);
    const [, report] = channel.messages;
    const shown = report ? textOf(report) : "";
    expect(shown).toContain(`举报的人：<@${OTHER}>`);
    expect(shown).toContain(`提问的人：<@${ASKER}> · \`glm4:9b\``);
    expect(shown).toContain(`https://discord.com/channels/${GUILD}/${CHANNEL}/${answer.id}`);
    expect(shown).toContain("> 你好");
    expect(shown).toContain("坏话");
    expect(report?.files).toEqual([]);
    expect(report && labels(report)).toEqual(["封禁提问的人", REMOVE]);
  });

  test("has all of what is too long in a file", async () => {
    const [prompt, text] = ["问".repeat(700), "答。".repeat(2000)];
    const { discord, admin, other, answer } = await open({ prompt, text });
    const channel = discord.channel(REPORTS);
    await admin.run("admin reports", { channel: REPORTS });
    await other.use(answer, REPORT);
    expect(channel.messages[1]?.files).toEqual([{ name: "answer.md", text: `${prompt}\n\n---\n\n${text}\n` }]);
  });

  test("is taken once for an answer, and so many times an hour", async () => {
    const { discord, admin, other, answer, ask } = await open();
    const channel = discord.channel(REPORTS);
    await admin.run("admin reports", { channel: REPORTS });
    await other.use(answer, REPORT);
    expect(textOf(await other.use(answer, REPORT))).toBe("你已经举报过这条回答了。");
    for (let more = 0; more < 4; more++) await other.use(await ask(), REPORT);
    const last = await ask();
    expect(textOf(await other.use(last, REPORT))).toBe("你一小时里举报得太多，请过一会儿再试。");
    expect(channel.messages.length).toBe(6);
    expect(textOf(await discord.person({ id: THIRD }).use(last, REPORT))).toContain("谢谢");
  });

  test("says where it is not taken, and what the bot lacks", async () => {
    const { discord, runner, admin, other, answer } = await open();
    expect(textOf(await other.use(answer, REPORT))).toContain("管理员还没有设定接收举报的频道");
    if (!OVER_REDIS) expect(runner.stderr()).toMatch(/"audit":"report","by":"300000000000000002".*"to":"nowhere/);
    expect(textOf(await admin.run("admin reports", { channel: REPORTS }))).toBe("没有改：找不到这个频道。");
    const { forbid, permit } = discord.channel(REPORTS);
    forbid();
    expect(textOf(await admin.run("admin reports", { channel: REPORTS }))).toContain(
      "没有改：机器人在这个频道里权限不够",
    );
    expect(textOf(await admin.run("admin reports"))).toContain("还没有设定");
    permit();
    await admin.run("admin reports", { channel: REPORTS });
    forbid();
    expect(textOf(await other.use(answer, REPORT))).toContain("举报没有送到：机器人在这个频道里权限不够");
    permit();
    // One that did not arrive does not count.
    expect(textOf(await other.use(answer, REPORT))).toContain("谢谢");
    await admin.run("admin reports", { on: "false" });
    expect(textOf(await discord.person({ id: THIRD }).use(answer, REPORT))).toContain("没有地方可以举报");
  });

  test("lets administrators block the asker and delete the answer, and nobody else", async () => {
    const { discord, admin, asker, other, answer } = await open();
    const channel = discord.channel(REPORTS);
    await admin.run("admin reports", { channel: REPORTS });
    await other.use(answer, REPORT);
    const [, report] = channel.messages;
    if (report === undefined) throw new Error("nothing was reported");
    expect(textOf(await other.press(report, "封禁提问的人"))).toBe("这个命令只给管理员用。");
    expect(textOf(await other.press(report, REMOVE))).toBe("这个命令只给管理员用。");
    const blocked = await admin.press(report, "封禁提问的人");
    expect([textOf(blocked), blocked.ephemeral]).toEqual([`<@${ASKER}> 不能再试用模型了。`, true]);
    expect(textOf(await admin.press(report, REMOVE))).toBe("已删除这条回答，保存的记录也删除了。");
    expect(answer.deleted).toBe(true);
    expect(textOf(await asker.run("try", { model: "glm4:9b", prompt: "你好" }))).toContain("原因：有人举报");
  });

  test("is for answers of the bot alone", async () => {
    const { other, asker, answer } = await open();
    const list = await asker.run("models", { query: "int4" });
    expect(textOf(await other.use(list, REPORT))).toContain("只有 /try 的回答可以这样处理");
    await asker.run("forget");
    expect(textOf(await other.use(answer, REPORT))).toContain("已经过期或被删除了");
  });
});

describe("an answer is deleted", () => {
  test("by who asked, with what is kept of it; by nobody who only reads it", async () => {
    const { other, asker, answer, runner } = await open();
    expect(textOf(await other.use(answer, REMOVE))).toContain("只有提问的人或管理消息的人");
    expect(answer.deleted).toBe(false);
    const done = await asker.use(answer, REMOVE);
    expect([textOf(done), done.ephemeral]).toEqual(["已删除这条回答，保存的记录也删除了。", true]);
    expect(answer.deleted).toBe(true);
    if (!OVER_REDIS)
      expect(runner.stderr()).toMatch(/"audit":"remove answer","by":"300000000000000001".*"to":"removed"/);
    expect(textOf(await asker.run("forget"))).toContain("已删除 0 条对话");
  });

  test("by who manages messages there, also while it runs: it is stopped first", async () => {
    const { discord, ollama, asker } = await open();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const running = await asker.run("try", { model: "glm4:9b", prompt: "数" });
    await shows(discord, running, "> 数");
    await discord.until(() => labels(running).includes("停止"), "an answer that runs");
    const moderator = discord.person({ id: OTHER, permissions: MODERATOR });
    expect(textOf(await moderator.use(running, REMOVE))).toContain("已删除这条回答");
    expect(running.deleted).toBe(true);
    await discord.until(() => ollama.requests.at(-1)?.closedByClientAt !== undefined, "the end of its run");
  });

  test("as far as that goes where the bot does not see the channel", async () => {
    const { discord, asker, answer } = await open();
    discord.hide(CHANNEL);
    expect(textOf(await asker.use(answer, REMOVE))).toBe(
      "保存的记录已删除，但消息删不掉：机器人看不到这个频道，请在频道的权限里允许它「查看频道」。",
    );
    expect(answer.deleted).toBe(false);
    expect(textOf(await asker.run("forget"))).toContain("已删除 0 条对话");
  });
});
