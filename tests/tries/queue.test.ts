import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { tryOf } from "#src/tries/admission.ts";
import { openStore } from "#src/tries/store.ts";
import type { Delivery } from "#src/tries/try.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { person } from "#tests/tries/people.ts";
import { MODEL, openTries, requestOf } from "#tests/tries/world.ts";

const endless = { endless: true, tokensPerSecond: 50 } as const;
const HOUR_MS = 3_600_000;

afterEach(() => void vi.useRealTimers());

describe("the queue", () => {
  test("takes so many that wait, and not one more", async () => {
    const { ollama, tries, submit } = await openTries({ slots: 1, tries: { queueMax: 2 } });
    ollama.script(endless);
    for (const id of ["running", "first", "second"]) await submit(id, "问");
    await expect(submit("third", "问")).rejects.toMatchObject({ key: "tryQueueFull", params: { count: 2 } });
    expect(await tries.counts()).toEqual({ running: 1, waiting: 2 });
  });

  test("counts those that are accepted and not yet announced", async () => {
    const { ollama, tries } = await openTries({ tries: { queueMax: 2 } });
    ollama.script(endless);
    const announced = Promise.withResolvers<Delivery>();
    const asked = ["a", "b", "c"].map((id) => tries.submit(requestOf(id, { begin: () => announced.promise })));
    await expect(asked[2]).rejects.toMatchObject({ key: "tryQueueFull" });
    announced.resolve({ kind: "local", id: "here" });
    await Promise.all(asked.slice(0, 2));
  });

  test("runs one try of a person at a time, while another person's passes it", async () => {
    const { ollama, tries, submit } = await openTries({ slots: 2 });
    ollama.script(endless);
    await submit("a", "一");
    await submit("a", "二");
    expect(await tries.counts()).toEqual({ running: 1, waiting: 1 });
    await submit("b", "三");
    expect(await tries.counts()).toEqual({ running: 2, waiting: 1 });
  });

  test("gives back the place of a try that could not be announced", async () => {
    const { tries, submit } = await openTries({ tries: { queueMax: 1 } });
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
    expect(await tries.stop(id, person("b"))).toBe("forbidden");
    expect(ends.has(id)).toBe(false);
    expect(await tries.stop(id, person("a"))).toBe("stopped");
    await expect.poll(() => ends.get(id)?.phase).toBe("stopped");
    expect(await tries.stop(id, person("a"))).toBe("ended");
  });

  test("keeps what came, and closes the connection to its host", async () => {
    const { ollama, tries, submit, ends, shown } = await openTries();
    ollama.script(endless);
    const { id } = await submit("a", "问");
    await expect.poll(() => shown.get(id)?.some(({ text }) => text !== "")).toBe(true);
    await tries.stop(id, person("a"));
    await expect.poll(() => ends.get(id)?.text).toMatch(/./);
    await expect.poll(() => ollama.requests[0]?.closedByClientAt).toBeDefined();
  });

  test("when the token of its message has a minute left, also while it waits", async () => {
    const { tries, ends } = await openTries();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const target = { model: "absent:1b", entryId: undefined, standIn: false };
    const expiresAt = Date.now() + 15 * 60_000;
    const delivery: Delivery = { kind: "discord", application: "1", token: "t", expiresAt, private: false };
    const { id } = await tries.submit(requestOf("a", { target, begin: async () => delivery }));
    vi.advanceTimersByTime(14 * 60_000 - 1);
    expect(ends.has(id)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(ends.get(id)?.phase).toBe("expired");
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

describe("a model that no host has any more", () => {
  test("is waited for a minute, counted anew whenever it was there", async () => {
    const { ollama, fleet, tries, submit, ends } = await openTries({ slots: 1 });
    ollama.script(endless);
    await submit("a", "一");
    const { id } = await submit("b", "二");
    await expect.poll(() => ollama.requests[0]?.firstChunkAt).toBeDefined();
    vi.useFakeTimers({ toFake: ["performance"] });
    const look = async (models: string[]): Promise<void> => {
      ollama.setModels(models.map((name) => ({ name })));
      for (const host of fleet.hosts) await fleet.check(host);
    };
    await look(["other:1b"]);
    vi.advanceTimersByTime(59_000);
    await look([MODEL]);
    await look(["other:1b"]);
    vi.advanceTimersByTime(59_999);
    await look(["other:1b"]);
    expect((await tries.counts())?.waiting).toBe(1);
    vi.advanceTimersByTime(1);
    await look(["other:1b"]);
    await expect.poll(() => ends.get(id)).toMatchObject({ phase: "failed", failure: "unreachable" });
  });
});

describe("what is kept", () => {
  const kept = (createdAt: number, id: string) => ({
    ...tryOf(requestOf("a", { prompt: "一个秘密的问题" }), id, { kind: "local", id: "here" }),
    createdAt,
  });

  test("is kept for so many hours, and not longer", async () => {
    const { store, tries } = await openTries({ tries: { keepHours: 2 } });
    const [young, old] = ["0123456789abcdef", "fedcba9876543210"];
    for (const attempt of [kept(Date.now() - 1.9 * HOUR_MS, young), kept(Date.now() - 2.1 * HOUR_MS, old)]) {
      store.begin(attempt);
      store.end(attempt, { phase: "done", text: "", thinking: "" });
    }
    const stop = new AbortController();
    const running = tries.run(stop.signal);
    expect((await tries.find(young))?.try.id).toBe(young);
    expect(await tries.find(old)).toBeUndefined();
    stop.abort();
    await running;
  });

  test("loses the token of its message with its end", async () => {
    const { tries, submit, ends } = await openTries();
    const delivery: Delivery = {
      kind: "discord",
      application: "1",
      token: "secret",
      expiresAt: Date.now() + HOUR_MS,
      private: false,
    };
    const { id } = await submit("a", "问", delivery);
    await expect.poll(() => ends.has(id)).toBe(true);
    expect((await tries.find(id))?.try.delivery).toEqual({ ...delivery, token: "" });
  });

  test("is gone from the disk when its person wants that, and what runs is stopped", async () => {
    const folder = await temporaryFolder();
    const { ollama, store, tries, submit, ends } = await openTries({
      tries: { store: openStore(join(folder, "mulu.db")) },
    });
    ollama.script(endless);
    store.begin(kept(Date.now(), "0123456789abcdef"));
    const { id } = await submit("a", "问");
    expect(await tries.forget("a")).toBe(2);
    await expect.poll(() => ends.get(id)?.phase).toBe("stopped");
    store.close();
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    expect(Buffer.concat(files).includes("一个秘密的问题")).toBe(false);
  });

  test("is the speed of a whole answer, for suggestions", async () => {
    const { ollama, tries, submit, ends } = await openTries();
    expect(tries.speed(MODEL)).toBeUndefined();
    ollama.script({ text: "好的", tokensPerSecond: 40 });
    const { id } = await submit("a", "问");
    await expect.poll(() => ends.get(id)?.phase).toBe("done");
    expect(tries.speed(MODEL)).toBe(40);
  });
});
