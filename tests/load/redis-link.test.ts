import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createLog } from "#src/base/log.ts";
import { StoreAway } from "#src/base/store-away.ts";
import { readConfig } from "#src/config.ts";
import { openParts } from "#src/tries/redis/open.ts";
import { endedFor, type Try, waitingProgress } from "#src/tries/try.ts";
import { PATIENCE_MS } from "#tests/patience.ts";
import { type Redis, type RedisOptions, startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`the connection to Redis is not tested: ${WITHOUT_REDIS}\n`);

const MODEL = "glm4:9b";
const POLL = { timeout: PATIENCE_MS };

afterEach(() => {
  vi.useRealTimers();
});

async function openRedis(options: RedisOptions = {}) {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  const client = redis.client();
  onTestFinished(() => client.disconnect());
  return { ...redis, client };
}

/** A process, the lines of its log, and whether it says that Redis can be written to. */
function openProcess({ url }: Pick<Redis, "url">) {
  const lines: { level: number; msg: string; reason?: string; seconds?: number }[] = [];
  const log = createLog({ logLevel: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const seen = { writable: false };
  const parts = openParts(url, readConfig({}).tries, log, (writable) => {
    seen.writable = writable;
  });
  onTestFinished(() => parts.close());
  return { ...parts, lines, seen };
}

const attemptOf = (id: string, until: number): Try => ({
  id,
  person: "somebody",
  targets: [{ model: MODEL, standIn: false }],
  prompt: "问",
  history: [],
  locale: "zh-CN",
  delivery: { surface: "discord", reach: { by: "token", token: "secret", until }, address: {}, private: false },
  holder: "here",
  createdAt: Date.now(),
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a Redis whose user may not", () => {
  test("run scripts is not ready, and says so once", async () => {
    const redis = await openRedis();
    const { queue, link, lines, seen } = openProcess(redis);
    await expect.poll(() => seen.writable, POLL).toBe(true);
    await redis.client.acl("SETUSER", "default", "-evalsha");
    await expect(queue.admit({ id: "1", person: "a", most: 9 })).rejects.toThrow(StoreAway);
    expect(seen.writable).toBe(false);
    // As every few seconds, and with each connection.
    await redis.client.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await expect.poll(() => link.commands.status, POLL).toBe("ready");
    await expect(queue.admit({ id: "1", person: "a", most: 9 })).rejects.toThrow(StoreAway);
    expect(lines).toMatchObject([{ reason: "NOPERM", msg: "Redis forbids commands that tries need" }]);
    await redis.client.acl("SETUSER", "default", "+@all");
    await expect.poll(() => seen.writable, POLL).toBe(true);
    expect(await queue.admit({ id: "1", person: "a", most: 9 })).toBe("ok");
  });

  test.each(["zadd", "time", "publish", "hset"])("run %s: nothing is a fault of ours", async (command) => {
    const redis = await openRedis();
    const { queue, records, seen } = openProcess(redis);
    await expect.poll(() => seen.writable, POLL).toBe(true);
    await redis.client.acl("SETUSER", "default", `-${command}`);
    const attempt = attemptOf("1", Date.now() + 60_000);
    const outcomes = await Promise.allSettled([
      queue.admit({ id: "1", person: "a", most: 9 }),
      queue.add({ id: "1", person: "a", model: MODEL }, undefined),
      records.begin(attempt),
      records.end(attempt, endedFor(waitingProgress(attempt), "stopped")),
      records.cancel("1", "stopped"),
    ]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused.length).toBeGreaterThan(0);
    for (const reason of refused) expect(reason).toBeInstanceOf(StoreAway);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a Redis that answers and refuses writes", () => {
  type Client = Awaited<ReturnType<typeof openRedis>>["client"];
  const refusals: [string, (client: Client) => Promise<unknown>, (client: Client) => Promise<unknown>][] = [
    ["OOM", (client) => client.config("SET", "maxmemory", "1"), (client) => client.config("SET", "maxmemory", "0")],
    [
      "NOREPLICAS",
      (client) => client.config("SET", "min-replicas-to-write", "1"),
      (client) => client.config("SET", "min-replicas-to-write", "0"),
    ],
    [
      "READONLY",
      (client) => client.call("REPLICAOF", "127.0.0.1", "1"),
      (client) => client.call("REPLICAOF", "NO", "ONE"),
    ],
  ];

  test.each(refusals)(
    "%s: is not ready, says so once, keeps what is held, and goes on",
    async (reason, refuse, accept) => {
      const redis = await openRedis();
      const { queue, records, link, lines, seen } = openProcess(redis);
      expect(await link.ready()).toBe(true);
      expect(seen.writable).toBe(true);
      expect(await queue.admit({ id: "a1", person: "somebody", most: 10 })).toBe("ok");
      await queue.add({ id: "a1", person: "somebody", model: MODEL }, undefined);
      const ticket = await queue.take([MODEL]);
      if (ticket === undefined) throw new Error("nothing to take");

      await refuse(redis.client);
      await expect.poll(() => seen.writable, POLL).toBe(false);
      const refused = await Promise.allSettled([
        queue.admit({ id: "b2", person: "another", most: 10 }),
        queue.renew([ticket]),
        records.begin(attemptOf("b2", Date.now())),
        records.end(attemptOf("a1", Date.now()), { phase: "done", runs: [{ phase: "done", text: "", thinking: "" }] }),
      ]);
      const away = { status: "rejected", reason: expect.any(StoreAway) };
      expect(refused).toEqual(refused.map(() => away));
      // Its lock runs out meanwhile.
      await expect
        .poll(() => redis.client.exists(`mulu:2:queue:${encodeURIComponent(MODEL)}:try-a1:lock`), POLL)
        .toBe(0);

      await accept(redis.client);
      await expect.poll(() => seen.writable, POLL).toBe(true);
      expect(await queue.keep()).toBe(false);
      expect(await queue.renew([ticket])).toEqual(new Set());
      await queue.finish(ticket);
      expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
      expect(lines.filter(({ level }) => level === 40).map(({ msg, reason }) => [msg, reason])).toEqual([
        ["Redis refuses writes", reason],
      ]);
      expect(lines.filter(({ msg }) => msg === "Redis takes writes again").length).toBe(1);
    },
  );

  test("MISCONF: is not ready while its snapshots fail", async () => {
    const redis = await openRedis({ snapshots: true });
    const { link, lines, seen } = openProcess(redis);
    expect(await link.ready()).toBe(true);
    await redis.withoutSnapshots(async () => {
      await redis.client.bgsave();
      await expect.poll(() => seen.writable, POLL).toBe(false);
    });
    await redis.client.bgsave();
    await expect.poll(() => seen.writable, POLL).toBe(true);
    expect(lines.filter(({ level }) => level === 40)).toMatchObject([
      { msg: "Redis refuses writes", reason: "MISCONF" },
    ]);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a Redis that is gone", () => {
  test("is said once, and when it is there again", async () => {
    const redis = await openRedis();
    const { queue, link, lines, seen } = openProcess(redis);
    expect(await link.ready()).toBe(true);
    await redis.down();
    await expect.poll(() => seen.writable, POLL).toBe(false);
    await expect(queue.counts()).rejects.toThrow(StoreAway);
    await expect.poll(() => lines.map(({ msg }) => msg), POLL).toEqual(["Redis is out of reach"]);
    await redis.up();
    await expect.poll(() => seen.writable, POLL).toBe(true);
    expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
    expect(lines.map(({ msg }) => msg)).toEqual(["Redis is out of reach", "Redis is there again"]);
  });

  test("is claimed from once for each id, and tells who asks while it is away", async () => {
    const redis = await openRedis();
    const [one, other] = [openProcess(redis), openProcess(redis)];
    for (const { link } of [one, other]) expect(await link.ready()).toBe(true);
    const claims = await Promise.all([one, other, one, other].map(({ claim }) => claim("an interaction")));
    expect(claims.filter(Boolean).length).toBe(1);
    expect(await other.claim("another one")).toBe(true);
    await redis.down();
    await expect(one.claim("an interaction")).rejects.toThrow(StoreAway);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a Redis that can never be used", () => {
  test("in cluster mode, is refused in words", async () => {
    const redis = await openRedis({ cluster: true });
    const { link, seen } = openProcess(redis);
    expect(await link.refused).toMatchObject({ reason: "cluster" });
    expect(await link.ready()).toBe(false);
    expect(seen.writable).toBe(false);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a machine whose clock is wrong", () => {
  const [SLOW_MS, MINUTE_MS] = [-300_000, 60_000];

  test.each([SLOW_MS, -SLOW_MS])("by %i ms sees the same deadlines as all others, and says it once", async (ms) => {
    const redis = await openRedis();
    const right = openProcess(redis);
    expect(await right.link.ready()).toBe(true);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
    const wrong = openProcess(redis);
    expect(await wrong.link.ready()).toBe(true);
    expect(wrong.lines).toMatchObject([{ level: 40, seconds: -ms / 1000 }]);

    const attempt = attemptOf("a1", Date.now() + MINUTE_MS);
    expect(await wrong.queue.admit({ id: "a1", person: "somebody", most: 10 })).toBe("ok");
    await wrong.records.begin(attempt);
    await wrong.queue.add({ id: "a1", person: "somebody", model: MODEL }, Date.now() + MINUTE_MS);
    expect(await wrong.records.find("a1")).toMatchObject({ try: attempt });
    expect(await wrong.queue.due()).toEqual([]);
    vi.useRealTimers();
    const found = await right.records.find("a1");
    const left =
      found?.kind === "try" && found.try.delivery.reach.by === "token"
        ? found.try.delivery.reach.until - Date.now()
        : 0;
    expect(Math.abs(left - MINUTE_MS)).toBeLessThan(MINUTE_MS / 2);
    expect(await right.queue.due()).toEqual([]);
    expect(right.lines).toEqual([]);
  });
});
