import { describe, expect, test } from "vitest";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import type { RunProgress } from "#src/tries/try.ts";
import { MODEL, only, openTries, requestOf } from "#tests/tries/world.ts";

const chatOnly = [{ name: MODEL, capabilities: ["completion"] }];
const { list } = createOllamaBackend();

describe("thinking", () => {
  test("is asked of a model that can think, and of no other", async () => {
    const thinks = await openTries({ models: [{ name: MODEL, capabilities: ["completion", "thinking"] }] });
    thinks.ollama.script({ thinking: "想一想", text: "答案" });
    const { id } = await thinks.tries.submit(requestOf("a", { think: true }));
    await expect
      .poll(() => only(thinks.ends.get(id)))
      .toMatchObject({ phase: "done", text: "答案", thinking: "想一想" });
    const other = await openTries({ models: chatOnly });
    const refused = await other.tries.submit(requestOf("a", { think: true }));
    await expect.poll(() => other.ends.get(refused.id)?.phase).toBe("done");
    expect(other.ollama.requests.map(({ think }) => think)).toEqual([undefined]);
  });

  test("is asked of a model whose host does not say, and what that refuses is asked again without", async () => {
    const silent: typeof list = async (host, signal) =>
      (await list(host, signal)).map((model) => ({ ...model, capabilities: undefined }));
    const { ollama, tries, ends } = await openTries({ models: chatOnly, backend: { list: silent } });
    const { id } = await tries.submit(requestOf("a", { think: true }));
    await expect.poll(() => ends.get(id)?.phase).toBe("done");
    expect(ollama.requests.map(({ think }) => think)).toEqual([true, undefined]);
  });
});

test("the conversation goes along, oldest first", async () => {
  const { ollama, tries, ends } = await openTries();
  const history = [
    { role: "user" as const, content: "一" },
    { role: "assistant" as const, content: "二" },
  ];
  const { id } = await tries.submit(requestOf("a", { history, prompt: "三" }));
  await expect.poll(() => ends.has(id)).toBe(true);
  expect(ollama.requests[0]?.messages.map(({ content }) => content)).toEqual(["一", "二", "三"]);
});

describe("a try that fails", () => {
  test("keeps what came, also what only looked like the beginning of a tag", async () => {
    const { ollama, submit, ends } = await openTries();
    ollama.script({ chunks: ["<thi"], failAfter: { chunks: 1, how: "error" } });
    const { id } = await submit("a", "问");
    await expect.poll(() => only(ends.get(id))).toMatchObject({ phase: "failed", failure: "failed", text: "<thi" });
  });

  /** Whether the host was up, and how many tries it had, when the end was shown. */
  const atTheEnd = async (fail: (world: Awaited<ReturnType<typeof openTries>>) => unknown) => {
    let seen: { up?: boolean; busy?: number } & Partial<RunProgress> = {};
    const world = await openTries({
      open: () => ({
        gone: new AbortController().signal,
        update: () => {},
        finish: async ({ runs: [run] }) => {
          const [host] = world.fleet.hosts;
          seen = { ...run, ...(host && { up: host.up, busy: host.busy }) };
        },
        leave: async () => {},
      }),
    });
    await fail(world);
    const before = world.ollama.calls.length;
    await world.submit("a", "问");
    await expect.poll(() => seen.failure).toBeDefined();
    return { seen, calls: () => world.ollama.calls.slice(before).map(({ path }) => path) };
  };

  test("because its host is out of reach takes the host out at once", async () => {
    const { seen } = await atTheEnd(({ ollama }) => ollama.down());
    expect(seen).toMatchObject({ phase: "failed", failure: "unreachable", up: false, busy: 0 });
  });

  test("for another reason leaves the host in, and has it checked", async () => {
    const { seen, calls } = await atTheEnd(({ ollama }) =>
      ollama.script({ status: { code: 500, body: '{"error":"CUDA error: out of memory"}' } }),
    );
    expect(seen).toMatchObject({ phase: "failed", failure: "outOfMemory", up: true, busy: 0 });
    await expect.poll(calls).toContain("/api/tags");
  });
});
