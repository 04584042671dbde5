import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import type { Host } from "#src/inference/fleet.ts";
import { newTryId } from "#src/tries/admission.ts";
import { openParts } from "#src/tries/redis/open.ts";
import type { OpenGuarded } from "#src/tries/redis/show-end.ts";
import { createSweeper } from "#src/tries/redis/sweeper.ts";
import type { Progress, Try } from "#src/tries/try.ts";
import { MODEL } from "#tests/load/redis-world.ts";
import { type Redis, startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`the sweeper is not tested: ${WITHOUT_REDIS}\n`);

const TOKEN_MS = 15 * 60_000;
/** A try must have ended a minute before its token has. */
const DEADLINE_MS = TOKEN_MS - 60_000;
const HALF: Progress = { phase: "answering", text: "半句", thinking: "" };
const DONE: Progress = { phase: "done", text: "答", thinking: "" };

const GOING_ON = /^mulu:(?:(?:active|order):.*|waiting|running|deadlines|unshown|queue:.*:try-.*)$/;

/** Moves this process's clock, which then stands still; that of Redis, and all timers, go on as they are. */
const passed = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
afterEach(() => {
  vi.useRealTimers();
});

/** A process that sweeps, with connections of its own. */
async function openProcess({ url }: Redis, open: OpenGuarded, orphanMs?: number) {
  const log = createLog({ logLevel: "silent" });
  const parts = openParts(url, readConfig({}).tries, log, () => {});
  onTestFinished(() => parts.close());
  await parts.link.ready();
  const { sweep } = createSweeper({ ...parts, open, log, ...(orphanMs !== undefined && { orphanMs }) });
  return { ...parts, sweep };
}

/** Redis and one such process; last words are shown to a list. */
async function openWorld({ orphanMs }: { orphanMs?: number } = {}) {
  passed(0);
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const client = redis.client();
  onTestFinished(() => client.disconnect());
  const shown: (Progress & { id: string })[] = [];
  const open: OpenGuarded = ({ id }) => ({
    gone: new AbortController().signal,
    update: () => {},
    finish: async (progress) => {
      shown.push({ id, ...progress });
      // An edit takes its time.
      await wait(shown.length % 20);
    },
  });
  const one = await openProcess(redis, open, orphanMs);
  const { ledger, queues, heartbeats } = one;

  const ask = async (person = newTryId()): Promise<string> => {
    const attempt = attemptOf(newTryId(), person);
    const { id } = attempt;
    expect(await ledger.admit(id, person, MODEL, 100)).toBe("ok");
    await ledger.begin(attempt, "somebody", Date.now() + DEADLINE_MS);
    await queues.add(MODEL, id);
    return id;
  };
  const take = async (): Promise<string | undefined> => (await queues.take(MODEL, "a worker"))?.id;
  /** A worker takes it, says half a sentence, and is not heard of any more. */
  const runAndDie = async (id: string) => {
    expect(await take()).toBe(id);
    const start = await ledger.start(id);
    if (start.kind === "run") await ledger.save(id, start.run, HALF);
    // It runs out after ten seconds by the clock of Redis.
    await client.del(`mulu:queue:${encodeURIComponent(MODEL)}:try-${id}:lock`);
    return start;
  };
  /** Answered by a worker that died before it could show that. */
  const askAndEnd = async (): Promise<string> => {
    const id = await ask();
    expect(await ledger.end(id, DONE)).toBe("ok");
    await queues.remove(MODEL, id);
    return id;
  };
  return {
    ...{ ...one, redis, client, shown, open, ask, take, runAndDie, askAndEnd },
    /** Neither places in the indexes nor jobs are left. */
    nothingGoesOn: () =>
      expect.poll(async () => (await client.keys("*")).filter((key) => GOING_ON.test(key))).toEqual([]),
    stateOf: async (id: string) => (await ledger.snapshots([id]))[0]?.state,
    /** A worker tells of a host with the model. */
    workerSays: (change: Partial<Host> = {}) =>
      heartbeats.publish({ id: "worker", name: "machine", hosts: [{ ...HOST, ...change }] }),
    /** Sweeps, and waits until all is shown. */
    sweepAndShow: async (): Promise<void> => {
      await one.sweep();
      await expect.poll(() => ledger.unshown(Number.MAX_SAFE_INTEGER)).toEqual([]);
    },
  };
}

