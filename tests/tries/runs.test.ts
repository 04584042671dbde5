import { describe, expect, test } from "vitest";
import { person } from "#tests/tries/people.ts";
import { only, openTries, requestOf, targetOf } from "#tests/tries/world.ts";

const [ONE, OTHER] = ["qwen3:8b", "glm4:9b"];
const models = [{ name: ONE }, { name: OTHER }];
const duel = requestOf("a", { targets: [targetOf(ONE), targetOf(OTHER)] });

describe("a try of two models", () => {
  test("is answered side by side where slots are free, and shown as one", async () => {
    const { ollama, tries, ends, shown } = await openTries({ slots: 2, models });
    ollama.script({ endless: true, tokensPerSecond: 50 });
    const { id } = await tries.submit(duel);
    const phases = () =>
      shown
        .get(id)
        ?.at(-1)
        ?.runs.map(({ phase }) => phase);
    await expect.poll(phases).toEqual(["answering", "answering"]);
    await tries.stop(id, duel.person);
    await expect.poll(() => ends.get(id)?.runs.map(({ phase }) => phase)).toEqual(["stopped", "stopped"]);
  });

  test("is answered one after the other where there is one slot", async () => {
    const { ollama, tries, ends, counted } = await openTries({ slots: 1, models });
    ollama.script(({ model }) => ({ text: `我是 ${model}`, tokensPerSecond: 200 }));
    const { id } = await tries.submit(duel);
    await expect.poll(() => ends.get(id)?.phase).toBe("done");
    expect(ends.get(id)?.runs.map(({ text }) => text)).toEqual([`我是 ${ONE}`, `我是 ${OTHER}`]);
    expect(ollama.maxOpen()).toBe(1);
    expect(counted).toEqual(["started", "first token", "done"]);
    expect(await tries.counts()).toEqual({ running: 0, waiting: 0 });
  });

  test("counts as one of the two that a person may have", async () => {
    const { ollama, tries } = await openTries({ slots: 4, models });
    ollama.script({ endless: true, tokensPerSecond: 50 });
    await tries.submit(duel);
    await tries.submit(duel);
    await expect(tries.submit(duel)).rejects.toMatchObject({ key: "tryOneAtATime" });
  });

  test("counts as two of the hour", async () => {
    const { tries } = await openTries({ slots: 4, models, settings: { perPersonHour: 3 } });
    await tries.submit(duel);
    await expect(tries.submit(duel)).rejects.toMatchObject({ key: "tryQuota" });
  });

  test("keeps the answer of the one where the other fails", async () => {
    const { ollama, tries, ends } = await openTries({ slots: 1, models });
    ollama.script(({ model }) =>
      model === ONE ? { status: { code: 500, body: '{"error":"CUDA error: out of memory"}' } } : { text: "答案" },
    );
    const { id } = await tries.submit(duel);
    await expect.poll(() => ends.get(id)?.phase).toBe("done");
    expect(ends.get(id)?.runs).toMatchObject([
      { phase: "failed", failure: "outOfMemory" },
      { phase: "done", text: "答案" },
    ]);
  });
});

const broken = { status: { code: 500, body: '{"error":"CUDA error: out of memory"}' } } as const;

describe("a host that fails with a model", () => {
  test("hands its try to another one, once, which says so", async () => {
    const { ollamas, submit, ends } = await openTries({ hosts: 2, slots: 1 });
    for (const ollama of ollamas) ollama.script({ text: "好的" });
    ollamas[0]?.script(broken);
    const { id } = await submit("a", "问");
    await expect.poll(() => ends.get(id)).toMatchObject({ phase: "done", restarted: true, runs: [{ text: "好的" }] });
    expect(ollamas.map(({ requests }) => requests.length)).toEqual([1, 1]);
  });

  test("is avoided from then on for that model, and not for others", async () => {
    const { ollamas, fleet, tries, ends } = await openTries({ hosts: 2, slots: 1, models });
    for (const [at, ollama] of ollamas.entries())
      ollama.script(({ model }) => (at === 0 && model === ONE ? broken : { text: `第 ${at} 台` }));
    const ask = async (model: string) => {
      const { id } = await tries.submit(requestOf("a", { targets: [targetOf(model)] }));
      await expect.poll(() => ends.get(id)?.phase).toBe("done");
      return only(ends.get(id))?.text;
    };
    for (let times = 0; times < 6; times++) expect(await ask(ONE)).toBe("第 1 台");
    expect(ollamas[0]?.requests.filter(({ model }) => model === ONE).length).toBe(1);
    expect(fleet.hosts.map(({ up }) => up)).toEqual([true, true]);
    // The other host has loaded nothing but the one model.
    await fleet.check(fleet.hosts[0] ?? raise());
    expect([await ask(OTHER), await ask(OTHER)]).toContain("第 0 台");
  });

  test("answers all the same where it is the only one: its word is the person's", async () => {
    const { ollama, submit, ends } = await openTries({ slots: 1 });
    ollama.script(broken);
    for (let times = 0; times < 2; times++) {
      const { id } = await submit("a", "问");
      await expect.poll(() => only(ends.get(id))?.failure).toBe("outOfMemory");
      expect(ends.get(id)?.restarted).toBeUndefined();
    }
    expect(ollama.requests.length).toBe(2);
  });

  test("after its first word: the person keeps the words, and nobody begins again", async () => {
    const { ollamas, submit, ends } = await openTries({ hosts: 2, slots: 1 });
    for (const ollama of ollamas) ollama.script({ chunks: ["一", "二"], failAfter: { chunks: 1, how: "error" } });
    const { id } = await submit("a", "问");
    await expect.poll(() => ends.get(id)?.phase).toBe("failed");
    expect(only(ends.get(id))?.text).toBe("一");
    expect(ollamas.reduce((sum, { requests }) => sum + requests.length, 0)).toBe(1);
  });
});

test("a host that dies in mid-answer does not take the next try with it", async () => {
  const { ollamas, tries, submit, ends, shown } = await openTries({ hosts: 2, slots: 1 });
  for (const ollama of ollamas) ollama.script({ endless: true, tokensPerSecond: 50 });
  const running = [await submit("a", "一"), await submit("b", "二")];
  const haveWords = (): boolean[] => running.map(({ id }) => only(shown.get(id)?.at(-1))?.text !== "");
  await expect.poll(() => running.map(({ id }) => shown.has(id))).toEqual([true, true]);
  await expect.poll(haveWords).toEqual([true, true]);
  const waiting = await submit("c", "三");
  const dead = ollamas[0] ?? raise();
  await dead.down();
  await expect.poll(() => ends.size).toBe(1);
  expect(await tries.counts()).toEqual({ running: 1, waiting: 1 });
  for (const { id } of running) await tries.stop(id, person("", { admin: true }));
  await expect.poll(() => ollamas[1]?.requests.length).toBe(2);
  await tries.stop(waiting.id, person("", { admin: true }));
  await expect.poll(() => ends.get(waiting.id)?.phase).toBe("stopped");
  expect(ends.get(waiting.id)?.restarted).toBeUndefined();
});

function raise(): never {
  throw new Error("there is no host");
}
