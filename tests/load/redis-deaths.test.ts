import { describe, test } from "vitest";
import { type Deadly, dyingAt, openFleet } from "#tests/load/fleet-world.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`deaths of workers are not tested: ${WITHOUT_REDIS}\n`);

const [FIRST, SECOND] = ["第一次的回答", "第二次的回答"];

type Stage = [what: string, deadly: Deadly, answer: string, runs: [number, number]];
const AGAIN: [number, number] = [1, 1];
const ONCE: [number, number] = [1, 0];

/** Where a worker dies, whose answer is shown then, and how often the model was asked by it and by the other one. */
const STAGES: Stage[] = [
  ["it was taken", ({ records }, die) => ({ records: dyingAt(records, "find", "before", die) }), SECOND, [0, 1]],
  [
    "it is about to start",
    ({ records }, die) => ({ records: dyingAt(records, "start", "before", die) }),
    SECOND,
    [0, 1],
  ],
  ["it has started", ({ records }, die) => ({ records: dyingAt(records, "start", "after", die) }), SECOND, [0, 1]],
  ["it runs", ({ records }, die) => ({ records: dyingAt(records, "tell", "before", die) }), SECOND, AGAIN],
  ["it is answered", ({ records }, die) => ({ records: dyingAt(records, "end", "before", die) }), SECOND, AGAIN],
  ["its end is written", ({ records }, die) => ({ records: dyingAt(records, "end", "after", die) }), FIRST, ONCE],
  ["its person may ask", ({ queue }, die) => ({ queue: dyingAt(queue, "leave", "after", die) }), FIRST, ONCE],
  ["its end is shown", ({ records }, die) => ({ records: dyingAt(records, "shown", "before", die) }), FIRST, ONCE],
  ["that is noted", ({ records }, die) => ({ records: dyingAt(records, "shown", "after", die) }), FIRST, ONCE],
  ["it is about to go", ({ queue }, die) => ({ queue: dyingAt(queue, "finish", "before", die) }), FIRST, ONCE],
  ["it has gone", ({ queue }, die) => ({ queue: dyingAt(queue, "finish", "after", die) }), FIRST, ONCE],
];

describe.skipIf(WITHOUT_REDIS !== undefined)("a worker that dies", () => {
  test.concurrent("at any stage of a try: it is answered once, and nothing is left", async (context) => {
    const { expect } = context;
    const outcomes = STAGES.map(async ([stage, deadly]) => {
      const { addBot, addOllama, addWorker, untilEnded, nothingIsLeft, textOf, phasesOf, late } =
        await openFleet(context);
      const [first, second] = [await addOllama(), await addOllama()];
      first.script({ text: FIRST });
      second.script({ text: SECOND });
      const bot = await addBot();
      const worker = await addWorker(first, deadly);
      const attempt = await bot.ask("somebody");
      await expect.poll(() => worker.isDead()).toBe(true);
      await addWorker(second);
      await untilEnded(attempt);
      await nothingIsLeft();
      const runs = [first.requests.length, second.requests.length];
      return { stage, phases: new Set(phasesOf(attempt)), text: textOf(attempt), runs, late };
    });
    expect(await Promise.all(outcomes)).toEqual(
      STAGES.map(([stage, , text, runs]) => ({ stage, phases: new Set(["done"]), text, runs, late: [] })),
    );
  });

  test.concurrent("with a whole answer that it has not shown: a bot shows it where there is no other worker", async (context) => {
    const { expect } = context;
    const { addBot, addOllama, addWorker, untilEnded, textOf, phasesOf, client } = await openFleet(context);
    const ollama = await addOllama();
    ollama.script({ text: FIRST });
    const bot = await addBot();
    const worker = await addWorker(ollama, ({ records }, die) => ({ records: dyingAt(records, "end", "after", die) }));
    const attempt = await bot.ask("somebody");
    await expect.poll(() => worker.isDead()).toBe(true);
    await untilEnded(attempt);
    expect([phasesOf(attempt), textOf(attempt)]).toEqual([["done"], FIRST]);
    await expect.poll(() => client.hget(`mulu:2:try:${attempt.id}`, "data")).not.toContain("secret");
  });

  test.concurrent("while a person stops what it ran: it ends as they said, with what there is", async (context) => {
    const { expect } = context;
    const { addBot, addOllama, addWorker, untilEnded, untilSpeaks, textOf, phasesOf, nothingIsLeft } =
      await openFleet(context);
    const ollama = await addOllama();
    ollama.script({ endless: true, tokensPerSecond: 50 });
    const bot = await addBot();
    const worker = await addWorker(ollama);
    const attempt = await bot.ask("somebody");
    await untilSpeaks(attempt);
    worker.die();
    await bot.tries.stop(attempt.id, {
      id: "somebody",
      admin: false,
      moderator: false,
      roles: [],
      channels: [],
      guild: undefined,
    });
    await untilEnded(attempt);
    expect(phasesOf(attempt)).toEqual(["stopped"]);
    expect(textOf(attempt)).toBeDefined();
    await nothingIsLeft();
  });

  test.concurrent("three times of the same try: it is not begun again, and ends with a word", async (context) => {
    const { expect } = context;
    const { addBot, addOllama, addWorker, untilEnded, phasesOf, nothingIsLeft, ends } = await openFleet(context);
    const ollama = await addOllama();
    const bot = await addBot();
    const attempt = await bot.ask("somebody");
    for (let deaths = 0; deaths < 3; deaths++) {
      const worker = await addWorker(ollama, ({ records }, die) => ({
        records: dyingAt(records, "start", "after", die),
      }));
      await expect.poll(() => worker.isDead()).toBe(true);
    }
    await addWorker(ollama);
    await untilEnded(attempt);
    expect(phasesOf(attempt)).toEqual(["failed"]);
    expect(ends.get(attempt.id)?.[0]?.runs[0].failure).toBe("interrupted");
    expect(ollama.requests).toEqual([]);
    await nothingIsLeft();
  });
});
