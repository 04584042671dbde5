import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inBatches } from "#src/sync/github/batches.ts";
import { GithubFailure } from "#src/sync/github/failure.ts";

const unavailable = () => new GithubFailure("unavailable");

describe("asking in batches", () => {
  test("answers each item once, whatever size GitHub can bear, and loses only those that always fail", async () => {
    const cases = fc.record({
      count: fc.nat(130),
      bearable: fc.integer({ min: 1, max: 60 }),
      /** Far enough apart not to look like a GitHub that is down. */
      bad: fc.uniqueArray(fc.nat(12).map((index) => index * 10 + 3)),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, bearable, bad }) => {
        const items = Array.from({ length: count }, (_, index) => index);
        const answered: number[] = [];
        const { failed, left } = await inBatches(items, 50, async (batch) => {
          if (batch.length > bearable) throw unavailable();
          const again = batch.filter((item) => bad.includes(item));
          answered.push(...batch.filter((item) => !again.includes(item)));
          return again;
        });
        const expected = bad.filter((item) => item < count);
        expect(failed.toSorted()).toEqual(expected.toSorted());
        expect(left).toEqual([]);
        expect(answered.toSorted()).toEqual(items.filter((item) => !expected.includes(item)).toSorted());
      }),
    );
  });

  test("asks for one that breaks its batch alone, and no more than twice", async () => {
    const batches: number[][] = [];
    const items = Array.from({ length: 50 }, (_, index) => index);
    const { failed } = await inBatches(items, 50, async (batch) => {
      batches.push([...batch]);
      if (batch.includes(17)) throw unavailable();
      return [];
    });
    expect(failed).toEqual([17]);
    expect(batches.filter((batch) => batch.length === 1 && batch[0] === 17).length).toBe(2);
    expect(batches.length).toBeLessThan(16);
  });

  test("ends at a limit, with what was not asked for", async () => {
    let asked = 0;
    const result = await inBatches([1, 2, 3, 4, 5], 2, async () => {
      asked += 1;
      if (asked === 2) throw new GithubFailure("limit");
      return [];
    });
    expect(result).toEqual({ failed: [], left: [3, 4, 5] });
  });

  test("gives up on a GitHub that is down, with an error where it never answered", async () => {
    const items = Array.from({ length: 500 }, (_, index) => index);
    let asked = 0;
    const down = inBatches(items, 50, async () => {
      asked += 1;
      throw unavailable();
    });
    await expect(down).rejects.toMatchObject({ kind: "unavailable" });
    expect(asked).toBeLessThanOrEqual(15);
    const later = await inBatches(items, 50, async (batch) => {
      if (!batch.includes(0)) throw unavailable();
      return [];
    });
    expect(later.failed.toSorted((a, b) => a - b)).toEqual(items.slice(50));
  });

  test.each([
    { what: "answers that bring nothing", failure: undefined, most: 11 },
    { what: "breakdowns", failure: unavailable(), most: 5 },
  ])("goes on after as many $what in a row as may be an item's fault, and no further", async ({ failure, most }) => {
    const ask = async (bad: number) => {
      const items = Array.from({ length: 20 }, (_, index) => index);
      const isBad = (item: number) => item > 0 && item <= bad;
      const { failed } = await inBatches(items, 1, async (batch) => {
        if (failure && batch.some(isBad)) throw failure;
        return batch.filter(isBad);
      });
      return failed;
    };
    expect(await ask(most)).toHaveLength(most);
    expect(await ask(most + 1)).toHaveLength(19);
  });

  test.each([new GithubFailure("token"), new GithubFailure("forbidden"), new TypeError("a bug")])(
    "does not swallow %s",
    async (error) => {
      const failing = inBatches([1, 2], 1, async () => {
        throw error;
      });
      await expect(failing).rejects.toBe(error);
    },
  );
});
