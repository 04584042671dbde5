import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { createKeeper } from "#src/tries/keeper.ts";
import type { OpenOutput } from "#src/tries/outputs.ts";
import { queuedTry, type Ticket } from "#src/tries/queue.ts";
import { deadlineOf, type Progress, type Try, waitingProgress, withRuns } from "#src/tries/try.ts";
import { IMPLEMENTATIONS, type OpenStores } from "#tests/tries/stores.ts";
import { tryOf } from "#tests/tries/written-tries.ts";

const MODEL = "qwen3:8b";
const ORPHAN_MS = 300;
/** A try must have ended a minute before its token has. */
const MARGIN_MS = 60_000;

const said = (attempt: Try, text: string, phase: "answering" | "done"): Progress =>
  withRuns(waitingProgress(attempt), (run) => ({ ...run, phase, text }));

/** Two processes that keep, and everything that they have shown. */
function openKeepers({ queue, records, other, pass }: OpenStores, lasts: boolean) {
  const lines: { level: number; try?: string; msg: string }[] = [];
  const log = createLog({ logLevel: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const shown: { id: string; phase: string; text: string; failure: string | undefined }[] = [];
  const open: OpenOutput = ({ id }) => ({
    gone: new AbortController().signal,
    update: () => {},
    finish: async ({ phase, runs: [{ text, failure }] }) => {
      shown.push({ id, phase, text, failure });
      // An edit takes its time.
      await wait(shown.length % 20);
    },
    leave: async () => {},
  });
  const hosts = new Set<string>();
  const parts = { open, installed: () => [...hosts].map((model) => ({ name: model })), log, orphanMs: ORPHAN_MS };
  const keepers = [createKeeper({ queue, records, ...parts }), createKeeper({ ...other, ...parts })];

  const attemptOf = (id: string, leftMs = 840_000): Try => {
    const until = Date.now() + MARGIN_MS + leftMs;
    const reach = { by: "token", token: "secret", until } as const;
    return tryOf(id, `of ${id}`, {
      targets: [{ model: MODEL, standIn: false }],
      delivery: { surface: "test", reach, address: {}, private: false },
    });
  };
  const admit = async ({ id, person }: Try): Promise<void> =>
    expect(await queue.admit({ id, person, most: 100 })).toBe("ok");
  const ask = async (id: string, leftMs?: number): Promise<Try> => {
    const attempt = attemptOf(id, leftMs);
    await admit(attempt);
    await records.begin(attempt);
    await queue.add(queuedTry(attempt), deadlineOf(attempt.delivery));
    return attempt;
  };
  const take = async (): Promise<Ticket> => {
    let ticket: Ticket | undefined;
    await expect.poll(async () => (ticket = await queue.take([MODEL]))).toBeDefined();
    return ticket ?? { id: "", model: MODEL, deaths: 0, exhausted: false };
  };
  const sweep = async (): Promise<void> => {
    for (const keeper of keepers) await keeper.sweep();
  };
  return {
    ...{ shown, lines, hosts, attemptOf, admit, ask, take, sweep },
    /** A runner takes it, says half a sentence, and is not heard of any more. */
    runAndDie: async (attempt: Try): Promise<void> => {
      expect((await take()).id).toBe(attempt.id);
      await records.start(attempt.id);
      await records.save(attempt.id, said(attempt, "半句", "answering"));
    },
    /** Answered by a runner that died before it could show that. */
    endUnshown: async (attempt: Try): Promise<void> => {
      await queue.remove(queuedTry(attempt));
      expect(await records.end(attempt, said(attempt, "答", "done"))).toBe("ok");
      await queue.leave(attempt.id, attempt.person);
    },
    /** Until the deadline of a try is over, by the clock. */
    expire: async ({ delivery }: Try): Promise<void> => {
      await expect
        .poll(async () => {
          if (!lasts) await pass(100);
          return Date.now();
        })
        .toBeGreaterThan(deadlineOf(delivery) ?? 0);
    },
    /** Sweeps again and again, until so many last words are shown. */
    sweepUntilShown: async (count: number): Promise<void> => {
      await expect
        .poll(async () => {
          await pass(100);
          await sweep();
          return shown.length;
        })
        .toBe(count);
    },
    /** Sweeps for so long. */
    sweepFor: async (ms: number): Promise<void> => {
      const until = performance.now() + ms;
      await expect
        .poll(async () => {
          await pass(100);
          await sweep();
          return performance.now();
        })
        .toBeGreaterThan(until);
    },
    nothingIsLeft: async (attempt: Try): Promise<void> => {
      await expect.poll(() => queue.counts()).toEqual({ running: 0, waiting: 0 });
      const { id, person } = attempt;
      for (const place of ["x", "y"]) expect(await queue.admit({ id: `${id}${place}`, person, most: 100 })).toBe("ok");
      await pass(3_600_000);
      await expect.poll(async () => (await queue.due()).includes(id)).toBe(false);
    },
  };
}

describe.each(IMPLEMENTATIONS)("what is kept of $name", ({ lasts, prepare }) => {
  const openStores = prepare();
  const open = async () => {
    const stores = await openStores();
    // Whoever was away as well renews what it has before others keep.
    await stores.pass(5000);
    return { ...stores, ...openKeepers(stores, lasts) };
  };

  test("what waits for a model that no host has fails after a while, once, and nothing is left", async () => {
    const { ask, sweep, sweepUntilShown, sweepFor, shown, nothingIsLeft } = await open();
    const attempt = await ask("a");
    await sweep();
    expect(shown).toEqual([]);
    await sweepUntilShown(1);
    await sweepFor(200);
    expect(shown).toEqual([{ id: "a", phase: "failed", text: "", failure: "unreachable" }]);
    await nothingIsLeft(attempt);
  });

  test("it goes on waiting where a host with its model comes, and as long again when that leaves", async () => {
    const { ask, sweep, sweepFor, sweepUntilShown, shown, hosts, records } = await open();
    await ask("a");
    await sweep();
    hosts.add(MODEL);
    await sweepFor(2 * ORPHAN_MS);
    expect(shown).toEqual([]);
    hosts.clear();
    await sweep();
    expect((await records.look(["a"]))[0]?.state).toBe("waiting");
    await sweepUntilShown(1);
    expect(shown).toMatchObject([{ phase: "failed" }]);
  });

  test("what waits past its deadline has expired, which is shown once", async () => {
    const { ask, sweep, sweepUntilShown, sweepFor, expire, shown, hosts, nothingIsLeft } = await open();
    hosts.add(MODEL);
    const attempt = await ask("a", 1500);
    await sweep();
    expect(shown).toEqual([]);
    await expire(attempt);
    await sweepUntilShown(1);
    await sweepFor(200);
    expect(shown).toEqual([{ id: "a", phase: "expired", text: "", failure: undefined }]);
    await nothingIsLeft(attempt);
  });

  test.runIf(lasts)("what a dead runner had expires with what there is", async () => {
    const { ask, runAndDie, sweepUntilShown, expire, pass, shown, nothingIsLeft, hosts } = await open();
    hosts.add(MODEL);
    const attempt = await ask("a", 1500);
    await runAndDie(attempt);
    await expire(attempt);
    await pass(5000);
    await sweepUntilShown(1);
    expect(shown).toEqual([{ id: "a", phase: "expired", text: "半句", failure: undefined }]);
    await nothingIsLeft(attempt);
  });

  test.runIf(lasts)("what a dead runner had fails where no host has its model, with what there is", async () => {
    const { ask, runAndDie, sweepUntilShown, pass, shown, nothingIsLeft } = await open();
    const attempt = await ask("a");
    await runAndDie(attempt);
    await pass(5000);
    await sweepUntilShown(1);
    expect(shown).toEqual([{ id: "a", phase: "failed", text: "半句", failure: "unreachable" }]);
    await nothingIsLeft(attempt);
  });

  test.runIf(lasts)("what a dead runner had ends as it was told to meanwhile", async () => {
    const { ask, runAndDie, records, sweepUntilShown, pass, shown, nothingIsLeft } = await open();
    const attempt = await ask("a");
    await runAndDie(attempt);
    await records.cancel("a", "stopped");
    await pass(5000);
    await sweepUntilShown(1);
    expect(shown).toEqual([{ id: "a", phase: "stopped", text: "半句", failure: undefined }]);
    await nothingIsLeft(attempt);
  });

  test("what was accepted and never queued is interrupted; what was only admitted is forgotten", async () => {
    const { attemptOf, admit, records, sweep, pass, sweepUntilShown, shown, nothingIsLeft } = await open();
    const [begun, reserved] = [attemptOf("a"), attemptOf("b")];
    for (const attempt of [begun, reserved]) await admit(attempt);
    await records.begin(begun);
    await sweep();
    expect(shown).toEqual([]);
    await pass(16_000);
    await sweepUntilShown(1);
    expect(shown).toEqual([{ id: "a", phase: "interrupted", text: "", failure: undefined }]);
    for (const attempt of [begun, reserved]) await nothingIsLeft(attempt);
  });

  test("an end that nobody has shown is shown after a while, once, and its token is forgotten", async () => {
    const { ask, endUnshown, records, sweep, sweepFor, sweepUntilShown, pass, shown, nothingIsLeft } = await open();
    const attempt = await ask("a");
    await endUnshown(attempt);
    for (const _ of [1, 2]) await sweep();
    expect(shown).toEqual([]);
    await pass(11_000);
    await sweepUntilShown(1);
    await pass(60_000);
    await sweepFor(200);
    expect(shown).toEqual([{ id: "a", phase: "done", text: "答", failure: undefined }]);
    expect(JSON.stringify(await records.find("a"))).not.toContain("secret");
    await nothingIsLeft(attempt);
  });

  test("sixty such ends are each shown once by two that sweep at the same time", async () => {
    const { ask, endUnshown, sweep, pass, queue, shown } = await open();
    const ids = Array.from({ length: 60 }, (_, at) => `t${at}`);
    for (const id of ids) await endUnshown(await ask(id));
    await pass(11_000);
    await expect
      .poll(async () => {
        await Promise.all([sweep(), sweep()]);
        return (await queue.due()).length + (ids.length - shown.length);
      })
      .toBe(0);
    expect(shown.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  test.each(["its record is gone", "its record is of another version", "it has ended"] as const)(
    "nothing is left in the queue of a model that no host has, where %s",
    async (how) => {
      const { ask, records, queue, other, write, sweepFor, shown, lines, attemptOf } = await open();
      const attempt = await ask("a");
      if (how === "its record is gone") {
        // Of its person all is deleted, by a process that did not see it in the queue.
        await other.records.forget(attempt.person);
      } else if (how === "it has ended") {
        await records.end(attempt, said(attempt, "答", "done"));
        await records.shown(attempt);
      } else await write("a", { data: JSON.stringify({ ...attemptOf("a"), delivery: { by: "pigeon" } }) });
      await sweepFor(ORPHAN_MS + 200);
      expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
      expect(await queue.wanted()).toEqual([]);
      expect(shown).toEqual([]);
      expect(lines.filter(({ level }) => level >= 40).length).toBe(how === "it has ended" ? 0 : 1);
    },
  );
});
