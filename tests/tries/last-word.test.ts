import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createStoreHealth } from "#src/base/store-health.ts";
import { KEEPERS, showEnd } from "#src/tries/last-word.ts";
import { openRecords } from "#src/tries/local/records.ts";
import type { Notice } from "#src/tries/records.ts";
import { endedFor, type Reach, type Try, waitingProgress } from "#src/tries/try.ts";
import { deliveryOf, targetOf } from "#tests/tries/world.ts";

const MINUTE_MS = 60_000;
const log = pino({ level: "silent" });
const token = (text: string, ms: number): Reach => ({ by: "token", token: text, until: Date.now() + ms });

/** A try that has ended, what is kept of it, and what is heard of it. */
async function openEnded(reach: Reach, listeners: string[]) {
  const records = openRecords({ path: ":memory:", keepMs: MINUTE_MS, health: createStoreHealth("cache.db", log), log });
  onTestFinished(() => records.close());
  const attempt: Try = {
    ...{ id: "a1", person: "somebody", prompt: "问", history: [], locale: "zh-CN", holder: "holder", createdAt: 0 },
    targets: [targetOf()],
    delivery: deliveryOf(reach),
  };
  const progress = endedFor(waitingProgress(attempt), "stopped");
  await records.begin(attempt);
  await records.end(attempt, progress);
  const heard: [string, Notice["kind"], boolean][] = [];
  for (const name of listeners) records.onNotice(name, ({ kind, shown }) => void heard.push([name, kind, shown]));
  const isShown = async (): Promise<boolean> => (await records.look(["a1"]))[0]?.shown ?? false;
  return { attempt, progress, records, heard, isShown };
}

describe("the end of a try that cannot be shown here", () => {
  const open = () => undefined;

  test("is for the process that asked, as long as that hears it", async () => {
    const { attempt, progress, records, heard, isShown } = await openEnded({ by: "process" }, ["holder", KEEPERS]);
    expect(await showEnd(attempt, progress, { records, open })).toBe(false);
    expect(heard).toEqual([["holder", "ended", false]]);
    expect(await isShown()).toBe(false);
  });

  test.each<[string, () => Reach, boolean]>([
    ["only the process that asked could show it", () => ({ by: "process" }), true],
    ["everybody with the token can", () => token("t", MINUTE_MS), false],
    ["its token is of no use any more", () => token("t", -1), true],
    ["its token is forgotten", () => token("", MINUTE_MS), true],
    ["everybody with the credentials can", () => ({ by: "channel" }), false],
  ])("is over, or for others, where that has gone: %s", async (_, reach, isOver) => {
    const { attempt, progress, records, heard, isShown } = await openEnded(reach(), [KEEPERS]);
    expect(await showEnd(attempt, progress, { records, open })).toBe(isOver);
    expect(heard).toEqual(isOver ? [] : [[KEEPERS, "ended", false]]);
    expect(await isShown()).toBe(isOver);
  });
});
