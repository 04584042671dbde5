import { describe, expect, test } from "vitest";
import { createLocalQueue } from "#src/tries/local/queue.ts";
import type { Ticket } from "#src/tries/queue.ts";
import { admit, enqueue, M1, M2, take } from "#tests/tries/queueing.ts";
import { IMPLEMENTATIONS } from "#tests/tries/stores.ts";

const tally = (answers: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(answers, (answer) => answer)).map(([a, all]) => [a, all?.length ?? 0]),
  );

describe.each(IMPLEMENTATIONS)("the queue of $name", ({ lasts, prepare }) => {
  const open = prepare();

  test("says whether it outlives the process, and how often to renew what others could take", async () => {
    const { queue } = await open();
    expect(queue.lasts).toBe(lasts);
    expect(queue.renewMs === undefined).toBe(!lasts);
  });

  test("a person has two tries, whatever their models; another one when one has ended", async () => {
    const { queue, other } = await open();
    expect(await admit(queue, "a1", "a")).toBe("ok");
    await queue.add({ id: "a1", person: "a", model: M1 }, undefined);
    expect(await admit(other.queue, "a2", "a")).toBe("ok");
    await other.queue.add({ id: "a2", person: "a", model: M2 }, undefined);
    expect(await admit(queue, "a3", "a")).toBe("person");
    expect(await admit(queue, "b1", "b")).toBe("ok");
    await take(queue, M1);
    expect(await admit(queue, "a3", "a")).toBe("person");
    await queue.leave("a1", "a");
    expect(await admit(queue, "a3", "a")).toBe("ok");
    expect(await admit(queue, "a4", "a")).toBe("person");
  });

  test("of twenty that a person asks for at once two are admitted", async () => {
    const { queue, other } = await open();
    const asked = Array.from({ length: 20 }, (_, at) => admit(at % 2 ? queue : other.queue, `a${at}`, "a"));
    expect(tally(await Promise.all(asked))).toEqual({ ok: 2, person: 18 });
  });

  test("only so many wait, also of those that ask at once; what was taken does not wait", async () => {
    const { queue, other } = await open();
    const asked = Array.from({ length: 20 }, (_, at) => admit(at % 2 ? queue : other.queue, `t${at}`, `p${at}`, 5));
    const answers = await Promise.all(asked);
    expect(tally(answers)).toEqual({ ok: 5, full: 15 });
    for (const [at, answer] of answers.entries())
      if (answer === "ok") await queue.add({ id: `t${at}`, person: `p${at}`, model: M1 }, undefined);
    expect(await admit(queue, "x", "x", 5)).toBe("full");
    await take(queue, M1);
    expect(await admit(queue, "x", "x", 5)).toBe("ok");
    expect(await admit(queue, "y", "y", 5)).toBe("full");
  });

  test("a place that was reserved and not used is free again a quarter of a minute later, and is looked at", async () => {
    const { queue, pass } = await open();
    await admit(queue, "a1", "a");
    await admit(queue, "a2", "a");
    await pass(14_000);
    expect(await admit(queue, "a3", "a")).toBe("person");
    expect(await queue.due()).toEqual([]);
    await pass(2000);
    expect((await queue.due()).toSorted()).toEqual(["a1", "a2"]);
    expect(await admit(queue, "a3", "a")).toBe("ok");
  });

  test("a place that was given back is free at once, and nobody looks at it", async () => {
    const { queue, pass } = await open();
    expect(await admit(queue, "a1", "a", 1)).toBe("ok");
    expect(await admit(queue, "b1", "b", 1)).toBe("full");
    await queue.leave("a1", "a");
    expect(await admit(queue, "b1", "b", 1)).toBe("ok");
    await pass(16_000);
    expect(await queue.due()).toEqual(["b1"]);
  });

  test("first come, first served, over the models that a runner has", async () => {
    const { queue, nextMoment } = await open();
    const models = { a: M1, b: M2, c: M1, d: "hunyuan:7b", e: M2 };
    for (const [id, model] of Object.entries(models)) {
      await enqueue(queue, [id, model]);
      await nextMoment();
    }
    const served: Ticket[] = [];
    for (const _ of ["a", "b", "c", "e"]) served.push(await take(queue, M2, M1));
    expect(served.map(({ id, model }) => [id, model])).toEqual([
      ["a", M1],
      ["b", M2],
      ["c", M1],
      ["e", M2],
    ]);
    expect(served[0]).toMatchObject({ deaths: 0, exhausted: false });
    expect(await queue.take([M1, M2])).toBeUndefined();
    expect(await queue.take([])).toBeUndefined();
    expect(await queue.waiting("hunyuan:7b")).toEqual(["d"]);
  });

  test("each is taken once, however many ask", async () => {
    const { queue, other } = await open();
    const ids = Array.from({ length: 10 }, (_, at) => `t${at}`);
    await enqueue(queue, ...ids.map((id): [string, string] => [id, M1]));
    const taken: string[] = [];
    const askers = Array.from({ length: 20 }, (_, at) => (at % 2 ? queue : other.queue));
    await expect
      .poll(async () => {
        const tickets = await Promise.all(askers.map((asker) => asker.take([M1])));
        taken.push(...tickets.flatMap((ticket) => ticket?.id ?? []));
        return taken.toSorted();
      })
      .toEqual(ids);
    expect(await queue.counts()).toEqual({ running: 10, waiting: 0 });
  });

  test("those that wait are told in their order, by model, and counted", async () => {
    const { queue, other } = await open();
    expect([await queue.wanted(), await queue.counts()]).toEqual([[], { running: 0, waiting: 0 }]);
    await enqueue(queue, ["a", M1], ["b", M2], ["c", M1]);
    expect(await other.queue.waiting(M1)).toEqual(["a", "c"]);
    expect(await other.queue.waiting(M2)).toEqual(["b"]);
    expect(await queue.waiting("nobody asks for it")).toEqual([]);
    expect((await other.queue.wanted()).toSorted()).toEqual([M2, M1].toSorted());
    await take(queue, M2);
    expect(await other.queue.wanted()).toEqual([M1]);
    expect([await other.queue.taken(M1), await other.queue.taken(M2)]).toEqual([[], ["b"]]);
    expect(await other.queue.counts()).toEqual({ running: 1, waiting: 2 });
  });

  test("what is handed back is the next of its model", async () => {
    const { queue } = await open();
    await enqueue(queue, ["a", M1], ["b", M1]);
    await queue.handBack(await take(queue, M1), M1);
    expect(await queue.counts()).toEqual({ running: 0, waiting: 2 });
    expect(await queue.waiting(M1)).toEqual(["a", "b"]);
    expect(await take(queue, M1)).toMatchObject({ id: "a", model: M1, deaths: 0, exhausted: false });
  });

  test("what is handed back for another model is the next of that, and can be taken out of there", async () => {
    const { queue, other } = await open();
    await enqueue(queue, ["a", M1], ["b", M2]);
    await queue.handBack(await take(queue, M1), M2);
    expect([await queue.waiting(M1), await queue.waiting(M2)]).toEqual([[], ["a", "b"]]);
    const again = await take(queue, M2);
    expect(again).toMatchObject({ id: "a", model: M2 });
    await queue.handBack(again, M2);
    expect(await other.queue.remove({ id: "a", model: M2 })).toBe(true);
    expect(await queue.waiting(M2)).toEqual(["b"]);
  });

  test("of what is finished nothing is left: its person may ask, and nobody looks at it", async () => {
    const { queue, pass } = await open();
    await admit(queue, "a1", "a");
    await queue.add({ id: "a1", person: "a", model: M1 }, Date.now() + 60_000);
    await admit(queue, "a2", "a");
    await queue.finish(await take(queue, M1));
    expect(await queue.counts()).toEqual({ running: 0, waiting: 0 });
    expect(await admit(queue, "a3", "a")).toBe("ok");
    await queue.leave("a2", "a");
    await queue.leave("a3", "a");
    await pass(3_600_000);
    expect(await queue.due()).toEqual([]);
  });

  test("what waits or is reserved can be taken out; whoever does so is reminded until it is forgotten", async () => {
    const { queue, other, pass } = await open();
    await enqueue(queue, ["a", M1], ["b", M1]);
    expect(await other.queue.remove({ id: "a", model: M1 })).toBe(true);
    expect(await queue.waiting(M1)).toEqual(["b"]);
    expect(await take(queue, M1)).toMatchObject({ id: "b" });
    await admit(queue, "c", "of c");
    expect(await queue.remove({ id: "c", model: M1 })).toBe(true);
    await pass(9000);
    expect(await queue.due()).toEqual([]);
    await pass(2000);
    expect((await queue.due()).toSorted()).toEqual(["a", "c"]);
    for (const id of ["a", "c"]) await queue.forget(id);
    await pass(60_000);
    expect(await queue.due()).toEqual([]);
  });

  test("what somebody runs cannot be taken out", async () => {
    const { queue, other, pass } = await open();
    await enqueue(queue, ["a", M1]);
    const ticket = await take(queue, M1);
    expect(await other.queue.remove({ id: "a", model: M1 })).toBe(false);
    expect(await queue.counts()).toEqual({ running: 1, waiting: 0 });
    await queue.renew([ticket]);
    await pass(11_000);
    expect(await queue.due()).toEqual([]);
  });

  test("what nobody knows can be taken out: nobody runs it", async () => {
    const { queue } = await open();
    expect(await queue.remove({ id: "lost", model: M1 })).toBe(true);
  });

  test("whose deadline is over is looked at, waiting or taken, and again when that was postponed", async () => {
    const { queue, other, pass } = await open();
    for (const id of ["a", "b"]) {
      await admit(queue, id, id);
      await queue.add({ id, person: id, model: M1 }, Date.now() + 60_000);
    }
    await take(queue, M1);
    await pass(59_000);
    expect(await other.queue.due()).toEqual([]);
    await pass(2000);
    expect((await other.queue.due()).toSorted()).toEqual(["a", "b"]);
    await queue.postpone("a", 5000);
    expect(await queue.due()).toEqual(["b"]);
    await pass(4000);
    expect(await queue.due()).toEqual(["b"]);
    await pass(2000);
    expect((await queue.due()).toSorted()).toEqual(["a", "b"]);
  });

  test("also what was finished is looked at where somebody asks for it, until it is forgotten", async () => {
    const { queue } = await open();
    await enqueue(queue, ["a", M1]);
    await queue.finish(await take(queue, M1));
    await queue.postpone("a", 0);
    await expect.poll(() => queue.due()).toEqual(["a"]);
    await queue.forget("a");
    expect(await queue.due()).toEqual([]);
  });

  test("tells of what was queued, taken and ended, after that is so", async () => {
    const { queue, other } = await open();
    const told: (string | undefined)[] = [];
    other.queue.onChange((model) => void told.push(model));
    const heard = async <T>(act: () => Promise<T>): Promise<T> => {
      told.length = 0;
      const result = await act();
      await expect.poll(() => told.some((model) => model === M1 || model === undefined)).toBe(true);
      return result;
    };
    await heard(() => enqueue(queue, ["a", M1]));
    const ticket = await heard(() => take(queue, M1));
    await heard(() => queue.handBack(ticket, M1));
    const again = await heard(() => take(queue, M1));
    await heard(() => queue.finish(again));
    await heard(() => enqueue(queue, ["b", M1]));
    await heard(() => queue.remove({ id: "b", model: M1 }));
    const seen: number[] = [];
    other.queue.onChange(async () => void seen.push((await other.queue.waiting(M1)).length));
    await enqueue(queue, ["c", M1]);
    await expect.poll(() => seen.at(-1)).toBe(1);
  });
});

describe("the queue of one process", () => {
  test("what a process before it has left is looked at at once, and nobody runs it", async () => {
    const queue = createLocalQueue();
    for (const id of ["a", "b"]) await queue.postpone(id, 0);
    expect(await queue.due()).toEqual(["a", "b"]);
    expect(await queue.remove({ id: "a", model: M1 })).toBe(true);
    await queue.forget("a");
    await queue.postpone("b", 60_000);
    expect(await queue.due()).toEqual([]);
  });
});
