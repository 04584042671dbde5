import { describe, expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import type { Ticket } from "#src/tries/queue.ts";
import { openParts } from "#src/tries/redis/open.ts";
import type { Progress, Try } from "#src/tries/try.ts";
import { PATIENCE_MS } from "#tests/patience.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`the queue in Redis is not tested: ${WITHOUT_REDIS}\n`);

const [MODEL, OTHER] = ["glm4:9b", "qwen3:8b"];
const POLL = { timeout: PATIENCE_MS };
const DONE: Progress = { phase: "done", runs: [{ phase: "done", text: "答", thinking: "" }] };
const key = (model: string, name: string): string => `mulu:2:queue:${encodeURIComponent(model)}:${name}`;

async function openWorld() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const client = redis.client();
  onTestFinished(() => client.disconnect());
  const open = async () => {
    const lines: { msg: string }[] = [];
    const log = createLog({ logLevel: "warn" }, { write: (line) => void lines.push(JSON.parse(line)) });
    const parts = openParts(redis.url, readConfig({}).tries, log, () => {});
    onTestFinished(() => parts.close());
    expect(await parts.link.ready()).toBe(true);
    return { ...parts, lines };
  };
  const one = await open();
  const ask = async (id: string, model = MODEL, deadline?: number): Promise<void> => {
    expect(await one.queue.admit({ id, person: id, most: 100 })).toBe("ok");
    await one.queue.add({ id, person: id, model }, deadline);
  };
  const take = async (queue = one.queue, models = [MODEL]): Promise<Ticket> => {
    let ticket: Ticket | undefined;
    await expect
      .poll(async () => {
        ticket = await queue.take(models);
        return ticket;
      }, POLL)
      .toBeDefined();
    if (ticket === undefined) throw new Error("nothing was taken");
    return ticket;
  };
  /** Its runner dies: what it held is free by the next look, whenever that is. */
  const dies = async ({ id, model }: Ticket): Promise<void> => void (await client.del(key(model, `try-${id}:lock`)));
  return { ...one, redis, client, open, ask, take, dies };
}

