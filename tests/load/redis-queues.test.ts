import { expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { openParts } from "#src/tries/redis/open.ts";
import type { Try } from "#src/tries/try.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

const MODEL = "glm4:9b";

async function openWorld() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const parts = openParts(redis.url, readConfig({}).tries, createLog({ logLevel: "silent" }), () => {});
  onTestFinished(() => parts.close());
  await parts.link.ready();
  return { redis, ...parts };
}

// An id of a try is sixteen hexadecimal digits: of two thousand, one has no letter and is a number.
test.skipIf(WITHOUT_REDIS !== undefined).each(["1872317588954765", "0000000000000000", "3f22eefd1bc34d9b"])(
  "a try is queued, taken, put back and done, whatever its id: %s",
  async (id) => {
    const { queues } = await openWorld();
    await queues.add(MODEL, id);
    const first = await queues.take(MODEL, "one");
    expect(first?.id).toBe(id);
    expect(await queues.take(MODEL, "two")).toBeUndefined();
    await first?.requeue();
    const second = await queues.take(MODEL, "two");
    expect(second?.id).toBe(id);
    if (second) await queues.renew([second], "two");
    await second?.complete();
    expect(await queues.take(MODEL, "one")).toBeUndefined();
    await queues.ensure(MODEL, id);
    await queues.ensure(MODEL, id);
    expect((await queues.take(MODEL, "one"))?.id).toBe(id);
    expect(await queues.take(MODEL, "two")).toBeUndefined();
  },
);

test.skipIf(WITHOUT_REDIS !== undefined)("a try that another version wrote lets go of its person's place", async () => {
  const { redis, ledger } = await openWorld();
  const client = redis.client();
  onTestFinished(() => client.disconnect());
  const id = "3f22eefd1bc34d9b";
  const attempt: Try = {
    id,
    person: "somebody",
    guild: undefined,
    target: { model: MODEL, entryId: undefined, standIn: false },
    prompt: "问",
    history: [],
    think: undefined,
    locale: "zh-CN",
    delivery: { kind: "local", id: "here" },
    createdAt: Date.now(),
  };
  await ledger.admit(id, attempt.person, MODEL, 10);
  await ledger.begin(attempt, "holder", undefined);
  await client.hset(`mulu:try:${id}`, "data", '{"version":"of the future"}');
  expect(await ledger.start(id)).toEqual({ kind: "gone" });
  expect(await client.keys("mulu:*")).toEqual([]);
});
