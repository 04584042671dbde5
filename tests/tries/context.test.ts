import { describe, expect, test } from "vitest";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { continued } from "#src/tries/conversation.ts";
import { contextUse, type RunProgress, type Try } from "#src/tries/try.ts";
import { MODEL, only, openTries, requestOf } from "#tests/tries/world.ts";

type World = Awaited<ReturnType<typeof openTries>>;
type Conversation = Partial<Pick<Try, "history" | "leftOutTurns" | "tokenRatio">>;

const long = (name: string): string => `${name}${"。".repeat(2500)}`;

async function ask(world: World, prompt: string, conversation: Conversation = {}, changes = {}) {
  const attempt = await world.tries.submit(requestOf("a", { prompt, ...conversation, ...changes }));
  await expect.poll(() => world.ends.has(attempt.id)).toBe(true);
  const run = only(world.ends.get(attempt.id));
  if (run === undefined) throw new Error("the try has no run");
  return { attempt, run };
}

/** Goes on with a conversation as the button does. */
async function chain(world: World, prompts: string[]): Promise<RunProgress[]> {
  const runs: RunProgress[] = [];
  let conversation: Conversation = {};
  for (const prompt of prompts) {
    const { attempt, run } = await ask(world, prompt, conversation);
    conversation = continued(attempt, run);
    runs.push(run);
  }
  return runs;
}
const contents = ({ ollama }: World): string[][] =>
  ollama.requests.map(({ messages }) => messages.map(({ content }) => content));

test("five long turns at a context of 4096: what the model is not told is said, and it is told the rest whole", async () => {
  const world = await openTries({ contextLength: 4096, settings: { maxTokens: 500 } });
  world.ollama.script({ text: "好" });
  const runs = await chain(world, ["我叫小明", ...["一", "二", "三", "四"].map(long)]);
  expect(runs.map(({ phase }) => phase)).toEqual(Array(5).fill("done"));
  const told = contents(world).at(-1) ?? [];
  const leftOut = runs.at(-1)?.leftOutTurns ?? 0;
  expect(leftOut).toBeGreaterThan(0);
  expect(told.length).toBe((4 - leftOut) * 2 + 1);
  expect(told.some((text) => text.includes("小明"))).toBe(false);
  expect(runs.at(-1)?.contextTokens).toBe(4096);
  expect(runs[1]?.leftOutTurns).toBeUndefined();
  expect(contents(world)[1]?.[0]).toBe("我叫小明");
  expect(world.ollama.reloads()).toBe(0);
});

describe("a host that counts more than the estimate", () => {
  /** Two characters are a token here: Latin letters, of which the estimate takes three. */
  const latin = (length: number): string => "a".repeat(length);
  const history = [1, 2, 3, 4].flatMap(() => [
    { role: "user" as const, content: latin(2000) },
    { role: "assistant" as const, content: latin(10) },
  ]);

  test("has its figures used, without a word of failure to the person", async () => {
    const world = await openTries({ contextLength: 4096, settings: { maxTokens: 100 } });
    const { run } = await ask(world, latin(1600), { history });
    expect(run).toMatchObject({ phase: "done", leftOutTurns: 2 });
    expect(contents(world).map(({ length }) => length)).toEqual([9, 5]);
    expect(world.ollama.reloads()).toBe(0);
  });

  test("is asked three times at most, the last time with the prompt alone", async () => {
    const world = await openTries({ contextLength: 4096 });
    const message = "request (99 tokens) exceeds the available context size (90000 tokens), try increasing it";
    world.ollama.script({
      status: { code: 400, body: JSON.stringify({ error: JSON.stringify({ error: { message } }) }) },
    });
    const { run } = await ask(world, "问", { history: history.slice(0, 8) });
    expect(run).toMatchObject({ phase: "failed", failure: "contextExceeded" });
    expect(contents(world).map(({ length }) => length)).toEqual([9, 7, 1]);
  });
});

