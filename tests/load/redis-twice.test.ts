import { describe, expect, test } from "vitest";
import type { BotProgram } from "#tests/discord/start-bot.ts";
import { ASKER, ended, labels, shows } from "#tests/discord/try-world.ts";
import { expectNothingLeft, MODEL, openMany } from "#tests/load/redis-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`what is delivered twice is not tested: ${WITHOUT_REDIS}\n`);

const QUESTION = { model: MODEL, prompt: "问" };
const env = { LOG_LEVEL: "debug" };
const passedOver = (bots: readonly BotProgram[]): number =>
  bots
    .map((bot) => bot.stderr())
    .join("")
    .split("served already").length - 1;

describe.skipIf(WITHOUT_REDIS !== undefined)("an interaction over HTTP that is delivered again", () => {
  test("at the same moment, after its end, and to a bot that was started anew, runs once and reopens nothing", async () => {
    const { discord, redis, ollamas, running, replaceBot } = await openMany({ bots: 2, workers: 1, env });
    const [ollama] = ollamas;
    ollama?.script({ text: "答" });
    const seen = [...running.bots];
    const until = (count: number) => expect.poll(() => passedOver(seen)).toBe(count);
    discord.deliverTimes(4);
    const message = await discord.person({ id: ASKER }).run("try", QUESTION);
    await ended(discord, message);
    await until(3);
    const { edits } = message;
    for (const count of [4, 5]) {
      await discord.deliverAgain();
      await until(count);
    }
    for (const at of [0, 1]) {
      await replaceBot(at);
      seen.push(...running.bots.slice(at, at + 1));
      for (const _ of [0, 1]) await discord.deliverAgain();
      await until(5 + 2 * (at + 1));
    }
    expect([ollama?.requests.length, message.edits, labels(message).includes("再来一次")]).toEqual([1, edits, true]);
    await expectNothingLeft(redis);
  });

  test("is one press of a button, and one message of a dialogue", async () => {
    const { discord, redis, ollamas, running } = await openMany({ bots: 2, workers: 1, env });
    const [ollama] = ollamas;
    ollama?.script({ text: "答" });
    const person = discord.person({ id: ASKER });
    discord.deliverTimes(2);
    const first = await person.run("try", QUESTION);
    await ended(discord, first);
    const second = await person.press(first, "再来一次");
    await ended(discord, second);
    const third = await person.write(second, "继续", "接着说");
    await ended(discord, third);
    ollama?.script({ endless: true, tokensPerSecond: 20 });
    const fourth = await person.run("try", QUESTION);
    await shows(discord, fourth, "测试用");
    await person.tap(fourth, "停止");
    await ended(discord, fourth);
    // The dialogue is opened by a press of its own.
    await expect.poll(() => passedOver(running.bots)).toBe(6);
    expect(ollama?.requests.length).toBe(4);
    await expectNothingLeft(redis);
  });

  test("to the same bot while Redis is away is refused once", async () => {
    const { discord, redis, running } = await openMany({ bots: 1, workers: 1, env });
    await redis.down();
    discord.deliverTimes(3);
    const refused = await discord.person({ id: ASKER }).run("try", QUESTION);
    expect(textOf(refused)).toContain("Redis 连不上");
    await expect.poll(() => passedOver(running.bots)).toBe(2);
    expect(refused.edits).toBe(1);
    await redis.up();
    await discord.deliverAgain();
    await expect.poll(() => passedOver(running.bots)).toBe(3);
  });
});