const UNTOLD = { parameterSize: undefined, quantization: undefined, capabilities: undefined };
const HOST: Host = {
  url: "http://127.0.0.1:11434",
  label: "127.0.0.1:11434",
  up: true,
  version: "0.14.2",
  installed: [{ ...UNTOLD, name: MODEL, sizeBytes: 5.5e9, digest: "0", cloud: false }],
  loaded: new Map(),
  busy: 0,
  failures: 0,
};

const attemptOf = (id: string, person: string): Try => ({
  id,
  person,
  guild: undefined,
  target: { model: MODEL, entryId: undefined, standIn: false },
  prompt: "问",
  history: [],
  think: undefined,
  locale: "zh-CN",
  delivery: { kind: "discord", application: "1", token: "secret", expiresAt: Date.now() + TOKEN_MS, private: false },
  createdAt: Date.now(),
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a try that waits", () => {
  test("for a model that no live worker has fails after a while", async () => {
    const orphanMs = 200;
    const { nothingGoesOn, ask, sweep, shown, workerSays } = await openWorld({ orphanMs });
    await workerSays({ up: false });
    const id = await ask();
    const began = performance.now();
    await expect.poll(() => sweep().then(() => shown.length)).toBe(1);
    expect(performance.now() - began).toBeGreaterThan(orphanMs);
    expect(shown).toEqual([{ id, phase: "failed", failure: "unreachable", hostLabel: MODEL, text: "", thinking: "" }]);
    await nothingGoesOn();
  });

  test("goes on waiting where a worker with its model comes, and is given as long again when that leaves", async () => {
    const orphanMs = 300;
    const { ask, sweep, shown, stateOf, workerSays, heartbeats } = await openWorld({ orphanMs });
    const id = await ask();
    const sweepFor = (ms: number): Promise<void> => {
      const until = performance.now() + ms;
      return expect.poll(() => sweep().then(() => performance.now())).toBeGreaterThan(until);
    };
    await sweep();
    await workerSays();
    await sweepFor(2 * orphanMs);
    expect(await stateOf(id)).toBe("waiting");
    await heartbeats.withdraw("worker");
    await sweep();
    expect(await stateOf(id)).toBe("waiting");
    await sweepFor(2 * orphanMs);
    expect(await stateOf(id)).toBe("ended");
    await expect.poll(() => shown).toMatchObject([{ id, phase: "failed" }]);
  });

  test("past its deadline has expired, which is shown once", async () => {
    const { nothingGoesOn, ask, sweep, sweepAndShow, shown, stateOf, workerSays } = await openWorld();
    await workerSays();
    const id = await ask();
    passed(DEADLINE_MS - 1);
    await sweep();
    expect(await stateOf(id)).toBe("waiting");
    passed(2);
    await sweepAndShow();
    expect(await stateOf(id)).toBe("ended");
    passed(30_000);
    await sweepAndShow();
    expect(shown).toEqual([{ id, phase: "expired", text: "", thinking: "" }]);
    await nothingGoesOn();
  });

  test("and whose job was lost gets one again, but not a second one", async () => {
    const { ask, sweep, take, queues, workerSays } = await openWorld();
    await workerSays();
    const id = await ask();
    await queues.remove(MODEL, id);
    // A job may be on its way.
    await sweep();
    expect(await take()).toBeUndefined();
    passed(6000);
    await sweep();
    await sweep();
    expect(await take()).toBe(id);
    await sweep();
    expect(await take()).toBeUndefined();
  });

  test("for nothing, since it was admitted and never begun, lets go of the person's place", async () => {
    const { client, ledger, sweep, nothingGoesOn } = await openWorld();
    const [one, two, next] = [newTryId(), newTryId(), newTryId()];
    const admit = (id: string): Promise<string> => ledger.admit(id, "somebody", MODEL, 100);
    for (const id of [one, two]) expect(await admit(id)).toBe("ok");
    await sweep();
    expect(await admit(next)).toBe("person");
    // Places are given in microseconds by the clock of Redis.
    for (const id of [one, two]) await client.zincrby("mulu:waiting", -16_000_000, id);
    await sweep();
    expect(await ledger.counts()).toEqual({ running: 0, waiting: 0 });
    expect(await admit(next)).toBe("ok");
    await ledger.withdraw(next, "somebody", MODEL);
    await nothingGoesOn();
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a try whose worker has died", () => {
  test("expires a little after its deadline", async () => {
    const { nothingGoesOn, ask, runAndDie, sweep, sweepAndShow, shown, stateOf, workerSays } = await openWorld();
    await workerSays();
    const id = await ask();
    await runAndDie(id);
    passed(DEADLINE_MS + 5000);
    await sweep();
    expect(await stateOf(id)).toBe("running");
    passed(4000);
    await sweepAndShow();
    expect(shown).toEqual([{ id, phase: "expired", text: "半句", thinking: "" }]);
    await nothingGoesOn();
  });

  test.each(["stopped", "expired"] as const)("ends as it was told to meanwhile: %s", async (reason) => {
    const { nothingGoesOn, ask, runAndDie, ledger, sweep, sweepAndShow, shown, stateOf } = await openWorld();
    const id = await ask();
    await runAndDie(id);
    expect(await ledger.cancel(id, reason)).toBe("running");
    passed(4000);
    await sweep();
    expect(await stateOf(id)).toBe("running");
    passed(2000);
    await sweepAndShow();
    expect(shown).toEqual([{ id, phase: reason, text: "半句", thinking: "" }]);
    await nothingGoesOn();
  });

  test("is interrupted where no other worker has its model", async () => {
    const { nothingGoesOn, ask, runAndDie, sweep, sweepAndShow, shown, stateOf } = await openWorld();
    const id = await ask();
    await runAndDie(id);
    passed(24_000);
    await sweep();
    expect(await stateOf(id)).toBe("running");
    passed(2000);
    await sweepAndShow();
    expect(shown).toEqual([{ id, phase: "interrupted", text: "半句", thinking: "" }]);
    await nothingGoesOn();
  });

  test("can be taken by another one, but not after its third death", async () => {
    const { ask, runAndDie, take, sweep, shown, workerSays } = await openWorld();
    await workerSays();
    const id = await ask();
    const starts = [await runAndDie(id)];
    for (let death = 1; death <= 3; death++) {
      expect(await take()).toBeUndefined();
      passed(26_000);
      await sweep();
      starts.push(await runAndDie(id));
    }
    expect(starts).toMatchObject([
      { kind: "run", run: "1" },
      { kind: "run", run: "2" },
      { kind: "run", run: "3" },
      { kind: "exhausted" },
    ]);
    expect(shown).toEqual([]);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a try that has ended", () => {
  test("and was not shown is shown after a while, once, and its token is forgotten", async () => {
    const { client, askAndEnd, nothingGoesOn, sweep, sweepAndShow, shown } = await openWorld();
    const id = await askAndEnd();
    passed(19_000);
    // What the first would show was shown before the second has ended.
    for (const once of [sweep, sweep]) await once();
    expect(shown).toEqual([]);
    passed(2000);
    await sweepAndShow();
    passed(60_000);
    await sweepAndShow();
    expect(shown).toEqual([{ id, ...DONE }]);
    expect(await client.hget(`mulu:try:${id}`, "data")).not.toContain("secret");
    await nothingGoesOn();
  });

  test("is shown once by two that sweep at the same time", async () => {
    const { redis, open, askAndEnd, ledger, sweep, shown } = await openWorld();
    const other = await openProcess(redis, open);
    const ids = await Promise.all(Array.from({ length: 60 }, askAndEnd));
    passed(21_000);
    // A sweep does not wait for what it shows: each finds the other at it.
    while ((await ledger.unshown(Date.now())).length > 0) for (const one of [sweep, other.sweep]) await one();
    expect(shown.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});