test("a prompt that cannot fit is refused with both numbers, and its host is not to blame", async () => {
  const world = await openTries({ contextLength: 1000 });
  const { run } = await ask(world, "啊".repeat(2002));
  expect(run).toMatchObject({
    phase: "failed",
    failure: "contextExceeded",
    failureParams: { tokens: 1001, limit: 1000 },
  });
  expect(world.fleet.hosts.map(({ up, failing }) => [up, failing.size])).toEqual([[true, 0]]);
  expect((await ask(world, "啊".repeat(1998))).run.phase).toBe("done");
});

test("a host that cuts a prompt although it is not to: an answer says so, and one to a prompt that fits does not", async () => {
  const world = await openTries({ contextLength: 1000 });
  world.ollama.script({ text: "好", ignoresTruncate: true });
  expect((await ask(world, "啊".repeat(2600))).run).toMatchObject({ phase: "done", promptCut: true });
  expect((await ask(world, "啊".repeat(1900))).run.promptCut).toBeUndefined();
});

describe("the context that is counted with", () => {
  const history = [1, 2].flatMap(() => [
    { role: "user" as const, content: "天".repeat(3000) },
    { role: "assistant" as const, content: "好" },
  ]);
  const leftOut = async (world: World) => (await ask(world, "问", { history })).run.leftOutTurns ?? 0;

  test("is Ollama's default where nothing else is known, then that of the loaded model, also once it is unloaded", async () => {
    const world = await openTries({ contextLength: 32_768 });
    expect(await leftOut(world)).toBe(1);
    expect(await leftOut(world)).toBe(0);
    world.ollama.unload();
    await world.fleet.check(world.fleet.hosts[0] ?? raise());
    expect(await leftOut(world)).toBe(0);
    expect(world.ollama.requests.map(({ options }) => options?.num_ctx)).toEqual([undefined, undefined, undefined]);
  });

  test("is what the model's own file sets", async () => {
    expect(await leftOut(await openTries({ models: [{ name: MODEL, numCtx: 16_384 }] }))).toBe(0);
    expect(await leftOut(await openTries({ models: [{ name: MODEL, numCtx: 2048 }] }))).toBe(2);
  });

  test("is never more than the model was made for", async () => {
    expect(await leftOut(await openTries({ models: [{ name: MODEL, numCtx: 16_384, contextLength: 2048 }] }))).toBe(2);
  });

  test("is what the operator sets, and asked for every time alike", async () => {
    const world = await openTries({ settings: { contextTokens: 8192 } });
    expect([await leftOut(world), await leftOut(world)]).toEqual([0, 0]);
    expect(world.ollama.requests.map(({ options }) => options?.num_ctx)).toEqual([8192, 8192]);
    expect(world.ollama.reloads()).toBe(0);
  });
});

test("every chat asks for no silent cut, and never for another way to shift the context", async () => {
  const world = await openTries();
  await ask(world, "问");
  expect(world.ollama.requests.map(({ truncate, shift }) => [truncate, shift])).toEqual([[false, undefined]]);
});

test("an answer tells how it stands to the context", async () => {
  const world = await openTries({ contextLength: 1000, settings: { maxTokens: 100 } });
  world.ollama.script({ text: "答".repeat(20), doneReason: "length" });
  const uses: ReturnType<typeof contextUse>[] = [];
  for (const length of [2, 1976, 1996]) uses.push(contextUse((await ask(world, "问".repeat(length))).run));
  world.ollama.script({ text: "答".repeat(100) });
  uses.push(contextUse((await ask(world, "问".repeat(1990))).run));
  expect(uses).toEqual(["within", "filled", "filled", "beyond"]);
});

