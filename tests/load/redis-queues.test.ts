import { expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/log.ts";
import { openLink } from "#src/tries/shared/link.ts";
import { createQueues } from "#src/tries/shared/queues.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

const MODEL = "glm4:9b";

async function openQueues() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const log = createLog({ logLevel: "silent" });
  const link = openLink(redis.url, log);
  onTestFinished(() => link.close());
  const queues = createQueues(link, log);
  onTestFinished(() => queues.close());
  await link.ready();
  return queues;
}

// An id of a try is sixteen hexadecimal digits: of two thousand, one has no letter and is a number.
test.skipIf(WITHOUT_REDIS !== undefined).each(["1872317588954765", "0000000000000000", "3f22eefd1bc34d9b"])(
  "a try is queued, taken, put back and done, whatever its id: %s",
  async (id) => {
    const queues = await openQueues();
    await queues.add(MODEL, id);
    const first = await queues.take(MODEL, "one");
    expect(first?.id).toBe(id);
    expect(await queues.take(MODEL, "two")).toBeUndefined();
    await first?.back();
    const second = await queues.take(MODEL, "two");
    expect(second?.id).toBe(id);
    if (second) await queues.renew([second], "two");
    await second?.done();
    expect(await queues.take(MODEL, "one")).toBeUndefined();
    await queues.ensure(MODEL, id);
    await queues.ensure(MODEL, id);
    expect((await queues.take(MODEL, "one"))?.id).toBe(id);
    expect(await queues.take(MODEL, "two")).toBeUndefined();
  },
);
