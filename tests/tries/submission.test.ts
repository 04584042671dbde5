import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { StoreAway } from "#src/base/store-away.ts";
import { createCommunity } from "#src/community/community.ts";
import { openCommunityFile } from "#src/community/sqlite.ts";
import type { TryQueue } from "#src/tries/queue.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { createTries, type Tries } from "#src/tries/tries.ts";
import { NO_LISTS } from "#tests/tries/people.ts";
import { IMPLEMENTATIONS, type OpenStores } from "#tests/tries/stores.ts";
import { MODEL, requestOf } from "#tests/tries/world.ts";

const log = pino({ level: "silent" });

function triesOver({ records }: OpenStores, queue: TryQueue): Tries {
  const community = createCommunity(openCommunityFile({ path: ":memory:" }), log);
  const tries = createTries({
    ...{ queue, records, community, log },
    quotas: createQuotas({ perPerson: 10, perGuild: 10 }),
    access: NO_LISTS,
    queueMax: 10,
    promptMax: 1000,
    normalName: (name) => name,
    holder: "bot",
    isThere: async () => true,
    open: () => ({
      gone: new AbortController().signal,
      update: () => {},
      finish: async () => {},
      leave: async () => {},
    }),
    events: { started: () => {}, firstToken: () => {}, ended: () => {} },
  });
  onTestFinished(() => tries.close());
  return tries;
}

describe.each(IMPLEMENTATIONS)("a try whose submission failed, in $name", ({ prepare }) => {
  const open = prepare();

  test("does not run later, also where the queue had taken it and could not say so", async () => {
    const stores = await open();
    const { queue } = stores;
    let isAway = false;
    /** The connection breaks when the command has been carried out. */
    const guarded =
      <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
      (...args: Args): Promise<T> =>
        isAway ? Promise.reject(new StoreAway("closed")) : act(...args);
    const tries = triesOver(stores, {
      ...queue,
      remove: guarded(queue.remove),
      leave: guarded(queue.leave),
      postpone: guarded(queue.postpone),
      add: async (...args) => {
        await queue.add(...args);
        isAway = true;
        throw new StoreAway("closed");
      },
    });
    await expect(tries.submit(requestOf("a"))).rejects.toMatchObject({ key: expect.stringMatching(/Away$/) });
    expect(await queue.waiting(MODEL)).toHaveLength(1);
    isAway = false;
    await expect.poll(() => queue.waiting(MODEL)).toEqual([]);
    expect(await queue.take([MODEL])).toBeUndefined();
    // The person may ask again, twice at once as before.
    for (const id of ["b1", "b2"]) await expect.poll(() => queue.admit({ id, person: "a", most: 10 })).toBe("ok");
  });
});
