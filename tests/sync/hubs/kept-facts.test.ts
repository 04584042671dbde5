import { describe, expect, test } from "vitest";
import { DAY, factsOf, HOUR, oneOf, startHubsWorld, statesOf } from "./hubs-world.ts";

const CONFIG = { model_type: "qwen4", num_hidden_layers: 36, architectures: ["Qwen4ForCausalLM"] };

describe("an answer is kept", () => {
  test("of a listed model until its commit changes, and config.json is read once for each", async () => {
    const world = await startHubsWorld();
    const { huggingface } = world.hubs;
    huggingface.publish({ id: "Qwen/Qwen4-8B", config: CONFIG });
    const look = async () => (await world.look(["Qwen"])).listings;
    const ask = async () => {
      const listings = await look();
      huggingface.asked();
      const [answer] = [...(await factsOf(world, ["Qwen/Qwen4-8B"], { listings })).values()];
      return { answer, asked: huggingface.asked().length };
    };
    // The page, and config.json with its redirect.
    expect((await ask()).asked).toBe(3);
    world.clock.now += 9 * DAY;
    expect((await ask()).asked).toBe(0);
    huggingface.publish({ id: "Qwen/Qwen4-8B", config: { ...CONFIG, num_hidden_layers: 40 } });
    world.clock.now += DAY;
    expect(await ask()).toMatchObject({ asked: 3, answer: { facts: { config: { num_hidden_layers: 40 } } } });
  });

  test("where it changed after it was listed: the row is older than the answer", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    const { listings } = await world.look(["Qwen"]);
    world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B", config: CONFIG });
    world.clock.now += HOUR;
    const first = await factsOf(world, ["Qwen/Qwen4-8B"], { listings });
    expect([...first.values()]).toMatchObject([{ facts: { config: CONFIG } }]);
    world.hubs.huggingface.asked();
    expect(await factsOf(world, ["Qwen/Qwen4-8B"], { listings })).toEqual(first);
    expect(world.hubs.huggingface.asked()).toEqual([]);
  });

  test("until the model is opened to everybody: then its files are read", async () => {
    const world = await startHubsWorld();
    const model = { id: "Qwen/Qwen4-8B", sha: "c".repeat(40), config: CONFIG };
    const ask = async () => {
      const { listings } = await world.look(["Qwen"]);
      return [...(await factsOf(world, [model.id], { listings })).values()];
    };
    world.hubs.huggingface.publish({ ...model, gated: "auto" });
    expect(await ask()).toMatchObject([{ facts: { gated: true, config: undefined } }]);
    world.hubs.huggingface.publish(model);
    world.clock.now += DAY;
    expect(await ask()).toMatchObject([{ facts: { gated: false, config: CONFIG } }]);
  });

  test("of a model of ModelScope until it is modified, as the hub names no commit", async () => {
    const world = await startHubsWorld();
    const model = { id: "a/one", lastModified: "2026-10-01T00:00:00.000Z", config: CONFIG };
    const ask = async () => [...(await factsOf(world, ["a/one"], { hub: "modelscope" })).values()];
    world.hubs.modelscope.publish(model);
    const first = await ask();
    expect(first).toMatchObject([{ facts: { config: CONFIG } }]);
    world.clock.now += 2 * DAY;
    world.hubs.modelscope.asked();
    expect(await ask()).toEqual(first);
    expect(world.hubs.modelscope.asked()).toEqual(["/api/v1/models/a/one"]);
    world.hubs.modelscope.publish({ ...model, lastModified: "2026-11-30T00:00:00.000Z", config: {} });
    world.clock.now += 2 * DAY;
    expect(await ask()).toMatchObject([{ facts: { config: {} } }]);
  });

  test("of another for a day; after that only its page is asked for again", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/one" });
    const costs: number[] = [];
    for (const later of [0, DAY - 1, 1, DAY]) {
      world.clock.now += later;
      expect(statesOf(await factsOf(world, ["a/one", "a/none"]))).toEqual(["found", "absent"]);
      costs.push(world.hubs.huggingface.asked().length);
    }
    expect(costs).toEqual([4, 0, 2, 2]);
  });

  test("that there is none, until a list has it", async () => {
    const world = await startHubsWorld();
    expect(statesOf(await factsOf(world, ["Qwen/Qwen4-8B"]))).toEqual(["absent"]);
    world.clock.now += HOUR;
    world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    const { listings } = await world.look(["Qwen"]);
    expect(statesOf(await factsOf(world, ["Qwen/Qwen4-8B"], { listings }))).toEqual(["found"]);
  });

  test("and counts for longer where the hub is away; without one the hub is silent", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/one" });
    await factsOf(world, ["a/one"]);
    world.clock.now += 2 * DAY;
    world.hubs.down(true);
    const answers = await factsOf(world, ["a/one", "a/two"]);
    expect([...answers.values()]).toMatchObject([
      { state: "found", facts: { id: "a/one" } },
      { state: "silent", silence: { reason: "away" } },
    ]);
  });

  test("but not where a file was not answered: then the model is asked for again", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/one", config: CONFIG });
    world.hubs.huggingface.fail("/resolve/", { kind: "status", status: 503 }, 3);
    expect(statesOf(await factsOf(world, ["a/one"]))).toEqual(["silent"]);
    expect(await oneOf(world, "a/one")).toMatchObject({ config: CONFIG });
  });
});
