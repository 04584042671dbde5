import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Delivery } from "#src/tries/try.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { person } from "#tests/tries/people.ts";
import { deliveryOf, MODEL, only, openTries, requestOf, targetOf } from "#tests/tries/world.ts";

const endless = { endless: true, tokensPerSecond: 50 } as const;
const HOUR_MS = 3_600_000;

afterEach(() => void vi.useRealTimers());

describe("the queue", () => {
  test("takes so many that wait, and not one more", async () => {
    const { ollama, tries, submit } = await openTries({ slots: 1, settings: { queueMax: 2 } });
    ollama.script(endless);
    await submit("running", "问");
    await expect.poll(() => tries.counts()).toEqual({ running: 1, waiting: 0 });
    for (const id of ["first", "second"]) await submit(id, "问");
    await expect(submit("third", "问")).rejects.toMatchObject({ key: "tryQueueFull", params: { count: 2 } });
    expect(await tries.counts()).toEqual({ running: 1, waiting: 2 });
  });

  test("counts those that are accepted and not yet announced", async () => {
    const { ollama, tries } = await openTries({ settings: { queueMax: 2 } });
    ollama.script(endless);
    const announced = Promise.withResolvers<Delivery>();
    const asked = ["a", "b", "c"].map((id) => tries.submit(requestOf(id, { begin: () => announced.promise })));
    await expect(asked[2]).rejects.toMatchObject({ key: "tryQueueFull" });
    announced.resolve(deliveryOf());
    await Promise.all(asked.slice(0, 2));
  });

  test("runs both tries of a person where there is room, and takes no third", async () => {
    const { ollama, tries, submit } = await openTries({ slots: 3 });
    ollama.script(endless);
    await submit("a", "一");
    await submit("a", "二");
    await expect.poll(() => tries.counts()).toEqual({ running: 2, waiting: 0 });
    await expect(submit("a", "三")).rejects.toMatchObject({ key: "tryOneAtATime" });
    await submit("b", "四");
    await expect.poll(() => tries.counts()).toEqual({ running: 3, waiting: 0 });
  });

  test("gives back the place of a try that could not be announced", async () => {
    const { tries, submit } = await openTries({ settings: { queueMax: 1 } });
    const broken = requestOf("a", { begin: () => Promise.reject(new Error("Discord is away")) });
    for (let times = 0; times < 3; times++) await expect(tries.submit(broken)).rejects.toThrow("Discord is away");
    await submit("a", "问");
  });
});

describe("an end from outside", () => {
  test("by its person, and not by others", async () => {
    const { ollama, tries, submit, ends } = await openTries();
    ollama.script(endless);
    const { id } = await submit("a", "问");
    expect(await tries.stop(id, person("b"))).toMatchObject({ outcome: "forbidden" });
    expect(ends.has(id)).toBe(false);
    expect(await tries.stop(id, person("a"))).toMatchObject({ outcome: "stopped", record: { try: { id } } });
    await expect.poll(() => ends.get(id)?.phase).toBe("stopped");
    expect(await tries.stop(id, person("a"))).toMatchObject({ outcome: "ended", record: { try: { id } } });
    expect(await tries.stop("0123456789abcdef", person("a"))).toEqual({ outcome: "ended", record: undefined });
  });

  test("keeps what came, and closes the connection to its host", async () => {
    const { ollama, tries, submit, ends, shown } = await openTries();
    ollama.script(endless);
    const { id } = await submit("a", "问");
    await expect.poll(() => shown.get(id)?.some((progress) => only(progress)?.text !== "")).toBe(true);
    await tries.stop(id, person("a"));
    await expect.poll(() => only(ends.get(id))?.text).toMatch(/./);
    await expect.poll(() => ollama.requests[0]?.closedByClientAt).toBeDefined();
  });

  test("when the token of its message has a minute left, also while it waits", async () => {
    const { tries, ends } = await openTries();
    vi.useFakeTimers({ toFake: ["Date"] });
    const until = Date.now() + 15 * 60_000;
    const delivery = deliveryOf({ by: "token", token: "t", until });
    const { id } = await tries.submit(
      requestOf("a", { targets: [targetOf("absent:1b")], begin: async () => delivery }),
    );
    vi.setSystemTime(until - 60_001);
    await expect.poll(() => tries.counts()).toEqual({ running: 0, waiting: 1 });
    expect(ends.has(id)).toBe(false);
    vi.setSystemTime(until - 60_000);
    await expect.poll(() => ends.get(id)?.phase).toBe("expired");
    expect(await tries.counts()).toEqual({ running: 0, waiting: 0 });
  });

  test("when its message is deleted", async () => {
    const { ollama, submit, ends, deleted } = await openTries();
    ollama.script(endless);
    const { id } = await submit("a", "问");
    deleted.abort();
    await expect.poll(() => ends.get(id)?.phase).toBe("stopped");
  });

  test("when the process stops: a last word, and nothing new", async () => {
    const { ollama, tries, submit, ends } = await openTries();
    ollama.script(endless);
    const stop = new AbortController();
    const running = tries.run(stop.signal);
    const { id } = await submit("a", "问");
    stop.abort();
    await running;
    expect(ends.get(id)?.phase).toBe("interrupted");
    await expect(submit("b", "问")).rejects.toMatchObject({ key: "tryClosing" });
  });
});

describe("what is kept", () => {
  test("loses the token of its message when its end is shown", async () => {
    const { tries, submit, ends } = await openTries();
    const delivery = deliveryOf({ by: "token", token: "secret", until: Date.now() + HOUR_MS });
    const { id } = await submit("a", "问", delivery);
    await expect.poll(() => ends.has(id)).toBe(true);
    await expect.poll(async () => JSON.stringify(await tries.find(id))).not.toContain("secret");
  });

  test("is gone from the disk when its person wants that, and what runs is stopped", async () => {
    const folder = await temporaryFolder();
    const { ollama, tries, submit, ends } = await openTries({ path: join(folder, "mulu.db") });
    ollama.script({ text: "好的" });
    const { id: whole } = await submit("a", "一个秘密的问题");
    await expect.poll(() => ends.get(whole)?.phase).toBe("done");
    ollama.script(endless);
    const { id } = await submit("a", "一个秘密的问题");
    expect(await tries.forget("a")).toBe(2);
    await expect.poll(() => ends.get(id)?.phase).toBe("stopped");
    await tries.close();
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    expect(Buffer.concat(files).includes("一个秘密的问题")).toBe(false);
  });

  test("is the speed of a whole answer, for suggestions", async () => {
    const { ollama, tries, submit, ends } = await openTries();
    expect(tries.speed(MODEL)).toBeUndefined();
    ollama.script({ text: "好的", tokensPerSecond: 40 });
    const { id } = await submit("a", "问");
    await expect.poll(() => ends.get(id)?.phase).toBe("done");
    await expect.poll(() => tries.speed(MODEL)).toBe(40);
  });
});
