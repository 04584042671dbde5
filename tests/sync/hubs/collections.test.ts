import { describe, expect, test } from "vitest";
import { readCollections } from "#src/sync/hubs/collections.ts";
import { DAY, HOUR, startHubsWorld } from "./hubs-world.ts";

describe("a collection", () => {
  const address = { organization: "Qwen", slug: "qwen4-0123456789abcdef01234567" };
  const key = "qwen/qwen4-0123456789abcdef01234567";

  test("has its models, not its data sets, and is asked for once a day", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.collect(key, [
      { type: "model", id: "Qwen/Qwen4-8B" },
      { type: "dataset", id: "Qwen/Data" },
      { type: "model", id: "no id" },
    ]);
    const read = async () => readCollections([address, address], { hubs: world.run() });
    const found = new Map([[key, { state: "found", models: [{ hub: "huggingface", id: "Qwen/Qwen4-8B" }] }]]);
    expect(await read()).toEqual(found);
    world.clock.now += HOUR;
    expect(await read()).toEqual(found);
    expect(world.hubs.huggingface.requests.length).toBe(1);
    world.clock.now += DAY;
    world.hubs.huggingface.collect(key, []);
    expect(await read()).toEqual(new Map([[key, { state: "found", models: [] }]]));
    world.clock.now += DAY;
    world.hubs.down(true);
    expect(await read()).toEqual(new Map([[key, { state: "found", models: [] }]]));
  });

  test.each([
    ["larger than is read", 4_000_001, "silent"],
    ["as large as is read", 4_000_000, "found"],
  ])("that is %s", async (_, bytes, state) => {
    const world = await startHubsWorld();
    const body = '{"items":[]}'.padEnd(bytes);
    world.hubs.huggingface.fail("/api/collections", { kind: "status", status: 200, body });
    const [answer] = [...(await readCollections([address], { hubs: world.run() })).values()];
    expect(answer?.state).toBe(state);
  });

  test("that is not there is absent; where the hub is away it is silent; beyond so many it was not asked for", async () => {
    const world = await startHubsWorld();
    expect([...(await readCollections([address], { hubs: world.run() })).values()]).toEqual([{ state: "absent" }]);
    world.hubs.down(true);
    const others = ["one-1", "two-2"].map((slug) => ({ organization: "Qwen", slug }));
    const answers = await readCollections(others, { hubs: world.run(), most: 1 });
    expect([...answers.values()]).toMatchObject([
      { state: "silent", silence: { reason: "away" } },
      { state: "notAsked" },
    ]);
  });
});
