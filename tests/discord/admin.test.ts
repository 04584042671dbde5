import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ended, OVER_REDIS, openWorld } from "#tests/discord/try-world.ts";
import type { PersonOptions } from "#tests/stand-ins/discord/people.ts";
import { GUILD, textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const ADMIN = "300000000000000009";
const ASKER = "300000000000000001";
const OTHER = "300000000000000002";
const OTHER_GUILD = "400000000000000002";
/** Manage Messages: whom the client shows moderators' commands. */
const MODERATOR = "8192";

const open = async (env: Record<string, string> = {}) => {
  const world = await openWorld({ env: { ADMIN_USER_IDS: ADMIN, ...env } });
  const { discord } = world;
  return {
    ...world,
    admin: discord.person({ id: ADMIN, permissions: MODERATOR }),
    asker: discord.person({ id: ASKER }),
    /** Tries something, as somebody and somewhere: what is said, once it has ended. */
    tryAs: (options: PersonOptions) => tryAs(discord, options),
  };
};

async function tryAs(discord: Discord, options: PersonOptions): Promise<string> {
  const message = await discord.person(options).run("try", { model: "glm4:9b", prompt: "你好" });
  if (textOf(message).includes(ANSWERED)) await ended(discord, message);
  return textOf(message);
}

/** What every answer begins with, and no refusal has. */
const ANSWERED = "> 你好";
/** The audit lines of a log, the newest last. */
const audited = (stderr: string): Record<string, unknown>[] =>
  stderr
    .split("\n")
    .filter((line) => line.includes('"audit"'))
    .map((line) => JSON.parse(line));

describe("/admin", () => {
  test("is shown to who may manage messages, in servers alone, and obeys administrators alone", async () => {
    const { discord, admin } = await open();
    expect(() => discord.person({ id: OTHER }).run("admin blocks")).toThrow("shows no command");
    expect(() => discord.person({ id: ADMIN, inServer: false }).run("admin blocks")).toThrow("shows no command");
    const refused = await discord.person({ id: OTHER, permissions: MODERATOR }).run("admin block", { user: ASKER });
    expect(textOf(refused)).toBe("这个命令只给管理员用。");
    expect(refused.ephemeral).toBe(true);
    const answer = await admin.run("admin blocks");
    expect([answer.ephemeral, textOf(answer)]).toEqual([true, "没有人被封禁。"]);
  });

  test("blocks a person at once and over a restart, until the block is lifted", async () => {
    const { discord, admin, tryAs, runner, restart } = await open();
    const answer = await admin.run("admin block", { user: ASKER, reason: "刷屏 *太多*" });
    expect(textOf(answer)).toBe(`<@${ASKER}> 不能再试用模型了。`);
    expect(await tryAs({ id: ASKER })).toBe("你已被管理员禁止试用模型。原因：刷屏 \\*太多\\*");
    expect(await tryAs({ id: OTHER })).toContain(ANSWERED);
    const list = textOf(await admin.run("admin blocks"));
    expect(list).toMatch(new RegExp(`封禁了 1 人\n- <@${ASKER}> · 刷屏 .* · <@${ADMIN}> 于 <t:\\d+:f>`));
    if (!OVER_REDIS) {
      await runner.stop();
      restart();
      await discord.started(2);
      expect(await tryAs({ id: ASKER })).toContain("你已被管理员禁止试用模型");
    }
    expect(textOf(await admin.press(answer, "解除封禁"))).toBe(`<@${ASKER}> 又可以试用模型了。`);
    expect(await tryAs({ id: ASKER })).toContain(ANSWERED);
    expect(textOf(await admin.run("admin unblock", { user: ASKER }))).toBe(`<@${ASKER}> 没有被封禁。`);
  });

  test("ends at once what a blocked person has asked before, running and waiting, and nobody else's", async () => {
    const { discord, ollama, admin, asker } = await open();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const running = await asker.run("try", { model: "glm4:9b", prompt: "你好" });
    await discord.until(() => textOf(running).includes("测试"), "an answer that runs");
    const other = discord.person({ id: OTHER });
    const theirs = await other.run("try", { model: "glm4:9b", prompt: "你好" });
    const waiting = await asker.run("try", { model: "glm4:9b", prompt: "你好" });
    const isTwo = textOf(waiting).includes(ANSWERED);
    const blocked = await admin.run("admin block", { user: ASKER });
    expect(textOf(blocked)).toBe(`<@${ASKER}> 不能再试用模型了。\n停止了 ${isTwo ? 2 : 1} 次还没结束的试用。`);
    await ended(discord, running);
    expect(textOf(running)).toContain("已停止");
    await discord.until(() => textOf(theirs).includes("测试"), "the other's answer");
    await other.tap(theirs, "停止");
    await ended(discord, theirs);
    expect(textOf(await admin.run("admin block", { user: ADMIN }))).toContain("封禁自己不起作用");
  });

  test("lets a blocked person write no next message, nor ask again", async () => {
    const { discord, admin, asker } = await open();
    const answer = await asker.run("try", { model: "glm4:9b", prompt: "你好" });
    await ended(discord, answer);
    await admin.run("admin block", { user: ASKER });
    for (const label of ["继续", "再来一次"]) {
      const refused = await asker.press(answer, label);
      expect([textOf(refused), refused.ephemeral]).toEqual(["你已被管理员禁止试用模型。", true]);
    }
  });

  test("says until when a block for hours holds", async () => {
    const { admin, tryAs } = await open();
    await admin.run("admin block", { user: ASKER, hours: "2" });
    expect(await tryAs({ id: ASKER })).toMatch(/^你已被管理员禁止试用模型，直到 \d{4}-\d\d-\d\d \d\d:\d\d UTC。$/);
    expect(textOf(await admin.run("admin blocks"))).toMatch(/ · 到 <t:\d+:f> · /);
  });

  test("pauses tries in one server, or everywhere, but not for administrators", async () => {
    const { admin, tryAs } = await open();
    expect(textOf(await admin.run("admin pause", { reason: "维护" }))).toContain("这个服务器里的试用暂停了");
    expect(await tryAs({ id: ASKER })).toBe("管理员暂停了试用；查目录的命令照常可用。原因：维护");
    expect(await tryAs({ id: ASKER, guild: OTHER_GUILD })).toContain(ANSWERED);
    expect(await tryAs({ id: ADMIN })).toContain(ANSWERED);
    await admin.run("admin pause", { where: "everywhere" });
    expect(textOf(await admin.run("admin resume"))).toContain("但所有地方的暂停还在");
    expect(await tryAs({ id: ASKER, guild: OTHER_GUILD })).toBe("管理员暂停了试用；查目录的命令照常可用。");
    expect(await tryAs({ id: ASKER, inServer: false })).toContain("管理员暂停了试用");
    expect(textOf(await admin.run("admin resume", { where: "everywhere" }))).toBe("暂停已解除。");
    expect(await tryAs({ id: ASKER })).toContain(ANSWERED);
  });

  test("gives a person a quota of their own, none, and everybody's again", async () => {
    const { admin, tryAs } = await open();
    expect(textOf(await admin.run("admin quota", { user: ASKER, runs: "0" }))).toContain("每小时可以试用 0 次");
    expect(await tryAs({ id: ASKER })).toBe("管理员给你的次数是每小时 0 次，这次不够用。");
    await admin.run("admin quota", { user: ASKER, runs: "1" });
    expect(await tryAs({ id: ASKER })).toContain(ANSWERED);
    expect(await tryAs({ id: ASKER })).toMatch(/次数用完了，\d+ 分钟后可以再试/);
    expect(await tryAs({ id: OTHER })).toContain(ANSWERED);
    expect(await tryAs({ id: OTHER })).toContain(ANSWERED);
    expect(textOf(await admin.run("admin quota", { user: ASKER }))).toContain("和大家一样了");
    expect(await tryAs({ id: ASKER })).toContain(ANSWERED);
  });

  test("shows who used it most today, here and everywhere, and /forget takes a person out", async () => {
    const { discord, admin, tryAs } = await open();
    expect(textOf(await admin.run("admin usage"))).toContain("今天还没有人用过。");
    await tryAs({ id: ASKER });
    await tryAs({ id: OTHER });
    await tryAs({ id: OTHER, guild: OTHER_GUILD });
    await tryAs({ id: OTHER, guild: OTHER_GUILD });
    expect(textOf(await admin.run("admin usage", { where: "everywhere" }))).toBe(
      `### 今天用得最多的人（UTC）\n1. <@${OTHER}> · 3 次\n2. <@${ASKER}> · 1 次`,
    );
    expect(textOf(await admin.run("admin usage"))).toMatch(/\. <@\d+> · 1 次\n2\. <@\d+> · 1 次$/);
    await admin.run("admin block", { user: OTHER });
    expect(textOf(await discord.person({ id: OTHER }).run("forget"))).toContain("封禁");
    expect(textOf(await admin.run("admin usage", { where: "everywhere" }))).not.toContain(OTHER);
    expect(await tryAs({ id: OTHER })).toContain("你已被管理员禁止试用模型");
  });

  test("keeps the answers of a channel and its threads for the asker alone", async () => {
    const { discord, admin } = await open();
    const answerIn = async (channel: PersonOptions["channel"]): Promise<boolean> => {
      const options = channel === undefined ? { id: ASKER } : { id: ASKER, channel };
      const message = await discord.person(options).run("try", { model: "glm4:9b", prompt: "你好" });
      await ended(discord, message);
      return message.ephemeral;
    };
    const channel = "500000000000000007";
    await admin.run("admin private", { channel });
    expect(await answerIn({ id: channel })).toBe(true);
    expect(await answerIn({ id: "500000000000000008", type: 11, parent: channel })).toBe(true);
    expect(await answerIn({ id: "500000000000000009" })).toBe(false);
    await admin.run("admin private", { channel, on: "false" });
    expect(await answerIn({ id: channel })).toBe(false);
    // Where no channel is named it is the one where that is said.
    await admin.run("admin private");
    expect(await answerIn(undefined)).toBe(true);
  });

  test.skipIf(OVER_REDIS)("writes down who did what to whom, and what held before", async () => {
    const { admin, runner } = await open();
    await admin.run("admin block", { user: ASKER, reason: "一" });
    await admin.run("admin block", { user: ASKER, reason: "二" });
    await admin.run("admin unblock", { user: ASKER });
    await admin.run("admin pause", { where: "everywhere", reason: "维护" });
    const common = { level: 30, by: ADMIN, guild: GUILD, channel: "500000000000000001" };
    expect(audited(runner.stderr())).toMatchObject([
      { ...common, audit: "block", whom: ASKER, from: null, to: { reason: "一" } },
      { ...common, audit: "block", whom: ASKER, from: { reason: "一", by: ADMIN }, to: { reason: "二" } },
      { ...common, audit: "unblock", whom: ASKER, from: { reason: "二" }, to: null },
      { ...common, audit: "pause", where: "everywhere", from: null, to: { reason: "维护" } },
    ]);
  });
});

test.skipIf(OVER_REDIS)("who stops somebody else's try is written down, who stops their own is not", async () => {
  const { discord, ollama, runner, asker } = await open();
  ollama.script({ endless: true, tokensPerSecond: 30 });
  const mine = await asker.run("try", { model: "glm4:9b", prompt: "一" });
  await asker.tap(mine, "停止");
  await ended(discord, mine);
  const theirs = await asker.run("try", { model: "glm4:9b", prompt: "二" });
  await discord.person({ id: OTHER, permissions: MODERATOR }).tap(theirs, "停止");
  await ended(discord, theirs);
  expect(audited(runner.stderr())).toMatchObject([{ audit: "stop", by: OTHER, whom: ASKER }]);
});

describe("a thread", () => {
  const LISTED = "500000000000000007";
  const inThread = { id: ASKER, channel: { id: "500000000000000008", type: 11, parent: LISTED } };

  test("of a blocked channel is no way round, unless it is listed itself", async () => {
    const { tryAs } = await open({
      TRY_BLOCKED_CHANNELS: LISTED,
      TRY_ALLOWED_CHANNELS: "500000000000000010,500000000000000011",
    });
    expect(await tryAs(inThread)).toBe("这个频道不能用 /try。");
    const listed = { id: "500000000000000010", type: 12, parent: LISTED };
    expect(await tryAs({ id: ASKER, channel: listed })).toContain(ANSWERED);
  });

  test("of an allowed channel is allowed, a channel of a category so listed is not", async () => {
    const { tryAs } = await open({ TRY_ALLOWED_CHANNELS: LISTED });
    expect(await tryAs(inThread)).toContain(ANSWERED);
    const inCategory = { id: "500000000000000008", type: 0, parent: LISTED };
    expect(await tryAs({ id: ASKER, channel: inCategory })).toBe("这个频道不能用 /try。");
  });
});

describe("ALLOWED_GUILDS", () => {
  const REFUSED = "这个机器人只在指定的服务器里回答。";

  test("refuses commands, buttons and suggestions elsewhere, and in direct messages", async () => {
    const { discord, asker } = await open({ ALLOWED_GUILDS: GUILD });
    const list = await asker.run("models", { query: "int4" });
    expect(textOf(list)).toContain("INT4");
    for (const place of [{ guild: OTHER_GUILD }, { inServer: false }]) {
      const elsewhere = discord.person({ id: ASKER, ...place });
      const refused = await elsewhere.run("models", { query: "int4" });
      expect([textOf(refused), refused.ephemeral]).toEqual([REFUSED, true]);
      expect(textOf(await elsewhere.press(list, "下一页"))).toBe(REFUSED);
      expect(await elsewhere.type("models", "query", "int4")).toEqual([]);
    }
    expect(textOf(list)).toContain("INT4");
    expect((await asker.type("models", "query", "int4")).length).toBeGreaterThan(0);
  });

  test("holds up no administrator", async () => {
    const { discord } = await open({ ALLOWED_GUILDS: GUILD });
    const elsewhere = discord.person({ id: ADMIN, guild: OTHER_GUILD });
    expect(textOf(await elsewhere.run("models", { query: "int4" }))).toContain("INT4");
  });
});

test("TRY_BLOCKED_USERS may not try, and nobody else is held up", async () => {
  const { tryAs } = await open({ TRY_BLOCKED_USERS: ASKER });
  expect(await tryAs({ id: ASKER })).toBe("你不能用 /try。");
  expect(await tryAs({ id: OTHER })).toContain(ANSWERED);
});

test.skipIf(OVER_REDIS)("where nobody can know who is blocked nobody may try, and the catalog answers", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "community.db"), "no database".repeat(1000));
  const { admin, asker, tryAs } = await open({ DATA_DIR: folder });
  expect(await tryAs({ id: ASKER })).toContain("没有人知道谁被封禁");
  expect(textOf(await admin.run("admin block", { user: ASKER }))).toContain("没有人知道谁被封禁");
  expect(textOf(await asker.run("models", { query: "int4" }))).toContain("INT4");
});
