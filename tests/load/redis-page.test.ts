import { describe, expect, onTestFinished, test } from "vitest";
import type { BotProgram } from "#tests/discord/start-bot.ts";
import { expectNothingLeft, MODEL, openMany } from "#tests/load/redis-world.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { openVisitor, textOf } from "#tests/web/visitor.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`the page over Redis is not tested: ${WITHOUT_REDIS}\n`);

/** The scenarios of the page's tries in one process, with a worker beside the page. */
describe.skipIf(WITHOUT_REDIS !== undefined)("the page over Redis", async () => {
  process.env["MULU_TRIES"] = "redis";
  await import("#tests/web/chat-try.test.ts");
});

const ASK = `/try ${MODEL} 说个不停`;
const pageOf = ({ stderr }: BotProgram | undefined = unstarted()): string =>
  /"url":"(http:[^"]+)","msg":"the page is there"/.exec(stderr())?.[1] ?? unstarted();

describe.skipIf(WITHOUT_REDIS !== undefined)("a program with the page, and workers elsewhere", () => {
  test("is told to stop: what it has asked for ends, with a last word", async () => {
    const { running, ollamas, redis } = await openMany({ bots: 1, workers: 1, slots: 1 });
    ollamas[0]?.script({ endless: true, tokensPerSecond: 50 });
    const visitor = openVisitor(pageOf(running.bots[0]));
    const runs = await visitor.say(ASK);
    await runs.shows("测试用的回答");
    const waits = await visitor.say(ASK);
    await waits.shows("排队");
    expect(await running.bots[0]?.stop()).toBe(0);
    await Promise.all([runs.end, waits.end]);
    expect(textOf(runs.html())).toContain("测试用的回答");
    for (const answer of [runs, waits]) expect(textOf(answer.html())).toContain("重启");
    await untilClosed(ollamas[0]?.requests);
    await expectNothingLeft(redis);
    expect(ollamas[0]?.requests.length).toBe(1);
  });

  test("is killed: its tries end, since nobody hears them any more", async () => {
    const { running, ollamas, redis } = await openMany({ bots: 1, workers: 1 });
    ollamas[0]?.script({ endless: true, tokensPerSecond: 50 });
    const answer = await openVisitor(pageOf(running.bots[0])).say(ASK);
    await answer.shows("测试用的回答");
    running.bots[0]?.process.kill("SIGKILL");
    await expect(answer.end).rejects.toThrow();
    await untilClosed(ollamas[0]?.requests);
    const client = redis.client();
    onTestFinished(() => client.disconnect());
    // That its last word was not shown is found out after a third of a minute, by whoever sweeps.
    await expect.poll(() => client.keys("mulu:2:person:*")).toEqual([]);
    expect(await client.zcard("mulu:2:open")).toBe(0);
  });

  test("loses the worker that answers: another one answers", async () => {
    const { running, ollamas } = await openMany({ bots: 1, workers: 2 });
    for (const ollama of ollamas) ollama.script({ endless: true, tokensPerSecond: 50 });
    const answer = await openVisitor(pageOf(running.bots[0])).say(ASK);
    await answer.shows("测试用的回答");
    const at = ollamas.findIndex(({ requests }) => requests.length > 0);
    for (const ollama of ollamas) ollama.script({ text: "第二次的回答" });
    running.workers[at]?.process.kill("SIGKILL");
    await answer.end;
    expect(textOf(answer.html())).toContain("第二次的回答");
    expect(textOf(answer.html())).not.toContain("测试用");
    expect(ollamas.map(({ requests }) => requests.length)).toEqual([1, 1]);
  });

  test("loses all that Redis had: the visitor keeps what there was of the answer", async () => {
    const { running, ollamas, redis } = await openMany({ bots: 1, workers: 1 });
    ollamas[0]?.script({ endless: true, tokensPerSecond: 50 });
    const answer = await openVisitor(pageOf(running.bots[0])).say(ASK);
    await answer.shows("测试用的回答");
    const client = redis.client();
    await client.flushall();
    client.disconnect();
    await answer.end;
    expect(textOf(answer.html())).toContain("测试用的回答");
    expect(textOf(answer.html())).toContain("重启");
    await untilClosed(ollamas[0]?.requests);
    await expectNothingLeft(redis);
  });
});

const untilClosed = (requests: readonly { closedByClientAt?: number }[] = []): Promise<void> =>
  expect.poll(() => requests[0]?.closedByClientAt).toBeDefined();

function unstarted(): never {
  throw new Error("there is no page");
}
