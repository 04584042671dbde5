import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pino } from "pino";
import { afterAll, beforeAll, onTestFinished, vi } from "vitest";
import { createStoreHealth } from "#src/base/store-health.ts";
import { createLocalQueue } from "#src/tries/local/queue.ts";
import { type LocalRecords, openRecords } from "#src/tries/local/records.ts";
import type { TryQueue } from "#src/tries/queue.ts";
import type { TryRecords } from "#src/tries/records.ts";
import { openParts } from "#src/tries/redis/open.ts";
import { type Redis, startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

/** The two stores of tries, as one process has them. */
type Stores = { queue: TryQueue; records: TryRecords };

export type OpenStores = Stores & {
  /** The same stores as another process has them; the very same ones where they are of one process alone. */
  other: Stores;
  /** Lets so many milliseconds pass for what is kept. */
  pass: (ms: number) => Promise<void>;
  /** From here on the clock shows another millisecond. */
  nextMoment: () => Promise<void>;
  /** Writes what another version may have written of a try that is kept. */
  write: (id: string, fields: { data?: string; progress?: string }) => Promise<void>;
};

type Implementation = {
  name: string;
  /** What is queued outlives a process, and others may take it. */
  lasts: boolean;
  /** Makes ready for the tests of a file; what it gives opens new, empty stores for one of them. */
  prepare: () => () => Promise<OpenStores>;
};

export const KEEP_HOURS = 1;
const KEEP_MS = KEEP_HOURS * 3_600_000;
const log = pino({ level: "silent" });

async function openLocal(): Promise<OpenStores> {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(await temporaryFolder(), "cache.db");
  const reopen = (): LocalRecords =>
    openRecords({ path, keepMs: KEEP_MS, health: createStoreHealth("cache.db", log), log });
  let opened = reopen();
  onTestFinished(() => opened.close());
  const records = new Proxy(opened, { get: (_, name: keyof LocalRecords) => opened[name] });
  const stores = { queue: createLocalQueue(), records };
  const pass = async (ms: number): Promise<void> => void vi.advanceTimersByTime(ms);
  return {
    ...{ ...stores, other: stores, pass },
    nextMoment: () => pass(1),
    // What a process knows of its own tries is in its memory: another version has written in a process before it.
    write: async (id, fields) => {
      await opened.close();
      const raw = new DatabaseSync(path);
      for (const [name, text] of Object.entries(fields))
        raw.prepare(`UPDATE records SET ${name} = ? WHERE id = ?`).run(text, id);
      raw.close();
      opened = reopen();
    },
  };
}

function prepareRedis(): () => Promise<OpenStores> {
  let redis: Redis;
  let client: ReturnType<Redis["client"]>;
  beforeAll(async () => {
    redis = await startRedis();
    client = redis.client();
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  const connect = async (): Promise<Stores> => {
    const { queue, records, link, close } = openParts(redis.url, { keepHours: KEEP_HOURS }, log, () => {});
    onTestFinished(async () => {
      await records.close();
      await close();
    });
    if (!(await link.ready())) throw new Error("Redis cannot be written to");
    return { queue, records };
  };
  return async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    await client.flushall();
    const [own, other] = await Promise.all([connect(), connect()]);
    return {
      ...{ ...own, other },
      pass: async (ms) => {
        vi.advanceTimersByTime(ms);
        await passInRedis(client, ms);
      },
      nextMoment: async () => {
        const before = Date.now();
        while (Date.now() === before) await new Promise((resolve) => setImmediate(resolve));
      },
      write: async (id, fields) => void (await client.hset(`mulu:2:try:${id}`, fields)),
    };
  };
}

/** Everything there ends sooner: keys with a time to live, and what is in order of the time when it is due. */
async function passInRedis(client: ReturnType<Redis["client"]>, ms: number): Promise<void> {
  for (const key of await client.keys("*")) {
    const left = await client.pttl(key);
    if (left >= 0) await client.pexpire(key, left - ms);
    if (!/^mulu:2:(?:open$|person:|kept:)/.test(key)) continue;
    for (const member of await client.zrange(key, "0", "-1")) await client.zincrby(key, -ms, member);
  }
}

if (WITHOUT_REDIS !== undefined)
  process.stderr.write(`the stores of tries in Redis are not tested: ${WITHOUT_REDIS}\n`);

export const IMPLEMENTATIONS: readonly Implementation[] = [
  { name: "one process", lasts: false, prepare: () => openLocal },
  ...(WITHOUT_REDIS === undefined ? [{ name: "Redis", lasts: true, prepare: prepareRedis }] : []),
];
