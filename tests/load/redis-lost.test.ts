import { describe, type TestContext, test } from "vitest";
import { ASKER, labels, shows } from "#tests/discord/try-world.ts";
import { dyingAt, MODEL, openFleet } from "#tests/load/fleet-world.ts";
import { expectNothingLeft, openMany } from "#tests/load/redis-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`what Redis loses is not tested: ${WITHOUT_REDIS}\n`);

const WHOLE = Array.from({ length: 40 }, (_, at) => `字${at} `);

/** A try that runs, and one that waits behind it. */
async function openBusy(context: TestContext) {
  const fleet = await openFleet(context);
  const ollama = await fleet.addOllama();
  ollama.script({ chunks: WHOLE, tokensPerSecond: 20 });
  const bot = await fleet.addBot();
  const worker = await fleet.addWorker(ollama);
  const running = await bot.ask("somebody");
  await fleet.untilSpeaks(running);
  const waiting = await bot.ask("another");
  const both = [running, waiting];
  return {
    ...{ ...fleet, ollama, bot, worker, both },
    /** Both have one last word each, and both persons may ask again. */
    outcome: async (): Promise<string[]> => {
      await fleet.untilEnded(...both);
      return both.flatMap((attempt) => fleet.phasesOf(attempt));
    },
    askAgain: async (): Promise<string[]> => {
      ollama.script({ text: "再答" });
      const again = await Promise.all(["somebody", "another"].map((person) => bot.ask(person)));
      await fleet.untilEnded(...again);
      return again.flatMap((attempt) => fleet.phasesOf(attempt));
    },
  };
}

describe.skipIf(WITHOUT_REDIS !== undefined)("a Redis that has lost everything", () => {
  test.concurrent.for(["by FLUSHALL", "by a restart"])(
    "%s, while a worker runs: what ran and what waited ends with a word, and others may ask",
    async (how, context) => {
      const { expect } = context;
      const { redis, client, outcome, askAgain, nothingIsLeft, late, ollama } = await openBusy(context);
      if (how === "by FLUSHALL") await client.flushall();
      else await redis.restartEmpty();
      expect(await outcome()).toEqual(["interrupted", "interrupted"]);
      expect(ollama.requests.length).toBe(1);
      expect(await askAgain()).toEqual(["done", "done"]);
      await nothingIsLeft();
      expect(late).toEqual([]);
    },
  );

  test.concurrent.for(["by FLUSHALL", "by a restart"])(
    "%s, while its worker is gone: the bot ends what ran and what waited",
    async (how, context) => {
      const { expect } = context;
      const fleet = await openBusy(context);
      const { redis, client, worker, outcome, askAgain, addWorker, ollama, nothingIsLeft, late } = fleet;
      worker.die();
      if (how === "by FLUSHALL") await client.flushall();
      else await redis.restartEmpty();
      expect(await outcome()).toEqual(["interrupted", "interrupted"]);
      await addWorker(ollama);
      expect(await askAgain()).toEqual(["done", "done"]);
      await nothingIsLeft();
      expect(late).toEqual([]);
    },
  );

  test.concurrent("with an end that nobody had shown: the bot shows a last word", async (context) => {
    const { expect } = context;
    const { addBot, addOllama, addWorker, client, untilEnded, phasesOf, nothingIsLeft } = await openFleet(context);
    const ollama = await addOllama();
    const bot = await addBot();
    const worker = await addWorker(ollama, ({ records }, die) => ({ records: dyingAt(records, "end", "after", die) }));
    const attempt = await bot.ask("somebody");
    await expect.poll(() => worker.isDead()).toBe(true);
    await client.flushall();
    await untilEnded(attempt);
    expect(phasesOf(attempt)).toEqual(["interrupted"]);
    await nothingIsLeft();
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a message that nobody knows any more", () => {
  test("is ended by its button, keeps its text, and nothing is run", async ({ expect }) => {
    const { discord, redis, ollamas, running, replaceBot } = await openMany({ bots: 1, workers: 1 });
    ollamas[0]?.script({ endless: true, tokensPerSecond: 20 });
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: MODEL, prompt: "问" });
    await shows(discord, message, "测试用");
    running.workers[0]?.process.kill("SIGKILL");
    await redis.restartEmpty();
    await replaceBot(0);
    await person.press(message, "停止");
    expect(textOf(message)).toContain("测试用");
    expect(textOf(message)).toContain("这次试用已经结束");
    expect(labels(message)).toEqual([]);
    await expectNothingLeft(redis);
  });
});

const QUEUE = "mulu:2:queue:glm4%3A9b";
/** Keys of each kind. */
const KINDS: Record<string, RegExp> = {
  "what is to be looked at": /^mulu:2:open$/,
  "places of persons": /^mulu:2:person:/,
  "names of queues": /^mulu:2:models$/,
  "what is kept of tries": /^mulu:2:try:/,
  "what is kept of persons": /^mulu:2:kept:/,
  workers: /^mulu:2:workers?/,
  "the turn of who keeps": /^mulu:2:turn:/,
  "what waits": new RegExp(`^${QUEUE}:wait$`),
  "what runs": new RegExp(`^${QUEUE}:active$`),
  jobs: new RegExp(`^${QUEUE}:try-[^:]+$`),
  locks: new RegExp(`^${QUEUE}:.*:lock$`),
  "what may have stalled": new RegExp(`^${QUEUE}:stalled`),
  "what BullMQ has beside": new RegExp(`^${QUEUE}:(?:meta|events|id|marker)$`),
  "whole queues": new RegExp(`^${QUEUE}`),
};

async function evict(
  client: { keys: (pattern: string) => Promise<string[]>; del: (keys: string[]) => Promise<number> },
  kind: RegExp,
) {
  const keys = (await client.keys("*")).filter((key) => kind.test(key));
  if (keys.length > 0) await client.del(keys);
}

describe.skipIf(WITHOUT_REDIS !== undefined)("a Redis that has thrown away", () => {
  test.concurrent.for(Object.entries(KINDS))(
    "%s: what runs and waits ends with one word",
    async ([, kind], context) => {
      const { expect } = context;
      const { client, outcome, askAgain, nothingIsLeft, late } = await openBusy(context);
      await evict(client, kind);
      expect(await outcome()).toEqual([expect.any(String), expect.any(String)]);
      expect(await askAgain()).toEqual(["done", "done"]);
      await nothingIsLeft();
      expect(late).toEqual([]);
    },
  );

  test.concurrent.for(Object.entries(KINDS))(
    "%s, as a worker died: all ends with one word",
    async ([, kind], context) => {
      const { expect } = context;
      const { client, worker, addWorker, addOllama, outcome, askAgain, nothingIsLeft, late } = await openBusy(context);
      worker.die();
      await evict(client, kind);
      await addWorker(await addOllama());
      expect(await outcome()).toEqual([expect.any(String), expect.any(String)]);
      expect(await askAgain()).toEqual(["done", "done"]);
      await nothingIsLeft();
      expect(late).toEqual([]);
    },
  );
});
