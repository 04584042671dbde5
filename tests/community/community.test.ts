import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { StoreAway } from "#src/base/store-away.ts";
import { createCommunity } from "#src/community/community.ts";
import { openCommunityFile } from "#src/community/sqlite.ts";
import { type CommunityStore, CommunityUnusable } from "#src/community/store.ts";

const log = pino({ level: "silent" });
const ADMIN = { id: "9", guild: undefined, channels: [] };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Everything over one store, whose clock and faults the test has in hand. */
function open() {
  const file = openCommunityFile({ path: ":memory:" });
  onTestFinished(() => file.close());
  let ms = Date.parse("2026-11-28T12:00:00Z");
  let fault: Error | undefined;
  const failing =
    <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      fault ? Promise.reject(fault) : act(...args);
  const store: CommunityStore = {
    get: failing(file.get),
    list: failing(file.list),
    put: failing(file.put),
    remove: failing(file.remove),
    close: file.close,
  };
  return {
    community: createCommunity(store, log, { now: () => ms }),
    /** Another process with the same store. */
    other: createCommunity(store, log, { now: () => ms }),
    store,
    pass: (by: number) => {
      ms += by;
    },
    fail: (error: Error | undefined) => {
      fault = error;
    },
  };
}

describe("what administrators decide", () => {
  test("a block for an hour holds for an hour", async () => {
    const { community, pass } = open();
    await community.block(ADMIN, "1", { reason: "", hours: 1 });
    pass(HOUR_MS - 1);
    expect((await community.decisions()).blocks.has("1")).toBe(true);
    pass(1);
    expect((await community.decisions()).blocks.has("1")).toBe(false);
  });

  test("holds in other processes within seconds", async () => {
    const { community, other } = open();
    expect((await other.decisions()).blocks.size).toBe(0);
    await community.block(ADMIN, "1", { reason: "", hours: undefined });
    await expect.poll(async () => (await other.decisions()).blocks.size, { timeout: 5000 }).toBe(1);
  });

  test("is the last known while the store is away, which can then not be told anything", async () => {
    const { community, other, fail } = open();
    await community.block(ADMIN, "1", { reason: "", hours: undefined });
    expect((await other.decisions()).blocks.has("1")).toBe(true);
    fail(new StoreAway("locked"));
    await expect(community.unblock(ADMIN, "1")).rejects.toMatchObject({ key: "communityAway" });
    expect((await community.decisions()).blocks.has("1")).toBe(false);
    expect((await other.decisions()).blocks.has("1")).toBe(true);
  });

  test("is known to nobody where the store is unusable, until it is not", async () => {
    const { community, fail } = open();
    fail(new CommunityUnusable("newer"));
    await expect(community.decisions()).rejects.toMatchObject({ key: "tryCommunityNewer" });
    fail(undefined);
    expect((await community.decisions()).blocks.size).toBe(0);
  });

  test("counts although a newer version has written more than this one reads", async () => {
    const { community, store } = open();
    await store.put("blocks", "1", { reason: { text: "new" }, more: true });
    expect((await community.decisions()).blocks.get("1")).toMatchObject({ reason: "" });
  });
});

describe("what is counted", () => {
  test("is of today, in the order of runs, and dropped after days", async () => {
    const { community, store, pass } = open();
    community.countRuns("1", "a", 1);
    community.countRuns("2", "a", 3);
    community.countRuns("1", "b", 4);
    community.countRuns("3", undefined, 1);
    expect(await community.mostUsed(undefined, 2)).toEqual([
      { person: "1", runs: 5 },
      { person: "2", runs: 3 },
    ]);
    expect(await community.mostUsed("a", 10)).toEqual([
      { person: "2", runs: 3 },
      { person: "1", runs: 1 },
    ]);
    pass(DAY_MS);
    expect(await community.mostUsed(undefined, 10)).toEqual([]);
    pass(2 * DAY_MS);
    community.countRuns("9", undefined, 1);
    expect(await community.mostUsed(undefined, 10)).toEqual([{ person: "9", runs: 1 }]);
    expect((await store.list("usage")).length).toBe(1);
  });

  test("costs nothing but the count where the store is away", async () => {
    const { community, fail } = open();
    fail(new StoreAway("locked"));
    community.countRuns("1", undefined, 1);
    await expect(community.mostUsed(undefined, 10)).rejects.toMatchObject({ key: "communityAway" });
    fail(undefined);
    community.countRuns("1", undefined, 1);
    expect(await community.mostUsed(undefined, 10)).toEqual([{ person: "1", runs: 1 }]);
  });
});

test("a person's reports and runs are forgotten, what administrators decided of them is not", async () => {
  const { community } = open();
  community.countRuns("1", undefined, 1);
  await community.takeReport("1", "a");
  await community.block(ADMIN, "1", { reason: "", hours: undefined });
  await community.setQuota(ADMIN, "1", 0);
  await community.forget("1");
  expect(await community.mostUsed(undefined, 10)).toEqual([]);
  expect(await community.takeReport("1", "a")).toBe("taken");
  const { blocks, quotas } = await community.decisions();
  expect([blocks.has("1"), quotas.get("1")]).toEqual([true, 0]);
});

test("five reports an hour are taken of a person", async () => {
  const { community, pass } = open();
  for (const id of ["a", "b", "c", "d", "e"]) expect(await community.takeReport("1", id)).toBe("taken");
  expect(await community.takeReport("1", "f")).toBe("tooMany");
  expect(await community.takeReport("2", "f")).toBe("taken");
  pass(HOUR_MS);
  expect(await community.takeReport("1", "f")).toBe("taken");
  expect(await community.takeReport("1", "a")).toBe("twice");
});