describe("a model that thinks and says nothing", () => {
  const thinks = [{ name: MODEL, capabilities: ["completion", "thinking"] }];

  test("can be asked without thinking", async () => {
    const world = await openTries({ models: thinks, settings: { maxTokens: 5 } });
    world.ollama.script({ thinking: "想".repeat(20), text: "答" });
    const { run } = await ask(world, "问", {}, { think: true });
    expect(run).toMatchObject({ phase: "done", text: "", canSkipThinking: true, figures: { reason: "length" } });
    expect((await ask(world, "问", {}, { think: false })).run).toMatchObject({ text: "答", thinking: "" });
  });

  test("unless it cannot leave it", async () => {
    const world = await openTries({ models: [{ name: MODEL }] });
    world.ollama.script({ text: "<think>想" });
    expect((await ask(world, "问")).run).toMatchObject({ text: "", thinking: "想" });
    expect((await ask(world, "问")).run.canSkipThinking).toBeUndefined();
    const stubborn = await openTries({ models: [{ name: "gpt-oss:20b", capabilities: ["completion", "thinking"] }] });
    stubborn.ollama.script({ thinking: "想", text: "" });
    const targets: Try["targets"] = [{ model: "gpt-oss:20b", standIn: false }];
    const { run } = await ask(stubborn, "问", {}, { think: false, targets });
    expect(run).toMatchObject({ text: "", thinking: "想" });
    expect(run.canSkipThinking).toBeUndefined();
  });
});

describe("what a run waits for", () => {
  const stages = (world: World): (string | undefined)[] => [
    ...new Set(
      [...world.shown.values()].flat().flatMap(({ runs: [run] }) => (run.phase === "loading" ? [run.stage] : [])),
    ),
  ];

  test("is the model while it loads, and then its first word", async () => {
    const world = await openTries({ slots: 1 });
    world.ollama.script({ loadMs: 600, promptMs: 2500 });
    await ask(world, "问");
    expect(stages(world)).toEqual(["loading", undefined]);
  });

  test("is others on the host, where the model is loaded and its slot is taken", async () => {
    const world = await openTries({ slots: 1 });
    const release = await world.ollama.hold(MODEL);
    await world.fleet.check(world.fleet.hosts[0] ?? raise());
    const { id } = await world.submit("a", "问");
    await expect.poll(() => only(world.shown.get(id)?.at(-1))?.stage, { timeout: 20_000 }).toBe("queued");
    release();
    await expect.poll(() => world.ends.has(id)).toBe(true);
    expect(stages(world)).toEqual([undefined, "queued"]);
  });

  test("is a long prompt, where the model is loaded", async () => {
    const world = await openTries();
    await ask(world, "问");
    world.ollama.script({ promptMs: 1000 });
    await ask(world, "问".repeat(1000));
    expect(stages(world)).toEqual(["loading", undefined, "reading"]);
  });

  test("ends with the try, and a host that does not say what it has loaded tells nothing", async () => {
    const { loaded } = createOllamaBackend();
    let isAsked = false;
    const world = await openTries({
      backend: {
        loaded: (host, signal) => {
          if (!isAsked) return loaded(host, signal);
          return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        },
      },
    });
    isAsked = true;
    world.ollama.script({ loadMs: 60_000 });
    const attempt = await world.submit("a", "问");
    await expect.poll(() => world.ollama.open()).toBe(1);
    expect((await world.tries.stop(attempt.id, requestOf("a").person)).outcome).toBe("stopped");
    await expect.poll(() => world.ends.get(attempt.id)?.phase).toBe("stopped");
  });

  test("is never told of a model that runs elsewhere, which is never asked about either", async () => {
    const world = await openTries({ models: [{ name: MODEL }, { name: "glm-5:cloud", cloud: true }], cloud: true });
    world.ollama.script({ promptMs: 800 });
    const targets: Try["targets"] = [{ model: "glm-5:cloud", standIn: false }];
    expect((await ask(world, "问", {}, { targets })).run.phase).toBe("done");
    expect(stages(world)).toEqual([undefined]);
    expect(world.ollama.calls.filter(({ path }) => path === "/api/show").length).toBe(1);
  });
});

function raise(): never {
  throw new Error("the world has no host");
}