const attemptOf = (id: string): Try => ({
  id,
  person: id,
  targets: [{ model: MODEL, standIn: false }],
  prompt: "问",
  history: [],
  locale: "zh-CN",
  delivery: {
    surface: "discord",
    reach: { by: "token", token: "secret", until: Date.now() + 900_000 },
    address: {},
    private: false,
  },
  holder: "here",
  createdAt: Date.now(),
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a try in Redis", () => {
  // An id of a try is sixteen hexadecimal digits: of two thousand, one has no letter and is a number.
  test.each(["1872317588954765", "0000000000000000", "3f22eefd1bc34d9b"])(
    "is queued, taken, put back and done, and leaves nothing, whatever its id: %s",
    async (id) => {
      const { queue, client, ask, take } = await openWorld();
      await ask(id);
      const first = await take();
      expect(first).toEqual({ id, model: MODEL, deaths: 0, exhausted: false });
      expect(await queue.take([MODEL])).toBeUndefined();
      await queue.handBack(first, MODEL);
      const second = await take();
      expect(await queue.renew([second])).toEqual(new Set());
      await queue.finish(second);
      expect(await queue.take([MODEL])).toBeUndefined();
      const left = await client.keys(`*${id}*`);
      expect([left, await client.zcard("mulu:2:open"), await queue.counts()]).toEqual([
        [],
        0,
        { running: 0, waiting: 0 },
      ]);
    },
  );

  test("of a runner that has died is given to others, three times in all, and then it is exhausted", async () => {
    const { queue, lines, open, ask, take, dies } = await openWorld();
    const other = await open();
    await ask("a1");
    const told: (string | undefined)[] = [];
    other.queue.onChange((model) => told.push(model));
    for (let deaths = 0; deaths < 3; deaths++) {
      const ticket = await take(other.queue);
      expect(ticket).toMatchObject({ id: "a1", deaths, exhausted: false });
      await dies(ticket);
      told.length = 0;
      const kept = (): Promise<boolean[]> => Promise.all([queue.keep(), other.queue.keep()]);
      await expect.poll(async () => [await kept(), told.length > 0][1], POLL).toBe(true);
      expect(told).toContain(MODEL);
      expect(await other.queue.renew([ticket])).toEqual(new Set(["a1"]));
    }
    const last = await take();
    expect(last).toMatchObject({ id: "a1", deaths: 3, exhausted: true });
    await queue.finish(last);
    expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
    expect(lines.length).toBeLessThanOrEqual(3);
  });

  test("is kept by one process at a time", async () => {
    const { queue, open, ask } = await openWorld();
    const other = await open();
    await ask("a1");
    await expect.poll(() => queue.keep(), POLL).toBe(true);
    expect(await Promise.all([other.queue.keep(), queue.keep(), other.queue.keep()])).toEqual([false, true, false]);
  });

  test("goes on with its runner where Redis has lost everything, and is kept again", async () => {
    const { queue, records, client, ask, take } = await openWorld();
    const attempt = attemptOf("a1");
    await records.begin(attempt);
    await ask("a1");
    const ticket = await take();
    await client.flushall();
    expect(await queue.renew([ticket])).toEqual(new Set());
    expect(await records.end(attempt, DONE)).toBe("ok");
    expect(await records.end(attempt, DONE)).toBe("ended");
    expect(await queue.renew([ticket])).toEqual(new Set());
    await queue.finish(ticket);
    expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
    expect(await client.keys("*try-a1*")).toEqual([]);
    expect(await records.find("a1")).toMatchObject({ kind: "try", try: attempt, progress: DONE, shown: false });
    expect(await client.pttl("mulu:2:try:a1")).toBeGreaterThan(0);
  });

  test("is found in the queue of the model that it went to", async () => {
    const { queue, ask, take } = await openWorld();
    await ask("a1");
    await queue.handBack(await take(), OTHER);
    expect([await queue.waiting(MODEL), await queue.waiting(OTHER)]).toEqual([[], ["a1"]]);
    expect(await queue.due()).toEqual([]);
    expect(await queue.remove({ id: "a1", model: OTHER })).toBe(true);
    expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
  });

  test("is one of as many as may wait, and of two of a person, whoever asks at the same time", async () => {
    const worlds = await openWorld();
    const processes = [worlds, await worlds.open()];
    const admit = (person: (at: number) => string, most: number): Promise<string[]> =>
      Promise.all(
        Array.from({ length: 20 }, (_, at) => {
          const { queue } = processes[at % 2] ?? worlds;
          return queue.admit({ id: `${person(at)} ${at}`, person: person(at), most });
        }),
      );
    const count = (answers: string[], answer: string): number => answers.filter((item) => item === answer).length;
    const ofOne = await admit(() => "somebody", 100);
    expect([count(ofOne, "ok"), count(ofOne, "person")]).toEqual([2, 18]);
    const ofMany = await admit((at) => `person-${at}`, 7);
    expect([count(ofMany, "ok"), count(ofMany, "full")]).toEqual([5, 15]);
  });

  test("that runs makes room for one that waits", async () => {
    const { queue, ask, take } = await openWorld();
    await ask("a1");
    expect(await queue.admit({ id: "b2", person: "b2", most: 1 })).toBe("full");
    const ticket = await take();
    expect(await queue.admit({ id: "b2", person: "b2", most: 1 })).toBe("ok");
    await queue.leave("b2", "b2");
    expect(await queue.admit({ id: "c3", person: "c3", most: 1 })).toBe("ok");
    await queue.finish(ticket);
    expect(await queue.admit({ id: "d4", person: "d4", most: 1 })).toBe("full");
  });

  test("waits its turn among all models that a runner has", async () => {
    const { queue, ask, take } = await openWorld();
    for (const [id, model] of [
      ["a1", OTHER],
      ["b2", MODEL],
      ["c3", OTHER],
    ] as const)
      await ask(id, model);
    await expect.poll(() => queue.wanted(), POLL).toHaveLength(2);
    const taken: string[] = [];
    for (let left = 3; left > 0; left--) taken.push((await take(queue, [MODEL, OTHER])).id);
    expect(taken).toEqual(["a1", "b2", "c3"]);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("what another version has written", () => {
  test.each([
    ["no JSON in its job", (client: Client) => client.hset(key(MODEL, "try-a1"), "data", "{")],
    ["no options in its job", (client: Client) => client.hset(key(MODEL, "try-a1"), "opts", "?")],
    [
      "a job of another type",
      (client: Client) => client.multi().del(key(MODEL, "try-a1")).set(key(MODEL, "try-a1"), "?").exec(),
    ],
    ["no job", (client: Client) => client.del(key(MODEL, "try-a1"))],
  ])("is taken and can be ended: %s", async (_, spoil) => {
    const { queue, client, ask, take } = await openWorld();
    await ask("a1");
    await spoil(client);
    const ticket = await take();
    expect(ticket).toMatchObject({ id: "a1", model: MODEL });
    await queue.finish(ticket);
    expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
    expect(await client.keys("*a1*")).toEqual(["mulu:2:person:a1"]);
  });

  test.each<[string, (client: Client) => Promise<unknown>, boolean]>([
    ["no JSON", (client) => client.hset(TRY, "data", "{"), false],
    [
      "a try without its prompt",
      (client) => client.hset(TRY, "data", JSON.stringify({ ...attemptOf("a1"), prompt: undefined })),
      true,
    ],
    ["a progress without runs", (client) => client.hset(TRY, "progress", '{"phase":"loading"}'), true],
    ["no try", (client) => client.hdel(TRY, "data"), false],
    ["another type", (client) => client.multi().del(TRY).set(TRY, "?").exec(), false],
  ])("is unreadable, and ends once: %s", async (_, spoil, isShowable) => {
    const { records, client } = await openWorld();
    await records.begin(attemptOf("a1"));
    await spoil(client);
    for (let left = 2; left > 0; left--) {
      const found = await records.find("a1");
      expect(found).toMatchObject({ kind: "unreadable", ended: false });
      expect(found?.kind === "unreadable" && found.rest !== undefined).toBe(isShowable);
    }
    expect(await records.look(["a1"])).toMatchObject([{ state: "waiting", shown: false }]);
    expect(await Promise.all([records.endUnreadable("a1"), records.endUnreadable("a1")])).toEqual(["ok", "ended"]);
    expect(await records.look(["a1", "b2"])).toMatchObject([{ state: "ended" }, { state: "gone" }]);
    expect(await client.pttl(TRY)).toBeGreaterThan(0);
  });
});

const TRY = "mulu:2:try:a1";
type Client = Awaited<ReturnType<typeof openWorld>>["client"];
