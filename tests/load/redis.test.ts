import { describe, expect, test } from "vitest";
import { ASKER, ended, labels, OTHER, shows } from "#tests/discord/try-world.ts";
import { expectNothingLeft, MODEL, openMany } from "#tests/load/redis-world.ts";
import { runProgram } from "#tests/run-program.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`tries over Redis are not tested: ${WITHOUT_REDIS}\n`);

const QUESTION = { model: MODEL, prompt: "问" };

/** Two workers, of which one is answering without an end; whoever is asked from now on gives a second answer. */
async function openAnswering() {
  const { discord, redis, ollamas, running } = await openMany({ bots: 1, workers: 2 });
  for (const ollama of ollamas) ollama.script({ endless: true, tokensPerSecond: 20 });
  const message = await discord.person({ id: ASKER }).run("try", QUESTION);
  await shows(discord, message, "测试用");
  const at = ollamas.findIndex(({ requests }) => requests.length > 0);
  for (const ollama of ollamas) ollama.script({ text: "第二次的回答" });
  return { discord, redis, message, worker: running.workers[at], ollama: ollamas[at], ollamas };
}

describe.skipIf(WITHOUT_REDIS !== undefined)("a bot and workers that share Redis", () => {
  test("Redis is away: the catalog answers, /try says so, and works again afterwards", async () => {
    const { discord, redis } = await openMany({ bots: 1, workers: 1 });
    const person = discord.person({ id: ASKER });
    await ended(discord, await person.run("try", QUESTION));
    await redis.down();
    expect(textOf(await person.run("models", { query: "chatglm" }))).toContain("ChatGLM");
    const refused = await person.run("try", QUESTION);
    expect(refused.ephemeral).toBe(true);
    expect(textOf(refused)).toContain("Redis 连不上");
    expect(textOf(await person.run("status"))).toContain("Redis：连不上");
    await redis.up();
    await expect.poll(async () => textOf(await person.run("status"))).toContain("0 个在运行");
    const message = await person.run("try", QUESTION);
    await ended(discord, message);
    expect(textOf(message)).toContain("测试用的回答");
  });

  test("a running answer goes on while Redis is away, and ends once it is back", async () => {
    const { discord, redis, ollamas } = await openMany({ bots: 1, workers: 1 });
    ollamas[0]?.script({ chunks: Array.from({ length: 60 }, (_, at) => `字${at} `), tokensPerSecond: 15 });
    const message = await discord.person({ id: ASKER }).run("try", QUESTION);
    await shows(discord, message, "字5 ");
    await redis.down();
    await shows(discord, message, "字40 ");
    await redis.up();
    await ended(discord, message);
    expect(textOf(message)).toContain("字59");
    expect(ollamas[0]?.requests.length).toBe(1);
    await expectNothingLeft(redis);
  });

  test("Redis loses everything: what runs ends with a word, and nothing is left", async () => {
    const { discord, redis, ollamas } = await openMany({ bots: 1, workers: 1 });
    ollamas[0]?.script({ endless: true, tokensPerSecond: 20 });
    const message = await discord.person({ id: ASKER }).run("try", QUESTION);
    await shows(discord, message, "测试用");
    const client = redis.client();
    await client.flushall();
    client.disconnect();
    await ended(discord, message);
    expect(textOf(message)).toContain("机器人重启");
    await expectNothingLeft(redis);
  });

  test("a worker is killed: another one begins its try again, and answers it", async () => {
    const { discord, redis, message, worker, ollamas } = await openAnswering();
    for (const ollama of ollamas) ollama.script({ loadMs: 3000, text: "第二次的回答" });
    worker?.process.kill("SIGKILL");
    await shows(discord, message, "正在换一台从头回答");
    expect(textOf(message)).not.toContain("测试用");
    await shows(discord, message, "第二次的回答");
    await ended(discord, message);
    expect(textOf(message)).toContain("中途换过一台机器");
    await expectNothingLeft(redis);
  });

  test("a worker is told to stop: what it runs goes to another within seconds", async () => {
    const { discord, redis, message, worker } = await openAnswering();
    const stopped = worker?.stop();
    await discord.until(() => textOf(message).includes("第二次的回答"), "another answer", 8000);
    expect(await stopped).toBe(0);
    await ended(discord, message);
    await expectNothingLeft(redis);
  });

  test("a frozen worker that comes back finds out that it is no longer wanted", async () => {
    const { discord, message, worker: frozen, ollama } = await openAnswering();
    frozen?.process.kill("SIGSTOP");
    await discord.until(() => labels(message).includes("再来一次"), "another answer");
    frozen?.process.kill("SIGCONT");
    await discord.until(() => ollama?.requests[0]?.closedByClientAt !== undefined, "the late run gives up");
    await discord.until(() => textOf(message).includes("第二次的回答"), "the last word stands", 5000);
    expect(labels(message)).toContain("再来一次");
  });

  test("/forget deletes what waits, runs and is kept", async () => {
    const { discord, redis, ollamas } = await openMany({ bots: 1, workers: 1 });
    const person = discord.person({ id: ASKER });
    await ended(discord, await person.run("try", QUESTION));
    ollamas[0]?.script({ endless: true, tokensPerSecond: 20 });
    const runs = await person.run("try", QUESTION);
    const waits = await person.run("try", QUESTION);
    expect(textOf(await person.run("forget"))).toContain("3");
    await ended(discord, runs);
    await ended(discord, waits);
    for (const message of [runs, waits]) expect(textOf(message)).toContain("已停止");
    await expectNothingLeft(redis);
    const client = redis.client();
    expect((await client.keys("mulu:2:*")).filter((key) => /^mulu:2:(?:try|person|kept):/.test(key))).toEqual([]);
    client.disconnect();
    expect(textOf(await discord.person({ id: OTHER }).press(runs, "再来一次"))).toContain("已经过期或被删除");
  });

  test("a terminal asks, a worker answers", async () => {
    const { settings, ollamas } = await openMany({ bots: 1, workers: 1 });
    ollamas[0]?.script({ text: "从别处来的回答", tokensPerSecond: 50 });
    const { code, stdout, stderr } = await runProgram("src/cli/ask.ts", [`/try ${MODEL} 问`], { env: settings });
    expect(stdout).toContain("从别处来的回答");
    expect([code, stderr]).toEqual([0, ""]);
  });
});
