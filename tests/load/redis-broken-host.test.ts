import { describe, expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { isFailing } from "#src/inference/failing.ts";
import type { Host } from "#src/inference/fleet.ts";
import { openParts } from "#src/tries/redis/open.ts";
import { MODEL, openMany } from "#tests/load/redis-world.ts";
import { PATIENCE_MS } from "#tests/patience.ts";
import type { Message, Record_ } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";
import { loadFailure } from "#tests/stand-ins/ollama/faults.ts";
import { startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`broken hosts over Redis are not tested: ${WITHOUT_REDIS}\n`);

const PEOPLE = 30;
const HANGS = { loadMs: 3_600_000 } as const;
const FAILS = { status: { code: 500, body: '{"error":"CUDA error: out of memory"}' } } as const;

/** Two tries of each of thirty people at once, until all have ended. */
async function askAll(discord: Discord): Promise<{ mark: string; message: Message }[]> {
  const asked = Array.from({ length: 2 * PEOPLE }, (_, at) => {
    const person = discord.person({ id: String(310_000_000_000_000_000n + BigInt(at % PEOPLE)), inServer: false });
    return { mark: `问题${at}号`, record: person.enter("try", { model: MODEL, prompt: `问题${at}号` }) };
  });
  await discord.until(() => asked.every(({ record }) => hasEnded(record)), "all ends", 3 * PATIENCE_MS);
  return asked.map(({ mark, record: { original } }) => {
    if (original === undefined) throw new Error("there is no message");
    return { mark, message: original };
  });
}
const hasEnded = ({ original }: Record_): boolean =>
  original !== undefined && original.states.length > 0 && !buttonsOf(original).some(({ label }) => label === "停止");

describe.skipIf(WITHOUT_REDIS !== undefined)("one host of two whose list answers, and whose chats", () => {
  test.each([
    ["fail", FAILS],
    ["hang before the first word", HANGS],
    ["break off before the first word", { failAfter: { chunks: 0, how: "drop" } }],
    ["are not found", { status: { code: 404, body: `{"error":"model '${MODEL}' not found"}` } }],
    ["are no JSON", { failAfter: { chunks: 0, how: "garbage" } }],
  ] as const)("%s: of sixty tries all are answered", async (_, script) => {
    const { discord, ollamas } = await openMany({ bots: 1, workers: 2, slots: 4 });
    for (const [at, ollama] of ollamas.entries())
      ollama.script(({ messages }) => (at === 0 ? script : { text: `答：${messages.at(-1)?.content}。再见` }));
    for (const { mark, message } of await askAll(discord)) expect(textOf(message)).toContain(`答：${mark}。再见`);
    expect(ollamas[0]?.requests.length).toBeGreaterThan(0);
    expect(ollamas[0]?.requests.length).toBeLessThan(PEOPLE / 2);
  });
});

const OTHER_MODEL = "qwen3:8b";

describe.skipIf(WITHOUT_REDIS !== undefined)("one person's model that cannot be loaded", () => {
  test("leaves another's twenty tries alone, and the host up", async () => {
    const { discord, ollamas } = await openMany({ bots: 2, workers: 1, slots: 4 });
    const [ollama] = ollamas;
    ollama?.install({ name: OTHER_MODEL });
    const broken = loadFailure("unknown model architecture: 'hy4'");
    ollama?.script(({ model }) => (model === MODEL ? { status: broken } : { text: "好的，再见。" }));
    const [one, other] = ["310000000000000001", "310000000000000002"].map((id) =>
      discord.person({ id, inServer: false }),
    );
    if (one === undefined || other === undefined) throw new Error("there is nobody");
    let answered = 0;
    for (let times = 0; times < 20; times++) {
      const asked = [
        one.enter("try", { model: MODEL, prompt: "问" }),
        other.enter("try", { model: OTHER_MODEL, prompt: "问" }),
      ];
      await discord.until(() => asked.every(hasEnded), "both ends", PATIENCE_MS);
      const [failed, message] = asked.map(({ original }) => original && textOf(original));
      expect(failed).toContain("还不认识这个模型");
      if (message?.includes("好的，再见。")) answered += 1;
    }
    expect(answered).toBe(20);
    expect(textOf(await other.run("status"))).toMatch(/(?<!\d)2 个模型/);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a look before somebody is refused", () => {
  test("is asked of the workers: what was pulled a moment ago is tried, and ten who ask cost one look", async () => {
    const { discord, ollamas } = await openMany({ bots: 1, workers: 2, slots: 4 });
    const looks = (): number[] => ollamas.map(({ calls }) => calls.filter(({ path }) => path === "/api/tags").length);
    const person = discord.person({ id: "310000000000000003", inServer: false });
    ollamas[1]?.install({ name: OTHER_MODEL });
    const asked = person.enter("try", { model: OTHER_MODEL, prompt: "问" });
    await discord.until(() => hasEnded(asked), "an end", PATIENCE_MS);
    expect(asked.original && textOf(asked.original)).toContain("测试用的回答");
    const before = looks();
    // Within a second they are answered by the look of the try before.
    do {
      const refused = await Promise.all(
        Array.from({ length: 10 }, () => person.run("try", { model: "nothing:1b", prompt: "问" })),
      );
      for (const message of refused) expect(textOf(message)).toContain("nothing:1b");
    } while (looks().every((count, at) => count === before[at]));
    const after = looks();
    // The poll of every quarter of a minute may fall into it.
    for (const [at, count] of after.entries()) expect(count - (before[at] ?? 0)).toBeLessThanOrEqual(3);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("the only host", () => {
  test("whose chats fail: everybody is told so at once, once", async () => {
    const { discord, ollamas } = await openMany({ bots: 1, workers: 1, slots: 4 });
    ollamas[0]?.script(FAILS);
    for (const { message } of await askAll(discord)) expect(textOf(message)).toContain("显存");
    expect(ollamas[0]?.requests.length).toBe(2 * PEOPLE);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a worker's heartbeat", () => {
  test("tells of models that a host fails with, for as long as it does", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const open = async () => {
      const parts = openParts(redis.url, readConfig({}).tries, createLog({ logLevel: "silent" }), () => {});
      onTestFinished(() => parts.close());
      expect(await parts.link.ready()).toBe(true);
      return parts.heartbeats;
    };
    const [one, other] = [await open(), await open()];
    const now = performance.now();
    const host: Host = {
      ...{
        address: { url: "http://127.0.0.1:1", authorization: "Basic secret" },
        label: "Ollama 1",
        up: true,
        version: "1",
        busy: 1,
        failures: 0,
      },
      installed: [],
      loaded: new Map([[MODEL, { vramBytes: 7, sizeBytes: 9, contextTokens: 4096 }]]),
      failing: new Map([
        [MODEL, { until: now + 60_000, times: 3 }],
        ["was:1b", { until: now - 1, times: 1 }],
      ]),
    };
    const worker = { id: "one", name: "here", hosts: [host] };
    const lastFailure = {
      reason: "cannotLoad",
      said: "unknown model architecture: 'hy4'",
      model: MODEL,
      at: 7,
    } as const;
    const read = async (): Promise<Host | undefined> => (await other.read())[0]?.hosts[0];
    const fails = async (model: string): Promise<boolean> => {
      const found = await read();
      return found !== undefined && isFailing(found, model);
    };
    await one.publish(worker);
    expect([await fails(MODEL), await fails("was:1b"), await fails("other:1b")]).toEqual([true, false, false]);
    // Administrators see where it is; nothing that opens it leaves the worker.
    expect(await read()).toMatchObject({ label: "here Ollama 1", address: { url: "http://127.0.0.1:1" } });
    expect((await read())?.address.authorization).toBeUndefined();
    // How busy it is comes with the next beat; that a model is answered with again is told at once.
    await one.publishChange({ ...worker, hosts: [{ ...host, busy: 0 }] });
    expect(await read()).toMatchObject({ busy: 1 });
    await one.publishChange({ ...worker, hosts: [{ ...host, busy: 0, failing: new Map() }] });
    expect([await fails(MODEL), await read()]).toMatchObject([false, { busy: 0 }]);
    // And what a host said, for administrators wherever they ask.
    const fault = { reason: "notBackend", said: "401 Unauthorized", status: 401 } as const;
    await one.publishChange({ ...worker, hosts: [{ ...host, up: false, fault, lastFailure }] });
    expect(await read()).toMatchObject({ up: false, fault, lastFailure });
  });
});
