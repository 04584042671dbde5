import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDiscord, startBot } from "#tests/discord/start-bot.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { startWorld } from "#tests/sync/refresh-world.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const CHANNEL = "600000000000000001";
const WARN = 40;

/** Discord with a channel, GitHub with a catalog, and the settings that join them. */
async function openWorld() {
  const discord = await openDiscord();
  const channel = discord.channel(CHANNEL);
  const world = await startWorld();
  const env = {
    ...world.env,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    ANNOUNCE_CHANNEL_ID: CHANNEL,
  };
  const posts = (): number => discord.rest.calls.filter(({ path }) => path === `/channels/${CHANNEL}/messages`).length;
  const warnings = (lines: { level: number; msg: string }[]): string[] =>
    lines.filter(({ level }) => level === WARN).map(({ msg }) => msg);
  return { ...world, discord, channel, env, posts, warnings, start: (more = {}) => world.start({ ...env, ...more }) };
}

describe("a bot with a channel for news", () => {
  test("tells nothing at its first start, news once, and nothing again after a restart", async () => {
    const { discord, channel, env, dataDir, commit } = await openWorld();
    const recorded = join(dataDir, "announced.json");
    await commit({ "early-7b.yaml": smallEntry({ name: "Early" }) });
    const first = startBot(discord, env);
    await discord.until(() => existsSync(recorded), "the first look");
    expect(await first.stop()).toBe(0);
    expect(channel.messages).toEqual([]);

    await commit({ "new-7b.yaml": smallEntry({ name: "New @everyone 7B", released: "'2026-11-20'" }) });
    const second = startBot(discord, env);
    await discord.until(() => channel.messages.length > 0, "the news");
    await discord.until(() => second.stderr().includes("announced"), "the news noted");
    const [news] = channel.messages;
    if (news === undefined) throw new Error("no message");
    expect(textOf(news)).toContain("### 目录有更新");
    expect(textOf(news)).toContain("`new-7b` · 新收录 · 未注明 · 2026-11-20");
    expect(textOf(news)).not.toContain("Early");

    const opened = await discord.person({ id: "300000000000000001" }).choose(news, "new-7b");
    expect(textOf(opened)).toContain("## New");
    expect(opened.ephemeral).toBe(true);
    expect(await second.stop()).toBe(0);

    await commit({ "later-7b.yaml": smallEntry({ name: "Later" }) });
    const third = startBot(discord, env);
    await discord.until(() => third.stderr().includes("announced") || channel.messages.length > 1, "the next news");
    expect(channel.messages).toHaveLength(2);
    expect(textOf(channel.messages[1] ?? news)).not.toContain("new-7b");
  });
});

describe("a post", () => {
  test("whose answer is lost is not made twice", async () => {
    const { discord, channel, start, commit, posts } = await openWorld();
    const program = await start();
    await program.refresh();
    await commit({ "new-7b.yaml": smallEntry() });
    discord.rest.fail(({ path }) => path.endsWith("/messages"), 502, { afterwards: true });
    await program.refresh();
    expect(posts()).toBe(2);
    expect(channel.messages).toHaveLength(1);
  });

  test("that Discord cannot take now is made up for at the next look, also after a restart", async () => {
    const { discord, channel, start, commit, warnings } = await openWorld();
    const program = await start();
    await program.refresh();
    await commit({ "new-7b.yaml": smallEntry() });
    discord.rest.fail(({ path }) => path.endsWith("/messages"), 500, { times: 6 });
    await program.refresh();
    await program.refresh();
    expect(channel.messages).toEqual([]);
    expect(warnings(program.lines)).toEqual(["news of the catalog could not be announced, trying again later"]);
    const restarted = await start();
    await restarted.refresh();
    await restarted.refresh();
    expect(channel.messages).toHaveLength(1);
  });

  test("that Discord will not have is logged and left alone until there is more to tell", async () => {
    const { channel, start, commit, posts, warnings } = await openWorld();
    const program = await start();
    await program.refresh();
    channel.forbid();
    await commit({ "new-7b.yaml": smallEntry({ name: "New" }) });
    await program.refresh();
    await program.refresh();
    await program.refresh();
    expect(posts()).toBe(1);
    expect(warnings(program.lines)).toEqual([expect.stringContaining("check ANNOUNCE_CHANNEL_ID")]);
    channel.permit();
    await commit({ "later-7b.yaml": smallEntry({ name: "Later" }) });
    await program.refresh();
    expect(textOf(channel.messages[0] ?? noMessage())).toMatch(/`later-7b`.*\n.*`new-7b`/);
  });

  test("to a channel that does not exist is logged", async () => {
    const { discord, start, commit, warnings } = await openWorld();
    const program = await start({ ANNOUNCE_CHANNEL_ID: "600000000000000009" });
    await program.refresh();
    await commit({ "new-7b.yaml": smallEntry() });
    await program.refresh();
    expect(warnings(program.lines)).toHaveLength(1);
    expect(JSON.stringify(program.lines)).not.toContain(discord.token);
  });

  test("names ten of many entries, and all of them count as told", async () => {
    const { channel, start, commit } = await openWorld();
    const program = await start();
    await program.refresh();
    const many = Array.from({ length: 14 }, (_, at) => [`small-${at}.yaml`, smallEntry({ name: `Small ${at}` })]);
    await commit(Object.fromEntries(many));
    await program.refresh();
    await program.refresh();
    expect(channel.messages).toHaveLength(1);
    expect(textOf(channel.messages[0] ?? noMessage())).toContain("还有 4 个条目有更新");
  });
});

function noMessage(): never {
  throw new Error("there is no message");
}
