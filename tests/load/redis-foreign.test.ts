import { Queue } from "bullmq";
import { describe, test } from "vitest";
import { openFleet } from "#tests/load/fleet-world.ts";
import { type Redis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`what other versions write is not tested: ${WITHOUT_REDIS}\n`);

const QUEUE = "mulu:2:queue:glm4%3A9b";
type Client = ReturnType<Redis["client"]>;
type Spoil = (client: Client, id: string, data: Record<string, unknown>) => Promise<unknown>;

const keys = (id: string) => ({ kept: `mulu:2:try:${id}`, job: `${QUEUE}:try-${id}` });
const rewrite =
  (change: object): Spoil =>
  (client, id, data) =>
    client.hset(keys(id).kept, "data", JSON.stringify({ ...data, ...change }));
const delivery =
  (change: object): Spoil =>
  (client, id, data) =>
    rewrite({ delivery: { ...(data["delivery"] as object), ...change } })(client, id, data);

/** It was run as it is. */
const RUN = ["done", undefined];
/** A worker could read enough of it to show a word. */
const OTHER = ["failed", "otherVersion"];
/** Nobody could: whoever asked shows one. */
const INTERRUPTED = ["interrupted", undefined];

/** What is written in place of a try that waits, how that ends, and how many lines of the log that takes. */
const SHAPES: [what: string, spoil: Spoil, end: (string | undefined)[], lines: number][] = [
  ["nothing else", async () => {}, RUN, 0],
  ["fields that nobody knows", rewrite({ mood: "good", delivery2: {} }), RUN, 0],
  ["no prompt", rewrite({ prompt: undefined }), OTHER, 1],
  ["nothing but a place", rewrite({ person: 5, targets: [], locale: "xx", history: null, prompt: 1 }), OTHER, 1],
  [
    "a progress of the future",
    (client, id) => client.hset(keys(id).kept, "progress", '{"phase":"dreaming"}'),
    OTHER,
    1,
  ],
  ["a progress that is no JSON", (client, id) => client.hset(keys(id).kept, "progress", "{"), OTHER, 1],
  ["a surface that no worker knows", delivery({ surface: "pigeons" }), RUN, 0],
  ["a place that is reached in a way of the future", delivery({ reach: { by: "pigeon" } }), INTERRUPTED, 1],
  ["no place", rewrite({ delivery: undefined }), INTERRUPTED, 1],
  ["no JSON", (client, id) => client.hset(keys(id).kept, "data", "{"), INTERRUPTED, 1],
  ["a number", (client, id) => client.hset(keys(id).kept, "data", "7"), INTERRUPTED, 1],
  ["a string", (client, id) => client.multi().del(keys(id).kept).set(keys(id).kept, "?").exec(), INTERRUPTED, 1],
  ["a list", (client, id) => client.multi().del(keys(id).kept).rpush(keys(id).kept, "?").exec(), INTERRUPTED, 1],
  ["a job that is no JSON", (client, id) => client.hset(keys(id).job, "data", "{"), RUN, 1],
  ["a job of somebody else", (client, id) => client.hset(keys(id).job, "data", '{"person":5,"x":1}'), RUN, 0],
  ["a job whose options are garbage", (client, id) => client.hset(keys(id).job, "opts", "?"), RUN, 1],
  ["a job that is a string", (client, id) => client.multi().del(keys(id).job).set(keys(id).job, "?").exec(), RUN, 1],
  ["a job that is a list", (client, id) => client.multi().del(keys(id).job).rpush(keys(id).job, "?").exec(), RUN, 1],
  ["no job", (client, id) => client.del(keys(id).job), RUN, 0],
  [
    "neither a job nor a try",
    (client, id) => client.multi().del(keys(id).job).set(keys(id).kept, "?").exec(),
    INTERRUPTED,
    1,
  ],
];

describe.skipIf(WITHOUT_REDIS !== undefined)("what another version has queued", () => {
  test.concurrent("is run or ended with a word, is logged, and holds up nobody", async (context) => {
    const { expect } = context;
    const fleet = await openFleet(context, { slots: 4 });
    const { addBot, addOllama, addWorker, client, untilEnded, nothingIsLeft, ends, late, lines } = fleet;
    const ollama = await addOllama();
    ollama.script({ text: "答" });
    const bot = await addBot();
    const asked = await Promise.all(SHAPES.map(async ([what]) => ({ what, attempt: await bot.ask(what) })));
    for (const [at, { attempt }] of asked.entries()) {
      const { kept } = keys(attempt.id);
      await SHAPES[at]?.[1](client, attempt.id, JSON.parse((await client.hget(kept, "data")) ?? ""));
    }
    await addWorker(ollama);
    await untilEnded(...asked.map(({ attempt }) => attempt));
    const outcomes = asked.map(({ what, attempt: { id } }) => {
      const all = ends.get(id) ?? [];
      const told = lines.filter((line) => line.level >= 40 && (line.try === id || line.job === `try-${id}`));
      return [what, all.map(({ phase, runs: [{ failure }] }) => [phase, failure]), told.length];
    });
    expect(outcomes).toEqual(SHAPES.map(([what, , end, told]) => [what, [end], told]));
    expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
    await nothingIsLeft();
    // Everybody has both places again.
    await untilEnded(...(await Promise.all([...asked, ...asked].map(({ what }) => bot.ask(what)))));
    expect(late).toEqual([]);
    await nothingIsLeft();
  });

  test.concurrent("is taken out where it is a job of nobody's, whatever its name and what it holds", async (context) => {
    const { expect } = context;
    const { redis, addBot, addOllama, addWorker, untilEnded, phasesOf, nothingIsLeft, lines } =
      await openFleet(context);
    const ollama = await addOllama();
    ollama.script({ text: "答" });
    const bot = await addBot();
    const foreign = new Queue("glm4%3A9b", {
      connection: { url: redis.url },
      prefix: "mulu:2:queue",
      skipVersionCheck: true,
    });
    context.onTestFinished(() => foreign.close());
    await foreign.add("a name of the future", { try: { id: 7 }, list: [1] }, { jobId: "try-0123456789abcdef" });
    await foreign.add("?", "no object", { jobId: "somebody" });
    await foreign.add("?", null);
    const attempt = await bot.ask("somebody");
    await addWorker(ollama);
    await untilEnded(attempt);
    expect(phasesOf(attempt)).toEqual(["done"]);
    await expect
      .poll(() => lines.filter(({ level }) => level >= 40).map((line) => line.try))
      .toEqual(expect.arrayContaining(["0123456789abcdef", "somebody"]));
    expect(lines.filter(({ level }) => level >= 40)).toHaveLength(3);
    await nothingIsLeft();
  });

  test.concurrent("does not end a worker where a queue of its model is of another type", async (context) => {
    const { addBot, addOllama, addWorker, client, untilEnded, phasesOf, lines } = await openFleet(context);
    const { expect } = context;
    const ollama = await addOllama();
    ollama.script({ text: "答" });
    const bot = await addBot();
    await addWorker(ollama);
    await client.set(`${QUEUE}:wait`, "?");
    await expect(bot.ask("somebody")).rejects.toThrow();
    // Somebody says that there is something to take.
    await client.publish("mulu:2:changes", "+glm4:9b");
    await expect.poll(() => lines.map(({ msg }) => msg)).toContain("no try can be taken");
    await client.del(`${QUEUE}:wait`);
    const attempt = await bot.ask("another");
    await untilEnded(attempt);
    expect(phasesOf(attempt)).toEqual(["done"]);
  });
});
