import { describe, expect, test } from "vitest";
import type { TryQueue } from "#src/tries/queue.ts";
import { enqueue, M1, take } from "#tests/tries/queueing.ts";
import { IMPLEMENTATIONS } from "#tests/tries/stores.ts";

describe.each(IMPLEMENTATIONS)("what runners take from the queue of $name", ({ lasts, prepare }) => {
  const open = prepare();

  test("one process at a time keeps, and another one when that has gone", async () => {
    const { queue, other, pass } = await open();
    await pass(5000);
    await enqueue(queue, ["a", M1]);
    await expect.poll(() => queue.keep()).toBe(true);
    expect(await other.queue.keep()).toBe(!lasts);
    expect(await queue.keep()).toBe(true);
    await pass(3000);
    await expect.poll(() => other.queue.keep()).toBe(true);
    expect(await queue.keep()).toBe(!lasts);
  });

  test("what is renewed stays with its runner", async () => {
    const { queue, other, pass } = await open();
    await enqueue(queue, ["a", M1]);
    const ticket = await take(queue, M1);
    for (const _ of [1, 2, 3]) {
      await pass(3000);
      expect(await queue.renew([ticket])).toEqual(new Set());
      await other.queue.keep();
    }
    expect(await other.queue.take([M1])).toBeUndefined();
    expect(await queue.counts()).toEqual({ running: 1, waiting: 0 });
  });

  /** Time without a sign of life, until others have what the dead had. */
  const outlive = async (queue: TryQueue, pass: (ms: number) => Promise<void>): Promise<void> => {
    await expect
      .poll(async () => {
        await pass(5000);
        await queue.keep();
        return (await queue.waiting(M1)).length;
      })
      .toBe(1);
  };

  test.runIf(lasts)(
    "what a dead runner had goes to another, first of all; should it live again, it is told",
    async () => {
      const { queue, other, pass } = await open();
      await enqueue(queue, ["a", M1]);
      const ticket = await take(queue, M1);
      await outlive(other.queue, pass);
      expect(await other.queue.wanted()).toEqual([M1]);
      await enqueue(queue, ["b", M1]);
      const again = await take(other.queue, M1);
      expect(again).toMatchObject({ id: "a", deaths: 1, exhausted: false });
      expect(await queue.renew([ticket])).toEqual(new Set(["a"]));
      expect(await other.queue.renew([again])).toEqual(new Set());
      await queue.finish(ticket);
      expect(await other.queue.counts()).toEqual({ running: 1, waiting: 1 });
    },
  );

  test.runIf(lasts)("a try of which runners die is exhausted after a few of them", async () => {
    const { queue, other, pass } = await open();
    await enqueue(queue, ["a", M1]);
    const exhausted: boolean[] = [];
    for (const runner of [queue, other.queue, queue, other.queue]) {
      exhausted.push((await take(runner, M1)).exhausted);
      if (exhausted.at(-1)) break;
      await outlive(other.queue, pass);
    }
    expect(exhausted.at(0)).toBe(false);
    expect(exhausted.at(1)).toBe(false);
    expect(exhausted.at(-1)).toBe(true);
  });
});
