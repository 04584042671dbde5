import { describe, expect, test, vi } from "vitest";
import type { Notice, TryRecords } from "#src/tries/records.ts";
import { endedFor, type Progress, type RunProgress, type Try, waitingProgress, withRuns } from "#src/tries/try.ts";
import { IMPLEMENTATIONS, KEEP_HOURS } from "#tests/tries/stores.ts";
import { tryOf } from "#tests/tries/written-tries.ts";

const HOUR_MS = 3_600_000;
/** What was kept too long is gone a few minutes later. */
const LATE_MS = 600_000;

const answering = (attempt: Try, text: string): Progress =>
  withRuns(waitingProgress(attempt), (run) => ({ ...run, phase: "answering", text }));
const done = (attempt: Try, text: string): Progress =>
  withRuns(waitingProgress(attempt), (run) => ({ ...run, phase: "done", text, thinking: "想", durationMs: 5 }));
const tokenOf = async (records: TryRecords, id: string): Promise<string | undefined> => {
  const found = await records.find(id);
  return found?.kind === "try" && found.try.delivery.reach.by === "token" ? found.try.delivery.reach.token : undefined;
};

describe.each(IMPLEMENTATIONS)("the records of $name", ({ prepare }) => {
  const open = prepare();

  test("a try is kept from its acceptance on, with all that was asked", async () => {
    const { records, other } = await open();
    const attempt = tryOf("t1", "a");
    expect(await records.find("t1")).toBeUndefined();
    await records.begin(attempt);
    const record = { try: attempt, progress: waitingProgress(attempt), shown: false, cancel: undefined };
    expect(await other.records.find("t1")).toEqual({ kind: "try", ...record });
  });

  test("a try waits, runs, waits again and ends", async () => {
    const { records, other } = await open();
    const [one, two] = [tryOf("t1", "a"), tryOf("t2", "a")];
    const states = async () => (await other.records.look(["t1", "unknown", "t2"])).map(({ state }) => state);
    for (const attempt of [one, two]) await records.begin(attempt);
    expect(await states()).toEqual(["waiting", "gone", "waiting"]);
    await records.start("t1");
    expect(await states()).toEqual(["running", "gone", "waiting"]);
    await records.unstart("t1");
    expect(await states()).toEqual(["waiting", "gone", "waiting"]);
    await records.start("t1");
    await records.end(one, done(one, "好"));
    expect(await states()).toEqual(["ended", "gone", "waiting"]);
    expect((await records.look(["t1"]))[0]).toMatchObject({ shown: false, progress: done(one, "好") });
    await records.shown(one);
    expect((await records.look(["t1"]))[0]).toMatchObject({ state: "ended", shown: true });
    expect((await records.look(["unknown"]))[0]).toMatchObject({ shown: false, progress: undefined });
    expect(await records.look([])).toEqual([]);
  });

  test("what there is of an answer is kept while it goes on, and not after its end", async () => {
    const { records, other } = await open();
    const attempt = tryOf("t1", "a");
    await records.begin(attempt);
    await records.start("t1");
    await records.save("t1", answering(attempt, "一半"));
    expect(await other.records.find("t1")).toMatchObject({ progress: answering(attempt, "一半") });
    expect((await other.records.look(["t1"]))[0]).toMatchObject({ progress: answering(attempt, "一半") });
    await records.end(attempt, done(attempt, "全部"));
    await records.save("t1", answering(attempt, "晚了"));
    expect(await records.find("t1")).toMatchObject({ progress: done(attempt, "全部") });
    await records.save("unknown", answering(attempt, "谁"));
    expect(await records.find("unknown")).toBeUndefined();
  });

  test("of many that end a try at once one does, and its end is kept", async () => {
    const { records, other } = await open();
    const attempt = tryOf("t1", "a");
    await records.begin(attempt);
    const texts = Array.from({ length: 10 }, (_, at) => `第${at}`);
    const ends = await Promise.all(
      texts.map((text, at) => (at % 2 ? records : other.records).end(attempt, done(attempt, text))),
    );
    expect(ends.toSorted()).toEqual([...Array(9).fill("ended"), "ok"]);
    const winner = texts[ends.indexOf("ok")] ?? "";
    expect(await records.find("t1")).toMatchObject({ progress: done(attempt, winner), shown: false });
  });

  test("the end of a try that was lost is kept again", async () => {
    const { records } = await open();
    const attempt = tryOf("t1", "a");
    expect(await records.end(attempt, done(attempt, "好"))).toBe("ok");
    expect(await records.end(attempt, endedFor(waitingProgress(attempt), "expired"))).toBe("ended");
    expect(await records.find("t1")).toMatchObject({ kind: "try", progress: done(attempt, "好"), shown: false });
    expect(await records.idsOf("a")).toEqual(["t1"]);
  });

  test("the token is there until the last word is shown, and then forgotten", async () => {
    const { records, other } = await open();
    const attempt = tryOf("t1", "a");
    await records.begin(attempt);
    await records.end(attempt, done(attempt, "好"));
    expect(await tokenOf(other.records, "t1")).toBe("secret");
    await records.shown(attempt);
    expect(await tokenOf(other.records, "t1")).toBe("");
    expect(await records.find("t1")).toMatchObject({ shown: true, progress: done(attempt, "好") });
    await records.shown(tryOf("unknown", "a"));
    expect(await records.find("unknown")).toBeUndefined();
  });

  const { id: _, ...withoutId } = tryOf("t1", "a");
  const whole = tryOf("t1", "a");
  test.each([
    ["no JSON", { data: "{" }, undefined],
    ["nothing", { data: "" }, undefined],
    ["a missing id", { data: JSON.stringify(withoutId) }, undefined],
    ["no place", { data: JSON.stringify({ ...whole, delivery: undefined }) }, undefined],
    ["a way to show it that is not known", { data: withDelivery({ reach: { by: "owl" } }) }, undefined],
    ["no prompt", { data: JSON.stringify({ ...whole, prompt: undefined }) }, { ...whole, prompt: "" }],
    ["models of another shape", { data: JSON.stringify({ ...whole, targets: "qwen" }) }, { id: "t1", person: "a" }],
    ["no model", { data: JSON.stringify({ ...whole, targets: [] }) }, { id: "t1", delivery: whole.delivery }],
    ["an unknown language", { data: JSON.stringify({ ...whole, locale: "tlh" }) }, { ...whole, locale: "zh-CN" }],
    ["a time of another type", { data: JSON.stringify({ ...whole, createdAt: "today" }) }, { id: "t1", prompt: "问" }],
    ["a progress of another shape", { progress: '{"phase":"dancing"}' }, whole],
    ["a progress that is no JSON", { progress: "…" }, whole],
  ])("a try of another version cannot be read, with %s; what is there of it is told", async (_name, fields, rest) => {
    const { records, write } = await open();
    await records.begin(whole);
    await write("t1", fields);
    const found = await records.find("t1");
    expect(found).toMatchObject({ kind: "unreadable", ended: false });
    if (rest === undefined) expect(found).toHaveProperty("rest", undefined);
    else expect(found).toMatchObject({ rest });
    expect((await records.look(["t1"]))[0]?.state).toBe("waiting");
  });

  test("a surface that is not known, and fields that are new, can be read", async () => {
    const { records, write } = await open();
    await records.begin(whole);
    const attempt = { ...whole, delivery: { ...whole.delivery, surface: "telegram" } };
    await write("t1", { data: JSON.stringify({ ...attempt, mood: "curious" }) });
    expect(await records.find("t1")).toMatchObject({ kind: "try", try: attempt });
  });

  test("what was left out and why it waits are kept; what another version says of them costs nothing else", async () => {
    const { records, write } = await open();
    await records.begin({ ...whole, leftOutTurns: 2, tokenRatio: 0.7 });
    const [run] = waitingProgress(whole).runs;
    const kept: RunProgress = { ...run, phase: "loading", stage: "queued", leftOutTurns: 3, contextTokens: 4096 };
    await records.save("t1", { phase: "loading", runs: [kept] });
    const found = await records.find("t1");
    expect(found).toMatchObject({ try: { leftOutTurns: 2, tokenRatio: 0.7 }, progress: { runs: [kept] } });
    const odd = { ...kept, stage: "dancing", leftOutTurns: "two", contextTokens: {}, failureParams: [], text: "好" };
    await write("t1", { progress: JSON.stringify({ phase: "loading", runs: [odd] }) });
    expect(await records.find("t1")).toMatchObject({
      kind: "try",
      progress: { runs: [{ text: "好", stage: undefined, leftOutTurns: undefined, contextTokens: undefined }] },
    });
  });

  test("what cannot be read is ended once, with what can be read of it or without", async () => {
    const { records, other, write } = await open();
    for (const id of ["t1", "t2"]) {
      await records.begin(tryOf(id, "a"));
      await write(id, { data: "{" });
    }
    const ends = await Promise.all([records, other.records, records].map((each) => each.endUnreadable("t1")));
    expect(ends.toSorted()).toEqual(["ended", "ended", "ok"]);
    expect(await records.find("t1")).toMatchObject({ kind: "unreadable", ended: true });
    expect((await records.look(["t1"]))[0]).toMatchObject({ state: "ended" });
    const rest = tryOf("t2", "a");
    expect(await records.end(rest, endedFor(waitingProgress(rest), "interrupted"))).toBe("ok");
    expect(await records.endUnreadable("t2")).toBe("ended");
    expect(await records.find("t2")).toMatchObject({ kind: "try", progress: { phase: "interrupted" } });
  });

  test("a running try is told to end, and the first reason stays", async () => {
    const { records, other } = await open();
    const attempt = tryOf("t1", "a");
    const heard = vi.fn<(id: string, reason: string) => void>();
    records.onCancel(heard);
    await records.begin(attempt);
    await records.start("t1");
    await expect
      .poll(async () => {
        await other.records.cancel("t1", "stopped");
        return heard.mock.calls[0];
      })
      .toEqual(["t1", "stopped"]);
    await other.records.cancel("t1", "expired");
    expect(await records.find("t1")).toMatchObject({ kind: "try", cancel: "stopped" });
    expect((await records.look(["t1"]))[0]).toMatchObject({ state: "running", cancel: "stopped" });
  });

  test("what has ended, or is not there, is not told to end", async () => {
    const { records } = await open();
    const attempt = tryOf("t1", "a");
    await records.begin(attempt);
    await records.end(attempt, done(attempt, "好"));
    await records.cancel("t1", "stopped");
    await records.cancel("unknown", "stopped");
    expect(await records.find("t1")).toMatchObject({ progress: done(attempt, "好"), cancel: undefined });
    expect(await records.find("unknown")).toBeUndefined();
  });

  test("a notice goes to the process of that name, and it is known whether anybody heard it", async () => {
    const { records, other } = await open();
    const attempt = tryOf("t1", "a");
    const heard: Notice[] = [];
    records.onNotice("bot", (notice) => void heard.push(notice));
    const progress: Notice = { kind: "progress", id: "t1", progress: answering(attempt, "一半"), shown: true };
    await expect.poll(() => other.records.tell("bot", progress)).toBe(true);
    const ended: Notice = { kind: "ended", id: "t1", progress: done(attempt, "好"), shown: false };
    await other.records.tell("bot", ended);
    await expect.poll(() => heard).toEqual([progress, ended]);
    expect(await other.records.tell("another", ended)).toBe(false);
    expect(heard).toHaveLength(2);
  });

  test("all that is kept of a person can be deleted, and is not kept again", async () => {
    const { records, other } = await open();
    const [ended, running, others] = [tryOf("t1", "a"), tryOf("t2", "a"), tryOf("t3", "b")];
    for (const attempt of [ended, running, others]) await records.begin(attempt);
    await records.end(ended, done(ended, "好"));
    await records.start("t2");
    expect((await other.records.idsOf("a")).toSorted()).toEqual(["t1", "t2"]);
    expect(await other.records.forget("a")).toBe(2);
    expect(await other.records.forget("a")).toBe(0);
    expect(await records.idsOf("a")).toEqual([]);
    await records.save("t2", answering(running, "一半"));
    expect(await records.end(running, done(running, "晚了"))).toBe("ok");
    expect(await records.end(running, done(running, "更晚"))).toBe("ended");
    await records.shown(running);
    expect(await Promise.all(["t1", "t2"].map((id) => records.find(id)))).toEqual([undefined, undefined]);
    expect(await records.idsOf("a")).toEqual([]);
    expect(await records.idsOf("b")).toEqual(["t3"]);
    expect(await records.find("t3")).toMatchObject({ kind: "try", try: others });
  });

  test("one try can be deleted, ended or not, and is not kept again", async () => {
    const { records, other } = await open();
    const [ended, running, kept] = [tryOf("t1", "a"), tryOf("t2", "a"), tryOf("t3", "a")];
    for (const attempt of [ended, running, kept]) await records.begin(attempt);
    await records.end(ended, done(ended, "好"));
    await records.start("t2");
    for (const attempt of [ended, running]) await other.records.forgetTry(attempt);
    await records.save("t2", answering(running, "一半"));
    expect(await records.end(running, done(running, "晚了"))).toBe("ok");
    await records.shown(running);
    expect(await Promise.all(["t1", "t2"].map((id) => records.find(id)))).toEqual([undefined, undefined]);
    expect(await records.idsOf("a")).toEqual(["t3"]);
  });

  test("speeds are remembered, the newest counting a quarter", async () => {
    const { records, other } = await open();
    expect(await records.speeds()).toEqual(new Map());
    await records.recordSpeed("m", 40);
    await records.recordSpeed("m", 80);
    await records.recordSpeed("n", 7);
    expect(new Map(await other.records.speeds())).toEqual(new Map([...[["m", 50] as const], ["n", 7]]));
  });

  test("a try is kept for so many hours", async () => {
    const { records, pass } = await open();
    await records.begin(tryOf("t1", "a"));
    await pass(KEEP_HOURS * HOUR_MS - LATE_MS);
    await records.begin(tryOf("t2", "a"));
    expect(await records.find("t1")).toBeDefined();
    await pass(2 * LATE_MS);
    expect(await records.find("t1")).toBeUndefined();
    expect((await records.look(["t1"]))[0]?.state).toBe("gone");
    expect(await records.idsOf("a")).toEqual(["t2"]);
  });
});

function withDelivery(changes: object): string {
  const attempt = tryOf("t1", "a");
  return JSON.stringify({ ...attempt, delivery: { ...attempt.delivery, ...changes } });
}
