import { describe, expect, test, vi } from "vitest";
import { NotWanted } from "#src/tries/outputs.ts";
import { type Progress, type Try, waitingProgress, withRuns } from "#src/tries/try.ts";
import { IMPLEMENTATIONS } from "#tests/tries/stores.ts";
import { tryOf } from "#tests/tries/written-tries.ts";

const done = (attempt: Try, text: string): Progress =>
  withRuns(waitingProgress(attempt), (run) => ({ ...run, phase: "done", text, thinking: "想", durationMs: 5 }));

describe.each(IMPLEMENTATIONS)("an edit while a try waits, with the records of $name", ({ lasts, prepare }) => {
  const open = prepare();

  test("a try that waits can be edited; what is wrong with an edit is told", async () => {
    const { records } = await open();
    await records.begin(tryOf("t1", "a"));
    const edits: string[] = [];
    await records.whileWaiting("t1", async () => void edits.push("第1位"));
    expect(edits).toEqual(["第1位"]);
    const failed = records.whileWaiting("t1", () => Promise.reject(new Error("the surface is away")));
    await expect(failed).rejects.toThrow("the surface is away");
  });

  test.runIf(lasts)("what runs elsewhere, has ended or is gone is not edited any more", async () => {
    const { records, other } = await open();
    const attempt = tryOf("t1", "a");
    const edit = vi.fn(async () => {});
    await expect(records.whileWaiting("t1", edit)).rejects.toThrow(NotWanted);
    await records.begin(attempt);
    await other.records.start("t1");
    await expect(records.whileWaiting("t1", edit)).rejects.toThrow(NotWanted);
    await other.records.unstart("t1");
    await records.whileWaiting("t1", edit);
    expect(edit).toHaveBeenCalledTimes(1);
    await other.records.end(attempt, done(attempt, "好"));
    await expect(records.whileWaiting("t1", edit)).rejects.toThrow(NotWanted);
    expect(edit).toHaveBeenCalledTimes(1);
  });

  test.runIf(lasts)("a runner edits only when the edit of the process that asked is over", async () => {
    const { records, other } = await open();
    await records.begin(tryOf("t1", "a"));
    const order: string[] = [];
    const under = Promise.withResolvers<void>();
    const edit = records.whileWaiting("t1", async () => {
      order.push("edit begins");
      await under.promise;
      order.push("edit ends");
    });
    await expect.poll(() => order).toEqual(["edit begins"]);
    const started = other.records.start("t1").then(() => void order.push("runner edits"));
    await expect.poll(async () => (await records.look(["t1"]))[0]?.state).toBe("running");
    under.resolve();
    await Promise.all([edit, started]);
    expect(order).toEqual(["edit begins", "edit ends", "runner edits"]);
  });
});
