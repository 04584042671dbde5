import { describe, expect, test } from "vitest";
import { labels } from "#tests/discord/try-world.ts";
import { MODEL, openMany } from "#tests/load/redis-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`decisions over Redis are not tested: ${WITHOUT_REDIS}\n`);

const ADMIN = "300000000000000009";
const ASKER = "300000000000000001";

/** Two bots that are called in turn, so that what one is told is asked of the other. */
describe.skipIf(WITHOUT_REDIS !== undefined)("decisions of administrators over Redis", () => {
  test("a block that one bot is told holds at the other within seconds, and at a bot that comes later", async () => {
    const { discord, replaceBot } = await openMany({ bots: 2, workers: 1, env: { ADMIN_USER_IDS: ADMIN } });
    const admin = discord.person({ id: ADMIN, permissions: "8192" });
    const asker = discord.person({ id: ASKER });
    /** What each of both bots says. */
    const both = async (): Promise<string[]> => {
      const said: string[] = [];
      for (let time = 0; time < 2; time++) {
        const message = await asker.run("try", { model: MODEL, prompt: "你好" });
        const isEnd = (): boolean => message.ephemeral || labels(message).includes("再来一次");
        await discord.until(isEnd, "an end");
        said.push(textOf(message));
      }
      return said;
    };
    for (const said of await both()) expect(said).toContain("> 你好");
    await admin.run("admin block", { user: ASKER, reason: "刷屏" });
    const blocked = "你已被管理员禁止试用模型。原因：刷屏";
    await expect.poll(both, { timeout: 5000 }).toEqual([blocked, blocked]);
    await replaceBot(0);
    await replaceBot(1);
    expect(await both()).toEqual([blocked, blocked]);
    await admin.run("admin unblock", { user: ASKER });
    await expect.poll(async () => (await both()).join(), { timeout: 5000 }).not.toContain(blocked);
    expect(textOf(await admin.run("admin usage", { where: "everywhere" }))).toMatch(
      /1\. <@300000000000000001> · \d+ 次/,
    );
  });
});
